//! The stored state. Tables are small, so they are searched linearly, and there is no second index that could
//! disagree with them. Only events are many.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::{Account, UserId};
use auth_domain::admin::{AdminKey, EventPosition};
use auth_domain::client_keys::ClientKey;
use auth_domain::events::NewEvent;
use auth_domain::identifier::Identifier;
use auth_domain::known_devices::KnownDevice;
use auth_domain::limits::LimitKey;
use auth_domain::messages::QueuedMessage;
use auth_domain::origin::Place;
use auth_domain::outbox::{DeadLetter, QueuedEvent, SubscriberId, Subscribers};
use auth_domain::presence::Presence;
use auth_domain::proofs::Proof;
use auth_domain::provider_flows::ProviderFlow;
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sends::PastSend;
use auth_domain::sessions::NewSession;
use auth_domain::verifications::Verification;
use auth_ports::Failure;
use uuid::Uuid;

use crate::spenders::Spenders;

/// All data, in the order in which it was written.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) accounts: BTreeMap<UserId, Account>,
    pub(crate) sessions: Vec<HeldSession>,
    /// Devices of sessions that were removed.
    pub(crate) known_devices: Vec<KnownDevice>,
    pub(crate) events: Events,
    /// Users whose accounts were deleted.
    pub(crate) gone: BTreeSet<UserId>,
    pub(crate) proofs: Vec<HeldProof>,
    pub(crate) provider_flows: Vec<ProviderFlow>,
    pub(crate) verifications: Vec<Verification>,
    pub(crate) sends: Vec<SentTo>,
    pub(crate) messages: Vec<HeldMessage>,
    /// When the full burst of each key is available again.
    pub(crate) limits: HashMap<LimitKey, Timestamp>,
    pub(crate) admin_keys: Vec<AdminKey>,
    pub(crate) client_keys: Vec<ClientKey>,
    /// The spenders of vouchers.
    pub(crate) spenders: Spenders,
    /// The subscribers to events.
    pub(crate) subscribers: Subscribers,
    pub(crate) wake: Wake,
    /// Waiting events, in the order of their positions.
    pub(crate) outbox: Vec<WaitingEvent>,
    /// How many events were ever queued, which is the position of the last one.
    pub(crate) told: u64,
    pub(crate) dead: Vec<HeldDeadLetter>,
    /// When subscribers unsubscribed.
    pub(crate) ended: BTreeMap<SubscriberId, Timestamp>,
}

/// Events, in the order of recording. Tests record ten thousand of them, each after a look whether its id is in use.
#[derive(Debug, Default)]
pub(crate) struct Events {
    by_position: BTreeMap<EventPosition, NewEvent>,
    ids: HashSet<Uuid>,
    /// The position of the last event that was ever recorded.
    last: EventPosition,
}

impl Events {
    pub(crate) fn has(&self, id: Uuid) -> bool {
        self.ids.contains(&id)
    }

    pub(crate) fn last_position(&self) -> EventPosition {
        self.last
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &NewEvent> {
        self.by_position.values()
    }

    pub(crate) fn after(&self, position: EventPosition) -> impl Iterator<Item = (&EventPosition, &NewEvent)> {
        self.by_position.range((Bound::Excluded(position), Bound::Unbounded))
    }

    /// Stores an event after all others.
    pub(crate) fn push(&mut self, event: NewEvent) {
        let next = self.last.as_i64().checked_add(1).and_then(EventPosition::from_i64);
        self.last = next.unwrap_or(self.last);
        self.ids.insert(event.id);
        self.by_position.insert(self.last, event);
    }

    pub(crate) fn remove(&mut self, is_meant: impl Fn(&NewEvent) -> bool) {
        let ids = &mut self.ids;
        self.by_position.retain(|_, event| {
            let goes = is_meant(event);
            if goes {
                ids.remove(&event.id);
            }
            !goes
        });
    }
}

/// What is called when an event was queued.
pub(crate) struct Wake(pub(crate) Arc<dyn Fn() + Send + Sync>);

impl Default for Wake {
    fn default() -> Self {
        Self(Arc::new(|| {}))
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wake(…)")
    }
}

/// A session and what has happened to it.
#[derive(Debug)]
pub(crate) struct HeldSession {
    pub(crate) session: NewSession,
    pub(crate) generation: u32,
    pub(crate) rotated_at: Option<Timestamp>,
    /// Where the session was last refreshed.
    pub(crate) rotated_from: Option<Place>,
    pub(crate) presence: Option<Presence>,
    pub(crate) ended_at: Option<Timestamp>,
}

impl HeldSession {
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.session.expires_at
    }
}

/// A proof and the evidence that it was made from.
#[derive(Debug)]
pub(crate) struct HeldProof {
    pub(crate) proof: Proof,
    pub(crate) evidence: Option<SecretHash>,
    pub(crate) holder: Option<UserId>,
}

/// A message that was sent to an address.
#[derive(Debug)]
pub(crate) struct SentTo {
    pub(crate) address: Identifier,
    pub(crate) send: PastSend,
}

/// A message, and when it may be claimed.
#[derive(Debug)]
pub(crate) struct HeldMessage {
    pub(crate) message: QueuedMessage,
    pub(crate) due_at: Timestamp,
}

/// An event that waits for a subscriber.
#[derive(Debug)]
pub(crate) struct WaitingEvent {
    pub(crate) subscriber: SubscriberId,
    pub(crate) position: u64,
    pub(crate) due_at: Timestamp,
    pub(crate) queued: QueuedEvent,
}

/// An event that was given up, and its place in the queue.
#[derive(Debug, Clone)]
pub(crate) struct HeldDeadLetter {
    pub(crate) letter: DeadLetter,
    pub(crate) position: u64,
}

/// Whether this login name belongs to the account.
pub(crate) fn has(account: &Account, identifier: &Identifier) -> bool {
    account.identifiers.iter().any(|held| held.identifier == *identifier)
}

/// The failure for a caller that brings an id which is in use. No promise of a port covers this case, and nothing may
/// be overwritten.
pub(crate) fn in_use(what: &str) -> Failure {
    Failure::internal(format!("{what} is in use"))
}
