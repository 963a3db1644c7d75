//! What users change in their own accounts, with what pays for it: one value, one transaction.

use crate::Timestamp;
use crate::credentials::PasswordHash;
use crate::events::NewEvent;
use crate::external_identities::ExternalProfile;
use crate::profile::Profile;
use crate::proofs::ProofHash;
use crate::sessions::SessionId;
use crate::users::{AccountIdentifier, UserId};

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The profile becomes this.
    Profile(Profile),
    /// An identifier is added, or replaces the one of its kind.
    Identifier(AccountIdentifier),
    /// The password becomes this.
    Password(PasswordHash),
    /// A third party's identity is bound, in place of an earlier one of the same provider.
    Bind(Box<ExternalProfile>),
    /// A provider's identity is unbound.
    Unbind(crate::external_identities::ProviderId),
}

/// Which sessions end with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndSessions {
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
    /// What changes.
    pub changes: Vec<Change>,
    /// Proofs to spend.
    pub proofs: Vec<ProofHash>,
    /// Keyed hash of the request, kept with the spent proofs.
    pub fingerprint: [u8; 32],
    /// Which sessions end.
    pub end_sessions: EndSessions,
    /// The record of it.
    pub event: NewEvent,
    /// When.
    pub at: Timestamp,
}

/// The end of an account. Everything personal goes; the event stays, without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDeletion {
    /// Whose account.
    pub user: UserId,
    /// The proof of presence to spend; none when an operator deletes.
    pub proof: Option<ProofHash>,
    /// Keyed hash of the request.
    pub fingerprint: [u8; 32],
    /// The record of it: `detail` holds keyed hashes only.
    pub event: NewEvent,
    /// When.
    pub at: Timestamp,
}
