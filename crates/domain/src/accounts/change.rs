//! What users change in their own accounts, with what pays for it: one value, one transaction.

use crate::Timestamp;
use crate::accounts::{AccountIdentifier, UserId};
use crate::credentials::PasswordHash;
use crate::events::NewEvent;
use crate::external_identities::ExternalProfile;
use crate::identifier::Identifier;
use crate::payment::Payment;
use crate::profile::Profile;
use crate::sessions::SessionId;

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The profile becomes this.
    Profile(Profile),
    /// An identifier is added, or replaces the one of its kind.
    Identifier(AccountIdentifier),
    /// Control of this identifier was proven, provided that the user still has it.
    Proven(Identifier),
    /// The password becomes this.
    Password(PasswordHash),
    /// A third party's identity is bound, in place of an earlier one of the same provider.
    Bind(Box<ExternalProfile>),
    /// A provider's identity is unbound.
    Unbind(crate::external_identities::ProviderId),
}

impl Change {
    /// Whether it gives the account a way in that its user has proven: then an anonymous user is not anonymous
    /// any more.
    #[must_use]
    pub fn is_proven_way_in(&self) -> bool {
        match self {
            Self::Identifier(held) => held.verified_at.is_some(),
            Self::Bind(_) => true,
            Self::Profile(_) | Self::Proven(_) | Self::Password(_) | Self::Unbind(_) => false,
        }
    }
}

/// Which sessions end with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionsToEnd {
    /// None.
    None,
    /// All but this one.
    AllBut(SessionId),
    /// All.
    All,
}

/// Who changes or deletes an account, which decides what must be true of the account for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Its owner, who must not be blocked.
    Owner {
        /// The session of the request, which must still be alive: what ended it may have been meant to stop this. None
        /// where the owner was recognised by something else, such as a code.
        session: Option<SessionId>,
    },
    /// An operator, who may change a blocked account too.
    Operator,
}

impl Author {
    /// The session that must still be alive.
    #[must_use]
    pub fn session(self) -> Option<SessionId> {
        match self {
            Self::Owner { session } => session,
            Self::Operator => None,
        }
    }
}

/// Changes to one account. Stored all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Whose account.
    pub user: UserId,
    /// Who changes it.
    pub by: Author,
    /// What changes.
    pub changes: Vec<Change>,
    /// What pays for it.
    pub payment: Option<Payment>,
    /// Which sessions end.
    pub end_sessions: SessionsToEnd,
    /// The record of each change.
    pub events: Vec<NewEvent>,
    /// When.
    pub at: Timestamp,
}

impl AccountChange {
    /// Whether the account, if it was anonymous, is so no longer.
    #[must_use]
    pub fn makes_permanent(&self) -> bool {
        self.changes.iter().any(Change::is_proven_way_in)
    }
}

/// The end of an account. Everything personal goes; the event stays, without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDeletion {
    /// Whose account.
    pub user: UserId,
    /// Who deletes it.
    pub by: Author,
    /// What pays for it: a proof of presence, and nothing when an operator deletes.
    pub payment: Option<Payment>,
    /// The record of it: `detail` holds keyed hashes only.
    pub event: NewEvent,
    /// When.
    pub at: Timestamp,
}
