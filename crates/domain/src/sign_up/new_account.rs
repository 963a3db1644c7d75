//! Everything that a successful sign-up stores, as one value.

use crate::Timestamp;
use crate::accounts::{AccountIdentifier, UserId};
use crate::credentials::PasswordHash;
use crate::events::NewEvent;
use crate::external_identities::ExternalProfile;
use crate::outbox::{OutgoingEvent, OutgoingKind};
use crate::payment::Payment;
use crate::profile::Profile;
use crate::sessions::NewSession;

/// A new account, with what pays for it and what begins with it. It is stored as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The user's id.
    pub id: UserId,
    /// Whether `id` belongs to a user who was anonymous until now and keeps the id, rather than to a new user.
    pub was_anonymous: bool,
    /// What the user says about themselves.
    pub profile: Profile,
    /// The login names, at most one of each kind.
    pub identifiers: Vec<AccountIdentifier>,
    /// The third-party identity to bind, if any.
    pub external_identity: Option<ExternalProfile>,
    /// The password's hash, if one was chosen.
    pub password: Option<PasswordHash>,
    /// What pays for the account; none where no evidence is spent.
    pub payment: Option<Payment>,
    /// The first session.
    pub session: NewSession,
    /// The record of the sign-up.
    pub event: NewEvent,
    /// When the user signed up.
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
