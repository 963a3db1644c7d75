//! Accounts.

mod change;
mod delete;
mod register;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::change::{AccountChange, AccountDeletion};
use auth_domain::accounts::{Account, AccountIdentifier, UserId, UserStatus};
use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::credentials::PasswordHash;
use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::sessions::SessionId;
use auth_domain::sign_up::NewAccount;
use auth_domain::vouchers::{Voucher, VoucherKind};
use auth_ports::{AccountStore, ChangeRefusal, DeleteRefusal, Failure, Halt, RegisterRefusal};

use crate::MemoryStores;
use crate::state::{State, has};

#[async_trait]
impl AccountStore for MemoryStores {
    async fn register(&self, account: NewAccount) -> Result<(), Halt<RegisterRefusal>> {
        self.open()?.register(account)
    }

    fn voucher_kinds(&self) -> Vec<VoucherKind> {
        self.look().spenders.kinds()
    }

    async fn find_unusable_voucher(
        &self,
        vouchers: &[Voucher],
        user: UserId,
        at: Timestamp,
    ) -> Result<Option<VoucherKind>, Failure> {
        Ok(self.open()?.unusable_voucher(vouchers, user, at))
    }

    async fn find_owner(&self, identifier: &Identifier) -> Result<Option<UserId>, Failure> {
        Ok(self.open()?.owner(identifier))
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, Failure> {
        Ok(self.open()?.accounts.get(&user).map(as_found))
    }

    async fn find_in_session(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, Failure> {
        let state = self.open()?;
        Ok(state.active(user).filter(|_| state.has_live_session(user, session, now)).map(as_found))
    }

    async fn find_by_identifier(&self, identifier: &Identifier) -> Result<Option<Account>, Failure> {
        let state = self.open()?;
        Ok(state.owner(identifier).and_then(|user| state.accounts.get(&user)).map(as_found))
    }

    async fn find_by_external_identity(
        &self,
        provider: &ProviderId,
        subject: &str,
    ) -> Result<Option<Account>, Failure> {
        let state = self.open()?;
        Ok(state.bound_to(provider, subject).and_then(|user| state.accounts.get(&user)).map(as_found))
    }

    async fn change(&self, change: AccountChange) -> Result<(), Halt<ChangeRefusal>> {
        self.open()?.change(change)
    }

    async fn delete(&self, deletion: AccountDeletion) -> Result<(), Halt<DeleteRefusal>> {
        self.open()?.delete(deletion)
    }

    async fn renew_password_hash(&self, user: UserId, old: PasswordHash, new: PasswordHash) -> Result<(), Failure> {
        if let Some(account) = self.open()?.accounts.get_mut(&user).filter(|account| account.password == Some(old)) {
            account.password = Some(new);
        }
        Ok(())
    }
}

impl State {
    pub(crate) fn active(&self, user: UserId) -> Option<&Account> {
        self.accounts.get(&user).filter(|account| account.status == UserStatus::Active)
    }

    pub(crate) fn owner(&self, identifier: &Identifier) -> Option<UserId> {
        self.accounts.values().find(|account| has(account, identifier)).map(|account| account.id)
    }

    /// Returns the kind of the first of these identifiers that belongs to a user other than `user`.
    pub(crate) fn taken_from(&self, user: Option<UserId>, held: &[AccountIdentifier]) -> Option<IdentifierKind> {
        let is_taken =
            |held: &&AccountIdentifier| self.owner(&held.identifier).is_some_and(|owner| Some(owner) != user);
        held.iter().find(is_taken).map(|held| held.identifier.kind())
    }

    fn bound_to(&self, provider: &ProviderId, subject: &str) -> Option<UserId> {
        let has_it = |account: &&Account| {
            let mut bound = account.external_identities.iter().map(|held| &held.profile);
            bound.any(|profile| profile.provider == *provider && profile.subject == subject)
        };
        self.accounts.values().find(has_it).map(|account| account.id)
    }
}

/// Returns the account as lookups return it. What ties it to a device is not a login name and is not shown.
pub(crate) fn as_found(account: &Account) -> Account {
    let mut found = account.clone();
    found.identifiers.retain(|held| held.identifier.kind() != ANONYMOUS_DEVICE);
    found
}
