//! The world of a test: everything that use cases are made of, and the people who call them.

mod events;
mod gate;
mod guesses;
mod operators;
mod people;
mod ports;
mod rules;
mod sessions;
mod use_cases;
mod use_cases_of_operators;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use auth_application::events::EventSignal;
use auth_application::kit::MessageSignal;
use auth_application::verification::{Handover, Places};
use auth_contracts::ManualClock;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::messages::Channel;
use auth_domain::outbox::Subscribers;
use auth_domain::secret_bytes::SecretBytes;
use auth_memory::MemoryStores;
use auth_ports::MessageSender;
use chrono::TimeDelta;

pub(crate) use operators::operator;
pub(crate) use people::{Origins, PASSWORD, Person, hash_of_token, knowing, secret};
pub(crate) use ports::Ports;
pub(crate) use rules::{Rules, by_phone_number_only, once_per, registered, tries};

use crate::fakes::{
    FakeDecrypter, FakeEntropy, FakeHandler, FakeHasher, FakeProvider, FakePuzzles, FakeSender, FakeTokens, INVITATION,
    Invitations, Meanwhile,
};

/// Everything that use cases are made of. Clones share it, except for the rules.
#[derive(Clone)]
pub(crate) struct World {
    /// The stores, for inspections that never fail.
    pub(crate) stores: MemoryStores,
    /// The same stores as use cases reach them. Each port can be made to fail.
    pub(crate) ports: Ports,
    pub(crate) clock: ManualClock,
    pub(crate) entropy: FakeEntropy,
    pub(crate) hasher: Arc<FakeHasher>,
    pub(crate) tokens: Arc<FakeTokens>,
    pub(crate) sender: Arc<FakeSender>,
    /// Who delivers text messages, if anybody does.
    pub(crate) texts: Option<Arc<FakeSender>>,
    pub(crate) provider: Arc<FakeProvider>,
    pub(crate) decrypter: Arc<FakeDecrypter>,
    pub(crate) puzzles: Arc<FakePuzzles>,
    /// Invitation codes, with which people can sign up.
    pub(crate) invitations: Invitations,
    pub(crate) signal: MessageSignal,
    /// The way of codes from requests to the worker.
    pub(crate) handover: Handover,
    /// The handlers that take events.
    pub(crate) handlers: Vec<Arc<FakeHandler>>,
    pub(crate) event_signal: EventSignal,
    pub(crate) key: ServerKey,
    /// The rules, which are read when a use case is made.
    pub(crate) rules: Rules,
    meanwhile: Meanwhile,
}

impl World {
    /// Makes an empty world.
    pub(crate) fn new() -> Self {
        let (invitations, meanwhile) = (Invitations::default(), Meanwhile::default());
        let stores = MemoryStores::new().spending(INVITATION, invitations.clone());
        let (clock, sender, signal) = (ManualClock::new(), Arc::<FakeSender>::default(), MessageSignal::default());
        let senders: [Arc<dyn MessageSender>; 1] = [sender.clone()];
        Self {
            handover: Handover::new(Places::new(&senders, Arc::new(clock.clone())), signal.clone()),
            ports: Ports::of(&stores),
            stores,
            clock,
            entropy: FakeEntropy { meanwhile: meanwhile.clone(), ..FakeEntropy::default() },
            hasher: Arc::new(FakeHasher { meanwhile: meanwhile.clone(), ..FakeHasher::default() }),
            tokens: Arc::default(),
            sender,
            texts: None,
            provider: Arc::default(),
            invitations,
            decrypter: Arc::default(),
            puzzles: Arc::default(),
            signal,
            handlers: Vec::new(),
            event_signal: EventSignal::default(),
            key: ServerKey::new(SecretBytes::new([9; 32])),
            rules: Rules::default(),
            meanwhile,
        }
    }

    /// From now on, text messages are delivered, too.
    pub(crate) fn deliver_texts(&mut self) -> Arc<FakeSender> {
        let texts = Arc::new(FakeSender::by(Channel::SMS));
        self.texts = Some(texts.clone());
        self.handover = Handover::new(Places::new(&self.senders(), Arc::new(self.clock.clone())), self.signal.clone());
        texts
    }

    /// One sender for each channel.
    fn senders(&self) -> Vec<Arc<dyn MessageSender>> {
        let texts = self.texts.clone().map(|texts| texts as Arc<dyn MessageSender>);
        texts.into_iter().chain([self.sender.clone() as Arc<dyn MessageSender>]).collect()
    }

    /// From now on, what is recorded is queued for these subscribers.
    pub(crate) fn tell(&mut self, subscribers: Subscribers) {
        self.stores = self.stores.clone().telling(subscribers);
        self.ports = Ports::of(&self.stores);
    }

    /// Lets this many seconds pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// Makes a port fail: `world.without(|ports| &ports.proofs)`.
    pub(crate) fn without(&self, port: fn(&Ports) -> &MemoryStores) -> &Self {
        port(&self.ports).set_failing(true);
        self
    }

    /// Lets something happen while the next use case runs: as soon as it hashes a password or draws random bytes,
    /// hence after it reads and before it writes. What is planned first happens first.
    pub(crate) fn meanwhile(&self, deed: impl FnOnce(&Self) + Send + 'static) {
        let world = self.clone();
        self.meanwhile.plan(move || deed(&world));
    }

    /// Does the same while a password is hashed or checked, and at no other time.
    pub(crate) fn while_hashing(&self, deed: impl FnOnce(&Self) + Send + 'static) {
        let world = self.clone();
        self.hasher.while_hashing.plan(move || deed(&world));
    }

    /// Does the same while a third party is asked, and at no other time.
    pub(crate) fn while_asking(&self, deed: impl FnOnce(&Self) + Send + 'static) {
        let world = self.clone();
        self.provider.while_asking.plan(move || deed(&world));
    }

    /// Makes everything work again.
    pub(crate) fn mend(&self) {
        self.ports.set_failing(false);
        self.meanwhile.clear();
        self.hasher.while_hashing.clear();
        self.provider.while_asking.clear();
        self.hasher.overloaded.store(false, Ordering::Relaxed);
        self.hasher.full.store(false, Ordering::Relaxed);
        self.tokens.fails.store(false, Ordering::Relaxed);
        self.decrypter.overloaded.store(false, Ordering::Relaxed);
        self.puzzles.overloaded.store(false, Ordering::Relaxed);
    }
}

/// Returns the outcome of a future that never waits. The stores in memory and the fakes answer at once.
pub(crate) fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("something waits, although nothing in this world does"),
    }
}
