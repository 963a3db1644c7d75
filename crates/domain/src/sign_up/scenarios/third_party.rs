//! Signing up with a third party's proof alone; a username may have 5 to 24 characters.

use crate::identifier::UsernameLength;
use crate::sign_up::{Claims, Plan, Refusal, Scenario};

/// Signing up with an identity at a third party and no address.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignUpByThirdParty;

impl Scenario for SignUpByThirdParty {
    fn name(&self) -> &'static str {
        "third_party"
    }

    fn requires(&self) -> String {
        "provider_token".to_owned()
    }

    fn example(&self) -> Claims<'static> {
        Claims { provider_token: true, ..Claims::default() }
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        claims.own.is_empty() && claims.addresses.is_empty() && claims.provider_token
    }

    fn plan(&self, _claims: &Claims<'_>) -> Result<Plan, Refusal> {
        Ok(Plan::of_identity(UsernameLength::NARROW))
    }
}
