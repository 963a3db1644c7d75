//! List the third parties that an account is bound to, and those that it could be bound to.

use auth_domain::accounts::Account;
use auth_domain::external_identities::{ExternalIdentity, ProviderId};

use crate::kit::Providers;

/// Lists third parties.
pub struct ListProviders {
    providers: Providers,
}

impl ListProviders {
    /// Lists these providers.
    #[must_use]
    pub fn new(providers: Providers) -> Self {
        Self { providers }
    }

    /// Returns every configured provider, with the account's identity there if it has one, followed by identities at
    /// providers that are no longer configured.
    #[must_use]
    pub fn of(&self, account: &Account) -> Vec<(ProviderId, Option<ExternalIdentity>)> {
        let bound = |id: &ProviderId| account.external_identities.iter().find(|bound| bound.profile.provider == *id);
        let configured: Vec<_> = self.providers.ids().map(|id| (id.clone(), bound(id).cloned())).collect();
        let former = account
            .external_identities
            .iter()
            .filter(|identity| !configured.iter().any(|(id, _)| *id == identity.profile.provider));
        let former: Vec<_> =
            former.map(|identity| (identity.profile.provider.clone(), Some(identity.clone()))).collect();
        configured.into_iter().chain(former).collect()
    }
}
