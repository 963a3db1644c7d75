//! What lets people into an account. It is counted here and nowhere else.

use crate::accounts::Account;
use crate::anonymous::ANONYMOUS_DEVICE;
use crate::external_identities::ProviderId;
use crate::identifier::Identifier;

/// What people can sign in by, as the service is configured now. An account may hold more: an identity at a third party
/// that was configured once, or an address that codes are no longer sent to. Neither lets its owner in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaysIn {
    /// The third parties that are configured.
    pub providers: Vec<ProviderId>,
    /// Those of the account's addresses that codes are sent to. One that the account gets afterwards does not count.
    pub reached: Vec<Identifier>,
}

/// The removal of an identity at a third party, provided that the account can still be entered afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbinding {
    /// The third party.
    pub provider: ProviderId,
    /// What the account must keep one of.
    pub ways_in: WaysIn,
}

impl WaysIn {
    /// Whether somebody can sign in to the account: by an identity at a configured third party, by a code to a proven
    /// address, or by a password together with any login name. The account has only login names of registered kinds.
    #[must_use]
    pub fn lead_into(&self, account: &Account) -> bool {
        let names = || account.identifiers.iter().filter(|held| held.identifier.kind() != ANONYMOUS_DEVICE);
        let by_identity =
            account.external_identities.iter().any(|bound| self.providers.contains(&bound.profile.provider));
        let by_code = names().any(|held| held.verified_at.is_some() && self.reached.contains(&held.identifier));
        let by_password = account.password.is_some() && names().next().is_some();
        by_identity || by_code || by_password
    }
}
