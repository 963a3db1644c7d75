//! Signing up with an e-mail address and a verification token; a username may have 5 to 24 characters.

use super::address::{address_example, address_plan, address_recognises, address_requires};
use crate::identifier::{EmailScheme, UsernameLength};
use crate::sign_up::{Claims, Plan, Refusal, Scenario};

/// Signing up with an e-mail address.
#[derive(Debug, Clone)]
pub struct SignUpByEmail {
    scheme: EmailScheme,
}

impl SignUpByEmail {
    /// Makes the scenario, for the addresses that this scheme accepts.
    #[must_use]
    pub fn new(scheme: EmailScheme) -> Self {
        Self { scheme }
    }
}

impl Scenario for SignUpByEmail {
    fn name(&self) -> &'static str {
        "email"
    }

    fn requires(&self) -> String {
        address_requires(&self.scheme)
    }

    fn example(&self) -> Claims<'static> {
        address_example(&self.scheme, "user@example")
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        address_recognises(&self.scheme, claims)
    }

    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
        address_plan(&self.scheme, claims, UsernameLength::NARROW)
    }
}
