//! Sign-ins that came to nothing, written down for operators.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofHash;
use auth_domain::secret_bytes::SecretHash;
use auth_ports::{Clock, Entropy, EventStore, Failure};

use crate::kit::new_event;

/// Records failed sign-ins. What a limit refuses leaves no event, or a flood would fill the store.
#[derive(Clone)]
pub struct FailedSignIns {
    events: Arc<dyn EventStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl FailedSignIns {
    /// On these ports.
    #[must_use]
    pub fn new(events: Arc<dyn EventStore>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { events, clock, entropy }
    }

    /// One by a `method` whose tries are limited.
    pub(crate) async fn record(&self, method: &str, user: Option<UserId>, origin: &Origin) -> Result<(), Failure> {
        self.events.record(self.event(method, user, origin)).await
    }

    /// One by a proof, which stays good: however often the request is repeated, there is one event for each proof.
    pub(crate) async fn record_once(
        &self,
        proof: &ProofHash,
        method: &str,
        user: Option<UserId>,
        origin: &Origin,
    ) -> Result<(), Failure> {
        let id = SecretHash::of(&[b"sign_in_failed".as_slice(), proof.as_bytes()].concat());
        let id = uuid::Builder::from_custom_bytes(std::array::from_fn(|n| id.as_bytes()[n])).into_uuid();
        self.events.record(NewEvent { id, ..self.event(method, user, origin) }).await
    }

    fn event(&self, method: &str, user: Option<UserId>, origin: &Origin) -> NewEvent {
        let actor = Actor::User(origin.clone());
        let event = new_event(&*self.entropy, EventKind::SignInFailed, user, actor, self.clock.now());
        NewEvent { method: Some(method.to_owned()), ..event }
    }
}
