//! What users change in their own accounts, with what pays for it: one value, one transaction.

use crate::Timestamp;
use crate::accounts::{AccountIdentifier, UserId};
use crate::credentials::PasswordHash;
use crate::events::{Actor, NewEvent};
use crate::external_identities::ExternalProfile;
use crate::identifier::Identifier;
use crate::profile::Profile;
use crate::proofs::ProofHash;
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

/// Changes to one account. Stored all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Whose account.
    pub user: UserId,
    /// The session of the request, which must still be alive: what ended it may have been meant to stop this.
    pub session: Option<SessionId>,
    /// What changes.
    pub changes: Vec<Change>,
    /// Proofs to spend.
    pub proofs: Vec<ProofHash>,
    /// Keyed hash of the request, kept with the spent proofs.
    pub fingerprint: [u8; 32],
    /// Which sessions end.
    pub end_sessions: SessionsToEnd,
    /// The record of each change.
    pub events: Vec<NewEvent>,
    /// When.
    pub at: Timestamp,
}

impl AccountChange {
    /// Whether an operator changes it.
    #[must_use]
    pub fn is_by_operator(&self) -> bool {
        self.events.iter().any(|event| matches!(event.actor, Actor::Operator { .. }))
    }

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
    /// The session of the request, which must still be alive.
    pub session: Option<SessionId>,
    /// The proof of presence to spend; none when an operator deletes.
    pub proof: Option<ProofHash>,
    /// Keyed hash of the request.
    pub fingerprint: [u8; 32],
    /// The record of it: `detail` holds keyed hashes only.
    pub event: NewEvent,
    /// When.
    pub at: Timestamp,
}
