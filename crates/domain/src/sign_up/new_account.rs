//! Everything that one successful sign-up stores, in one piece.

use crate::Timestamp;
use crate::accounts::{AccountIdentifier, UserId};
use crate::credentials::PasswordHash;
use crate::events::NewEvent;
use crate::external_identities::ExternalProfile;
use crate::outbox::{OutgoingEvent, OutgoingKind};
use crate::profile::Profile;
use crate::proofs::ProofHash;
use crate::sessions::NewSession;

/// An account at birth, with what pays for it and what begins with it. Stored all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The user's id.
    pub id: UserId,
    /// Whether `id` is a user who was anonymous until now and keeps the id, rather than a new one.
    pub was_anonymous: bool,
    /// What the user says of themselves.
    pub profile: Profile,
    /// At most one of each kind.
    pub identifiers: Vec<AccountIdentifier>,
    /// A third party's identity to bind.
    pub external_identity: Option<ExternalProfile>,
    /// The password's hash, when one was chosen.
    pub password: Option<PasswordHash>,
    /// Proofs to spend; each must still be unspent and alive.
    pub proofs: Vec<ProofHash>,
    /// Keyed hash of the request, kept with the spent proofs.
    pub fingerprint: [u8; 32],
    /// The first session.
    pub session: NewSession,
    /// The record of the sign-up.
    pub event: NewEvent,
    /// When.
    pub created_at: Timestamp,
}

impl NewAccount {
    /// What subscribers are told: that a user came into being, or that one who was anonymous is so no longer.
    #[must_use]
    pub fn outgoing(&self) -> Option<OutgoingEvent> {
        let told = OutgoingEvent::of(&self.event)?.in_session(self.session.id);
        Some(if self.was_anonymous { OutgoingEvent { kind: OutgoingKind::UserUpdated, ..told } } else { told })
    }
}
