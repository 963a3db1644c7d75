//! Signing up with a phone number and a verification token; a username may have 2 to 48 characters.

use super::address::{address_example, address_plan, address_recognises, address_requires};
use crate::identifier::{PhoneNumberScheme, UsernameLength};
use crate::sign_up::{Claims, Plan, Refusal, Scenario};

/// Signing up with a phone number.
#[derive(Debug, Clone)]
pub struct SignUpByPhoneNumber {
    scheme: PhoneNumberScheme,
}

impl SignUpByPhoneNumber {
    /// Makes the scenario, for the numbers that this scheme accepts.
    #[must_use]
    pub fn new(scheme: PhoneNumberScheme) -> Self {
        Self { scheme }
    }
}

impl Scenario for SignUpByPhoneNumber {
    fn name(&self) -> &'static str {
        "phone_number"
    }

    fn requires(&self) -> String {
        address_requires(&self.scheme)
    }

    fn example(&self) -> Claims<'static> {
        address_example(&self.scheme, "+86 13000000000")
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        address_recognises(&self.scheme, claims)
    }

    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
        address_plan(&self.scheme, claims, UsernameLength::WIDE)
    }
}
