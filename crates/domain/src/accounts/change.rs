//! Changes that users make to their own accounts, with the proofs that pay for them: one value, one transaction.

use crate::Timestamp;
use crate::accounts::recovery::Recovery;
use crate::accounts::telling::Telling;
use crate::accounts::ways_in::{Unbinding, WaysIn};
use crate::accounts::{AccountIdentifier, UserId};
use crate::credentials::PasswordHash;
use crate::events::NewEvent;
use crate::external_identities::ExternalProfile;
use crate::identifier::Identifier;
use crate::payment::Payment;
use crate::profile::Profile;
use crate::sessions::SessionId;

/// One change to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The profile is replaced by this one.
    Profile(Profile),
    /// An identifier is added, or replaces the one of its kind.
    Identifier(AccountIdentifier),
    /// Control of this identifier was proven, provided that the user still has it.
    Proven(Identifier),
    /// The password is replaced by this one.
    Password(PasswordHash),
    /// This becomes the password, provided that there is none.
    FirstPassword(PasswordHash),
    /// A third party's identity is bound, provided that no other one of the same provider is.
    Bind(Box<ExternalProfile>),
    /// A provider's identity is unbound, provided that there is another way to sign in.
    Unbind(Unbinding),
    /// The ways to sign in that were added lately are removed, provided that the user still has the address by which the
    /// account is recovered.
    Recover(Recovery),
}

impl Change {
    /// Whether the change adds a way to sign in that the user has proven, which makes an anonymous user an ordinary
    /// one.
    #[must_use]
    pub fn is_proven_way_in(&self) -> bool {
        match self {
            Self::Identifier(held) => held.verified_at.is_some(),
            Self::Bind(_) => true,
            Self::Profile(_)
            | Self::Proven(_)
            | Self::Password(_)
            | Self::FirstPassword(_)
            | Self::Unbind(_)
            | Self::Recover(_) => false,
        }
    }

    /// Whether the change adds, changes or removes a way to sign in, so that its owner must be there.
    #[must_use]
    pub fn needs_presence(&self) -> bool {
        match self {
            Self::Profile(_) => false,
            Self::Identifier(_)
            | Self::Proven(_)
            | Self::Password(_)
            | Self::FirstPassword(_)
            | Self::Bind(_)
            | Self::Unbind(_)
            | Self::Recover(_) => true,
        }
    }

    /// The ways to sign in of which the account must keep one, if the change takes one away with nothing in its place. A
    /// recovery spares the address that it is proven by, and who replaces an address has proven the new one, or is an
    /// operator, who answers for it.
    #[must_use]
    pub fn must_leave_one_of(&self) -> Option<&WaysIn> {
        match self {
            Self::Unbind(unbinding) => Some(&unbinding.ways_in),
            Self::Profile(_)
            | Self::Identifier(_)
            | Self::Proven(_)
            | Self::Password(_)
            | Self::FirstPassword(_)
            | Self::Bind(_)
            | Self::Recover(_) => None,
        }
    }
}

/// Which sessions a change ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionsToEnd {
    /// None of them.
    None,
    /// All of them except this one.
    AllBut(SessionId),
    /// All of them.
    All,
}

/// Who changes or deletes an account, which decides the conditions that the account must meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Its owner, who must not be blocked.
    Owner {
        /// The session of the request, which must still be alive, because whoever ended it may have wanted to prevent
        /// this change. `None` if the owner was recognised by something else, such as a code.
        session: Option<SessionId>,
    },
    /// An operator, who may also change a blocked account.
    Operator,
}

impl Author {
    /// Returns the session that must still be alive.
    #[must_use]
    pub fn session(self) -> Option<SessionId> {
        match self {
            Self::Owner { session } => session,
            Self::Operator => None,
        }
    }
}

/// Changes to one account, stored all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// The user whose account is changed.
    pub user: UserId,
    /// Who changes it.
    pub by: Author,
    /// What changes.
    pub changes: Vec<Change>,
    /// What pays for the changes.
    pub payment: Option<Payment>,
    /// Which sessions are ended.
    pub end_sessions: SessionsToEnd,
    /// The events that record the changes.
    pub events: Vec<NewEvent>,
    /// How the owner is told of the changes, unless nobody is to be told.
    pub telling: Option<Telling>,
    /// When the changes are made.
    pub at: Timestamp,
}

impl AccountChange {
    /// Whether the changes turn an anonymous user into an ordinary one.
    #[must_use]
    pub fn makes_permanent(&self) -> bool {
        self.changes.iter().any(Change::is_proven_way_in)
    }
}

/// The deletion of an account. Everything personal is removed; the event stays, without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDeletion {
    /// The user whose account is deleted.
    pub user: UserId,
    /// Who deletes it.
    pub by: Author,
    /// What pays for it: a proof of presence, or nothing if an operator deletes the account.
    pub payment: Option<Payment>,
    /// The event that records it; `detail` contains only keyed hashes.
    pub event: NewEvent,
    /// How the owner is told of the deletion, unless nobody is to be told.
    pub telling: Option<Telling>,
    /// When the account is deleted.
    pub at: Timestamp,
}
