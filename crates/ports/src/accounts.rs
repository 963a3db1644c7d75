//! Accounts.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::sessions::SessionId;
use auth_domain::signup::NewAccount;
use auth_domain::users::{Account, UserId};
use thiserror::Error;

use crate::StoreError;

/// Why an account was not made. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// Somebody has this identifier.
    #[error("{0} is taken")]
    IdentifierTaken(IdentifierKind),
    /// Somebody has this third party's identity.
    #[error("the external identity is taken")]
    ExternalIdentityTaken,
    /// A proof is spent, expired or unknown.
    #[error("a proof cannot be spent")]
    ProofUnusable,
    /// The user id is in use; draw another.
    #[error("the user id is in use")]
    UserIdTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps accounts.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Stores the account, its first session and its event, and spends its proofs: all or nothing.
    ///
    /// Of concurrent calls that claim one identifier, one external identity or one proof, exactly
    /// one succeeds; the others see the refusal that names what they lost. Where several refusals
    /// apply, an unusable proof is reported first.
    async fn register(&self, account: NewAccount) -> Result<(), RegisterError>;

    /// Whose identifier this is.
    async fn find_owner(&self, identifier: &Identifier) -> Result<Option<UserId>, StoreError>;

    /// The account with this id, whatever its status.
    async fn find(&self, user: UserId) -> Result<Option<Account>, StoreError>;

    /// The account with this id, provided that it is active and that this session of it is alive:
    /// begun, not ended, not expired at `now`. In one round trip, for it precedes every user call.
    async fn find_in_session(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError>;

    /// Answers when the store can be reached and its schema is the one this program needs.
    async fn check_ready(&self) -> Result<(), StoreError>;
}
