//! Users who are created without a proof, and pages of users.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::{Account, MadeAccount, UserId, UserStatus};
use auth_domain::admin::{NamePage, UserFilter, UserPage, UsersByName};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::NewEvent;
use auth_domain::identifier::IdentifierKind;
use thiserror::Error;

use crate::{Failure, Halt};

/// Why an account was not created. Nothing was stored.
#[derive(Debug, Error)]
pub enum CreateRefusal {
    /// Another user already has this identifier.
    #[error("{0} is taken")]
    IdentifierTaken(IdentifierKind),
    /// The user id is in use; the caller should draw another one.
    #[error("the user id is in use")]
    UserIdTaken,
}

/// The outcome for one account of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The account was stored.
    Imported,
    /// Another user already has this identifier, or an earlier account of the same batch claims it.
    IdentifierTaken(IdentifierKind),
    /// The user id is in use.
    UserIdTaken,
}

/// Creates users that no proof pays for (for operators, imports and anonymous users), lists them, and sets their
/// status.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Stores an account without a session, and its event, all or nothing.
    async fn create(&self, account: MadeAccount, event: NewEvent) -> Result<(), Halt<CreateRefusal>>;

    /// Stores many accounts in one transaction, skipping those that clash, and returns an outcome per account, in
    /// order. If the store fails, none is stored.
    async fn import(&self, accounts: Vec<MadeAccount>, event: NewEvent) -> Result<Vec<ImportOutcome>, Failure>;

    /// Returns a page of accounts, in the order of their ids.
    async fn list(&self, page: UserPage) -> Result<Vec<Account>, Failure>;

    /// Returns a page of the accounts that the filter selects, in the order of their ids. It may look through all
    /// accounts, so it is not for what a user waits for.
    async fn search(&self, filter: UserFilter, page: UserPage) -> Result<Vec<Account>, Failure>;

    /// Returns a page of the accounts whose identifiers begin with something, in the order of these. Whoever goes on after
    /// `next` until there is none sees each account once while nothing changes. A page looks at a bounded number of
    /// identifiers, however many begin so, and ends early when it has not found enough accounts among them.
    async fn search_by_name(&self, page: NamePage) -> Result<UsersByName, Failure>;

    /// Returns one stored password hash of each cost (`PasswordHash::cost`) other than `usual`, at most `limit`.
    async fn sample_hashes(&self, usual: &str, limit: u16) -> Result<Vec<PasswordHash>, Failure>;

    /// Sets the status and stores the event. Blocking ends all sessions in the same transaction. Returns false, and
    /// stores nothing, if there is no such user.
    async fn set_status(
        &self,
        user: UserId,
        status: UserStatus,
        event: NewEvent,
        now: Timestamp,
    ) -> Result<bool, Failure>;
}
