//! A third party's proof alone; a username may have 5 to 24 characters.

use crate::identifier::UsernameLength;
use crate::sign_up::{Claims, Plan, Refusal, Scenario};

/// Signing up with an identity at a third party and no address.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignUpByThirdParty;

impl Scenario for SignUpByThirdParty {
    fn name(&self) -> &'static str {
        "third_party"
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        claims.provider_token && claims.addresses.is_empty()
    }

    fn plan(&self, _claims: &Claims<'_>) -> Result<Plan, Refusal> {
        Ok(Plan { address: None, binds_external_identity: true, username_length: UsernameLength::NARROW })
    }
}
