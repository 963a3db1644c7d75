//! A subscriber to events.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds, SubscriberId};
use auth_ports::{EventHandler, HandleError};
use uuid::Uuid;

/// How a fake subscriber takes events.
#[derive(Clone, Copy)]
pub(crate) enum Mood {
    /// It takes them.
    Well,
    /// It fails.
    Away,
    /// It has unsubscribed.
    Gone,
    /// It never answers.
    Hanging,
    /// It takes them after a few seconds.
    Slow,
    /// It panics.
    Panicking,
}

/// Keeps the events that it is given, if it takes them.
pub(crate) struct FakeHandler {
    id: SubscriberId,
    mood: Mutex<Mood>,
    seen: Mutex<Vec<Uuid>>,
    taken: Mutex<Vec<OutgoingEvent>>,
}

impl FakeHandler {
    pub(crate) fn new(name: &str) -> Arc<Self> {
        let id = SubscriberId::parse(name).expect("a name");
        Arc::new(Self { id, mood: Mutex::new(Mood::Well), seen: Mutex::default(), taken: Mutex::default() })
    }

    pub(crate) fn be(&self, mood: Mood) {
        *self.mood.lock().expect("not poisoned") = mood;
    }

    /// The ids of the events that it was asked to take, once per attempt.
    pub(crate) fn seen(&self) -> Vec<Uuid> {
        self.seen.lock().expect("not poisoned").clone()
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.seen().len()
    }

    pub(crate) fn taken(&self) -> Vec<OutgoingEvent> {
        self.taken.lock().expect("not poisoned").clone()
    }
}

#[async_trait]
impl EventHandler for FakeHandler {
    fn subscriber(&self) -> &SubscriberId {
        &self.id
    }

    fn kinds(&self) -> OutgoingKinds {
        OutgoingKinds::all()
    }

    async fn handle(&self, event: &OutgoingEvent) -> Result<(), HandleError> {
        self.seen.lock().expect("not poisoned").push(event.id);
        let mood = *self.mood.lock().expect("not poisoned");
        match mood {
            Mood::Well => {}
            Mood::Away => return Err(HandleError::Failed("nobody is there".into())),
            Mood::Gone => return Err(HandleError::Unsubscribed("gone".into())),
            Mood::Hanging => std::future::pending().await,
            // The paused clock of the runtime moves on.
            Mood::Slow => tokio::time::sleep(Duration::from_secs(5)).await,
            Mood::Panicking => panic!("as told"),
        }
        self.taken.lock().expect("not poisoned").push(event.clone());
        Ok(())
    }
}
