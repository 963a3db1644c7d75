//! A store of accounts that counts.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::change::{AccountChange, AccountDeletion};
use auth_domain::accounts::{Account, UserId};
use auth_domain::credentials::PasswordHash;
use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::Identifier;
use auth_domain::sessions::SessionId;
use auth_domain::sign_up::NewAccount;
use auth_domain::vouchers::{Voucher, VoucherKind};
use auth_ports::{AccountStore, ChangeRefusal, DeleteRefusal, Failure, Halt, RegisterRefusal};

/// How many accounts came and went.
#[derive(Debug, Default)]
pub struct Counts {
    registered: AtomicU64,
    deleted: AtomicU64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        write!(f, "{} accounts registered, {} deleted", count(&self.registered), count(&self.deleted))
    }
}

/// Passes every call on, and counts those that succeed.
pub struct CountedAccounts {
    accounts: Arc<dyn AccountStore>,
    counts: Arc<Counts>,
}

impl CountedAccounts {
    /// Wraps a store.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, counts: Arc<Counts>) -> Self {
        Self { accounts, counts }
    }
}

#[async_trait]
impl AccountStore for CountedAccounts {
    async fn register(&self, account: NewAccount) -> Result<(), Halt<RegisterRefusal>> {
        self.accounts.register(account).await?;
        self.counts.registered.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn voucher_kinds(&self) -> Vec<VoucherKind> {
        self.accounts.voucher_kinds()
    }

    async fn find_unusable_voucher(
        &self,
        vouchers: &[Voucher],
        user: UserId,
        at: Timestamp,
    ) -> Result<Option<VoucherKind>, Failure> {
        self.accounts.find_unusable_voucher(vouchers, user, at).await
    }

    async fn find_owner(&self, identifier: &Identifier) -> Result<Option<UserId>, Failure> {
        self.accounts.find_owner(identifier).await
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, Failure> {
        self.accounts.find(user).await
    }

    async fn find_in_session(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, Failure> {
        self.accounts.find_in_session(user, session, now).await
    }

    async fn find_by_identifier(&self, identifier: &Identifier) -> Result<Option<Account>, Failure> {
        self.accounts.find_by_identifier(identifier).await
    }

    async fn find_by_external_identity(
        &self,
        provider: &ProviderId,
        subject: &str,
    ) -> Result<Option<Account>, Failure> {
        self.accounts.find_by_external_identity(provider, subject).await
    }

    async fn change(&self, change: AccountChange) -> Result<(), Halt<ChangeRefusal>> {
        self.accounts.change(change).await
    }

    async fn delete(&self, deletion: AccountDeletion) -> Result<(), Halt<DeleteRefusal>> {
        self.accounts.delete(deletion).await?;
        self.counts.deleted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn renew_password_hash(&self, user: UserId, old: PasswordHash, new: PasswordHash) -> Result<(), Failure> {
        self.accounts.renew_password_hash(user, old, new).await
    }
}
