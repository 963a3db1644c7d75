//! Users who come into being without a proof, and users by the page.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::{Account, MadeAccount, UserId, UserStatus};
use auth_domain::admin::UserPage;
use auth_domain::events::NewEvent;
use auth_domain::identifier::IdentifierKind;
use thiserror::Error;

use crate::{Failure, Halt};

/// Why an account was not made. Nothing was stored.
#[derive(Debug, Error)]
pub enum CreateRefusal {
    /// Somebody has this identifier.
    #[error("{0} is taken")]
    IdentifierTaken(IdentifierKind),
    /// The user id is in use; draw another.
    #[error("the user id is in use")]
    UserIdTaken,
}

/// What became of one account of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It was stored.
    Imported,
    /// Somebody has this identifier, or an earlier account of the same batch claims it.
    IdentifierTaken(IdentifierKind),
    /// The user id is in use.
    UserIdTaken,
}

/// Makes users that no proof pays for (by operators, imports, and devices without a name), lists them and sets
/// their status.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Stores an account without a session, and its event: all or nothing.
    async fn create(&self, account: MadeAccount, event: NewEvent) -> Result<(), Halt<CreateRefusal>>;

    /// Stores many accounts in one transaction, skipping those that clash; an outcome for each, in
    /// order. A failure of the store stores none.
    async fn import(&self, accounts: Vec<MadeAccount>, event: NewEvent) -> Result<Vec<ImportOutcome>, Failure>;

    /// A page of accounts, in the order of their ids.
    async fn list(&self, page: UserPage) -> Result<Vec<Account>, Failure>;

    /// Sets the status and stores the event. Blocking ends all sessions in the same transaction.
    /// False, and nothing stored, when there is no such user.
    async fn set_status(
        &self,
        user: UserId,
        status: UserStatus,
        event: NewEvent,
        now: Timestamp,
    ) -> Result<bool, Failure>;
}
