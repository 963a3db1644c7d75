//! Events: what happened to an account, kept in the same transaction as what they record.

use uuid::Uuid;

use crate::Timestamp;
use crate::origin::Origin;
use crate::users::UserId;

/// What happened. The name is stored and shown to operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// An account was made by its user.
    SignedUp,
    /// A session began.
    SignedIn,
}

impl EventKind {
    /// The stored word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignedUp => "signed_up",
            Self::SignedIn => "signed_in",
        }
    }
}

/// An event at birth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id.
    pub id: Uuid,
    /// To whose account.
    pub user: UserId,
    /// What.
    pub kind: EventKind,
    /// By which way (a scenario, a sign-in method).
    pub method: String,
    /// From where.
    pub origin: Origin,
    /// When.
    pub at: Timestamp,
}
