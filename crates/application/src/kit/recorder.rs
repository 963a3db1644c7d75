//! Recording what happens.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::accounts::telling::Telling;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::messages::Language;
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofHash;
use auth_domain::secret_bytes::SecretHash;
use auth_ports::{Clock, Entropy, EventStore, Failure, Happened, draw};

use super::{Notices, Tally};

/// The clock, the randomness, and the events and notices that are made from both. It is cheap to clone and part of every
/// use case that records something.
#[derive(Clone)]
pub struct Recorder {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    events: Arc<dyn EventStore>,
    notices: Notices,
    tally: Tally,
}

impl Recorder {
    /// Builds the recorder from its ports.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        events: Arc<dyn EventStore>,
        notices: Notices,
    ) -> Self {
        Self { clock, entropy, events, notices, tally: Tally::default() }
    }

    /// The same, which also counts.
    #[must_use]
    pub fn counting(self, tally: Tally) -> Self {
        Self { tally, ..self }
    }

    /// Counts what has happened; not stored, and lost with the process.
    pub(crate) fn count(&self, happened: Happened) {
        self.tally.count(happened);
    }

    /// Returns how the owner of an account is told of a write, which carries it. `language` is that of the request. Once
    /// the write has succeeded, [`Recorder::told`] is called.
    pub(crate) fn telling(&self, language: Option<Language>) -> Option<Telling> {
        self.notices.telling(language, &*self.entropy)
    }

    /// Lets the notices of a write be delivered at once.
    pub(crate) fn told(&self) {
        self.notices.wake();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn draw<const N: usize>(&self) -> [u8; N] {
        draw(&*self.entropy)
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// Makes an event without method and detail, which callers add where there are any. It is stored with the change
    /// that it records.
    pub(crate) fn event(&self, kind: EventKind, user: Option<UserId>, actor: Actor, at: Timestamp) -> NewEvent {
        let id = uuid::Builder::from_random_bytes(self.draw()).into_uuid();
        NewEvent { id, kind, user, actor, method: None, detail: None, at }
    }

    /// Makes an event for a change that users make to their own accounts.
    pub(crate) fn own_event(&self, kind: EventKind, user: UserId, origin: &Origin, at: Timestamp) -> NewEvent {
        self.event(kind, Some(user), Actor::User(origin.clone()), at)
    }

    /// Stores an event that records no change.
    pub(crate) async fn record(&self, event: NewEvent) -> Result<(), Failure> {
        self.events.record(event).await
    }

    /// Records a failed sign-in by a `method` whose tries are limited. Tries beyond a limit leave no event, because a
    /// flood of them would fill the store.
    pub(crate) async fn sign_in_failed(
        &self,
        method: &str,
        user: Option<UserId>,
        origin: &Origin,
    ) -> Result<(), Failure> {
        self.record(self.failed_sign_in(method, user, origin)).await
    }

    /// Records a failed sign-in with a proof. Since the proof stays unspent and the request can be repeated at will,
    /// there is one event per proof.
    pub(crate) async fn sign_in_failed_once(
        &self,
        proof: &ProofHash,
        method: &str,
        user: Option<UserId>,
        origin: &Origin,
    ) -> Result<(), Failure> {
        let id = SecretHash::of(&[b"sign_in_failed".as_slice(), proof.as_bytes()].concat());
        let id = uuid::Builder::from_custom_bytes(std::array::from_fn(|n| id.as_bytes()[n])).into_uuid();
        self.record(NewEvent { id, ..self.failed_sign_in(method, user, origin) }).await
    }

    fn failed_sign_in(&self, method: &str, user: Option<UserId>, origin: &Origin) -> NewEvent {
        self.count(Happened::SignInFailed);
        let event = self.event(EventKind::SignInFailed, user, Actor::User(origin.clone()), self.now());
        NewEvent { method: Some(method.to_owned()), ..event }
    }
}
