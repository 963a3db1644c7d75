//! Accounts on PostgreSQL.

mod by_rows;
mod change;
mod in_one_statement;
mod losses;
mod register;

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
use diesel::prelude::*;

use crate::PostgresStores;
use crate::account_query::FindAccount;
use crate::kept::Keep as _;
use crate::layout::Layout;
use crate::owner::Owner;
use crate::schema::credentials;
use crate::vouchers::find_unusable;

#[async_trait]
impl AccountStore for PostgresStores {
    async fn register(&self, account: NewAccount) -> Result<(), Halt<RegisterRefusal>> {
        register::register(self, account).await
    }

    fn voucher_kinds(&self) -> Vec<VoucherKind> {
        self.spenders.kinds()
    }

    async fn find_unusable_voucher(
        &self,
        vouchers: &[Voucher],
        user: UserId,
        at: Timestamp,
    ) -> Result<Option<VoucherKind>, Failure> {
        find_unusable(&self.database, &self.spenders, vouchers, user, at).await
    }

    async fn find_owner(&self, identifier: &Identifier) -> Result<Option<UserId>, Failure> {
        let (owner, layout) = (Owner::of_identifier(identifier), self.layout);
        let owner = self.database.statement(move |conn| owner.find(conn, layout)).await?;
        Ok(owner.map(UserId::from_i64))
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, Failure> {
        self.find_account(FindAccount::by_id(user)).await
    }

    async fn find_in_session(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, Failure> {
        self.find_account(FindAccount::in_session(user, session, now)).await
    }

    async fn find_by_identifier(&self, identifier: &Identifier) -> Result<Option<Account>, Failure> {
        self.find_owned(Owner::of_identifier(identifier), FindAccount::ByIdentifier).await
    }

    async fn find_by_external_identity(
        &self,
        provider: &ProviderId,
        subject: &str,
    ) -> Result<Option<Account>, Failure> {
        self.find_owned(Owner::of_identity(provider, subject), FindAccount::ByExternalIdentity).await
    }

    async fn change(&self, change: AccountChange) -> Result<(), Halt<ChangeRefusal>> {
        let (schemes, listeners) = (self.schemes.clone(), self.listeners.clone());
        self.database
            .transaction_or_refusal(move |conn| change::change_in_txn(conn, &change, &schemes, &listeners))
            .await
    }

    async fn delete(&self, deletion: AccountDeletion) -> Result<(), Halt<DeleteRefusal>> {
        let (schemes, listeners) = (self.schemes.clone(), self.listeners.clone());
        self.database
            .transaction_or_refusal(move |conn| change::delete_in_txn(conn, &deletion, &schemes, &listeners))
            .await
    }

    async fn renew_password_hash(&self, user: UserId, old: PasswordHash, new: PasswordHash) -> Result<(), Failure> {
        self.database
            .statement(move |conn| {
                let unchanged =
                    credentials::table.find(user.as_i64()).filter(credentials::password_hash.eq(old.as_str()));
                diesel::update(unchanged)
                    .set(credentials::password_hash.eq(new.as_str()))
                    .kept()
                    .execute(conn)
                    .map(drop)
            })
            .await
    }
}

impl PostgresStores {
    /// On several nodes, the one that decides is asked first, and then the one with the account.
    async fn find_owned<const IDENTITY: bool>(
        &self,
        owner: Owner<IDENTITY>,
        in_one: fn(Owner<IDENTITY>) -> FindAccount,
    ) -> Result<Option<Account>, Failure> {
        match self.layout {
            Layout::Single => self.find_account(in_one(owner)).await,
            Layout::Sharded => match self.database.statement(move |conn| owner.find_claim(conn)).await? {
                Some(user) => self.find_account(FindAccount::by_id(UserId::from_i64(user))).await,
                None => Ok(None),
            },
        }
    }

    async fn find_account(&self, query: FindAccount) -> Result<Option<Account>, Failure> {
        let row = self.database.statement(move |conn| query.clone().first(conn)).await?;
        Ok(row.map(|row| row.into_account(&self.schemes)).transpose()?)
    }
}
