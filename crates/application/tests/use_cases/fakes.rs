//! Fakes of the ports that no adapter in memory exists for.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::access::AccessClaims;
use auth_domain::credentials::{Password, PasswordHash};
use auth_domain::messages::{Channel, OutgoingMessage};
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds, SubscriberId};
use auth_ports::{
    AccessTokenMinter, EventHandler, Failure, HandleError, MessageSender, PasswordHasher, SendError, Verdict,
};
use uuid::Uuid;

/// Signs nothing; can be made to fail.
#[derive(Default)]
pub(crate) struct FakeMinter {
    pub(crate) fails: AtomicBool,
}

impl AccessTokenMinter for FakeMinter {
    fn mint(&self, claims: &AccessClaims) -> Result<String, Failure> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(Failure::internal("no key"));
        }
        Ok(format!("token of {}", claims.user))
    }
}

/// Hashes nothing; can be made to be overloaded, and counts what it was asked to check.
#[derive(Default)]
pub(crate) struct FakeHasher {
    pub(crate) overloaded: AtomicBool,
    pub(crate) checks: AtomicUsize,
}

#[async_trait]
impl PasswordHasher for FakeHasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, Failure> {
        if self.overloaded.load(Ordering::Relaxed) {
            return Err(Failure::Unavailable { retry_after: Duration::from_secs(3), cause: "overloaded".into() });
        }
        Ok(PasswordHash::new(format!("hash of {}", password.expose())))
    }

    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verdict, Failure> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        let expected = self.hash(password).await?;
        Ok(if hash == Some(expected) { Verdict::Matches } else { Verdict::Differs })
    }
}

/// Sends nothing; keeps what it was given, and answers as told.
pub(crate) struct FakeSender {
    pub(crate) sent: Mutex<Vec<OutgoingMessage>>,
    pub(crate) answer: Mutex<fn() -> Result<(), SendError>>,
}

impl FakeSender {
    pub(crate) fn new(answer: fn() -> Result<(), SendError>) -> Self {
        Self { sent: Mutex::default(), answer: Mutex::new(answer) }
    }

    pub(crate) fn answer_with(&self, answer: fn() -> Result<(), SendError>) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    pub(crate) fn sent(&self) -> Vec<OutgoingMessage> {
        self.sent.lock().expect("not poisoned").clone()
    }
}

#[async_trait]
impl MessageSender for FakeSender {
    fn channel(&self) -> Channel {
        Channel::EMAIL
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        self.sent.lock().expect("not poisoned").push(message.clone());
        let answer = *self.answer.lock().expect("not poisoned");
        answer()
    }
}

/// How a fake subscriber takes events.
#[derive(Clone, Copy)]
pub(crate) enum Mood {
    /// Well: it takes them.
    Well,
    /// Away: it fails.
    Away,
    /// It wants no more.
    Gone,
    /// It never answers.
    Hanging,
    /// It takes them after a few seconds.
    Slow,
    /// It panics.
    Panicking,
}

/// Keeps the events that it is given, if it is well.
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

    /// Ids of the events that it was asked to take, each time.
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
            Mood::Slow => tokio::time::sleep(Duration::from_secs(5)).await,
            Mood::Panicking => panic!("as told"),
        }
        self.taken.lock().expect("not poisoned").push(event.clone());
        Ok(())
    }
}
