//! Accounts.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::{ExternalIdentity, ExternalProfile};
use auth_domain::identifier::Identifier;
use auth_domain::sessions::SessionId;
use auth_domain::signup::NewAccount;
use auth_domain::users::{Account, UserId, UserStatus};
use auth_ports::{AccountStore, RegisterError, StoreError};

use crate::MemoryStores;
use crate::state::{State, is_same};

#[async_trait]
impl AccountStore for MemoryStores {
    async fn register(&self, account: NewAccount) -> Result<(), RegisterError> {
        let mut state = self.open()?;
        state.check_register(&account)?;
        state.spend_proofs(&account);
        state.begin_session(account.session.clone(), account.event.clone());
        state.accounts.insert(account.id, born(account));
        Ok(())
    }

    async fn find_owner(&self, identifier: &Identifier) -> Result<Option<UserId>, StoreError> {
        Ok(self.open()?.owner(identifier))
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.open()?.accounts.get(&user).cloned())
    }

    async fn find_in_session(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let state = self.open()?;
        let account = state.accounts.get(&user).filter(|account| account.status == UserStatus::Active);
        Ok(account.filter(|_| state.has_live_session(user, session, now)).cloned())
    }

    async fn check_ready(&self) -> Result<(), StoreError> {
        self.open().map(|_| ())
    }
}

impl State {
    /// Everything that can refuse, before anything is written.
    fn check_register(&self, account: &NewAccount) -> Result<(), RegisterError> {
        if !self.can_spend_proofs(account) {
            return Err(RegisterError::ProofUnusable);
        }
        if self.accounts.contains_key(&account.id) {
            return Err(RegisterError::UserIdTaken);
        }
        if let Some(taken) = account.identifiers.iter().find(|held| self.owner(&held.identifier).is_some()) {
            return Err(RegisterError::IdentifierTaken(taken.identifier.kind()));
        }
        if account.external_identity.as_ref().is_some_and(|profile| self.is_bound(profile)) {
            return Err(RegisterError::ExternalIdentityTaken);
        }
        Ok(self.check_session_ids(&account.session, &account.event)?)
    }

    fn owner(&self, identifier: &Identifier) -> Option<UserId> {
        let holds = |account: &&Account| account.identifiers.iter().any(|held| is_same(&held.identifier, identifier));
        self.accounts.values().find(holds).map(|account| account.id)
    }

    fn is_bound(&self, profile: &ExternalProfile) -> bool {
        let is_it = |held: &ExternalIdentity| {
            held.profile.provider == profile.provider && held.profile.subject == profile.subject
        };
        self.accounts.values().flat_map(|account| &account.external_identities).any(is_it)
    }
}

/// The account as it is found from now on. Signing up begins a session, so it is the first sign-in.
fn born(account: NewAccount) -> Account {
    let at = account.created_at;
    Account {
        id: account.id,
        status: UserStatus::Active,
        profile: account.profile,
        identifiers: account.identifiers,
        external_identities: account
            .external_identity
            .map(|profile| ExternalIdentity { profile, bound_at: at })
            .into_iter()
            .collect(),
        password_updated_at: account.password.is_some().then_some(at),
        password: account.password,
        created_at: at,
        updated_at: at,
        last_sign_in_at: Some(at),
    }
}
