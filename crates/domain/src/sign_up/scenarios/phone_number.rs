//! Phone number and verification token; a username may have 2 to 48 characters.

use super::address_plan;
use crate::identifier::{IdentifierScheme as _, PhoneNumberScheme, UsernameLength};
use crate::sign_up::{Claims, Plan, Refusal, Scenario};

/// Signing up with a phone number.
#[derive(Debug, Clone)]
pub struct SignUpByPhoneNumber {
    scheme: PhoneNumberScheme,
}

impl SignUpByPhoneNumber {
    /// With the numbers that this scheme accepts.
    #[must_use]
    pub fn new(scheme: PhoneNumberScheme) -> Self {
        Self { scheme }
    }
}

impl Scenario for SignUpByPhoneNumber {
    fn name(&self) -> &'static str {
        "phone_number"
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        claims.address(self.scheme.kind()).is_some()
    }

    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
        address_plan(&self.scheme, claims, UsernameLength::WIDE)
    }
}
