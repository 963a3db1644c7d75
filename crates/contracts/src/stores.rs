//! The stores under test.

use std::sync::Arc;

use auth_domain::admin::{EventFilter, EventPage};
use auth_domain::events::{Event, NewEvent};
use auth_domain::outbox::Subscribers;
use auth_domain::proofs::{Proof, ProofHash};
use auth_ports::{
    AccountStore, AdminKeyStore, ClientKeyStore, DeadLetters, EventStore, Halt, KnownDevices, MessageQueue, Outbox,
    ProofStore, ProviderFlowStore, RateLimiter, RegisterRefusal, SessionStore, UpkeepStore, UserStore,
    VerificationStore,
};

use crate::samples::SampleAccount;

/// The stores of one adapter. They share one state, which is empty at first.
#[derive(Clone)]
pub struct Stores {
    /// The store of accounts.
    pub accounts: Arc<dyn AccountStore>,
    /// The store of sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// What knows the devices of accounts.
    pub known_devices: Arc<dyn KnownDevices>,
    /// The store of verifications.
    pub verifications: Arc<dyn VerificationStore>,
    /// The store of proofs.
    pub proofs: Arc<dyn ProofStore>,
    /// The store of sign-ins at third parties that have begun.
    pub provider_flows: Arc<dyn ProviderFlowStore>,
    /// The queue of messages.
    pub messages: Arc<dyn MessageQueue>,
    /// The rate limiter.
    pub limits: Arc<dyn RateLimiter>,
    /// The store in which operators create users and page through them.
    pub users: Arc<dyn UserStore>,
    /// The store of admin keys.
    pub admin_keys: Arc<dyn AdminKeyStore>,
    /// The store of publishable keys.
    pub client_keys: Arc<dyn ClientKeyStore>,
    /// The store of events.
    pub events: Arc<dyn EventStore>,
    /// Events on their way to subscribers.
    pub outbox: Arc<dyn Outbox>,
    /// Those that were given up.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// What keeps the others in order.
    pub upkeep: Arc<dyn UpkeepStore>,
    reopen: Option<Arc<dyn Fn() -> Stores + Send + Sync>>,
    tell: Option<Arc<dyn Fn(Subscribers) -> Stores + Send + Sync>>,
}

impl Stores {
    /// Makes the stores of an adapter that implements every port.
    #[must_use]
    pub fn of<A>(adapter: A) -> Self
    where
        A: AccountStore
            + SessionStore
            + KnownDevices
            + VerificationStore
            + ProofStore
            + ProviderFlowStore
            + MessageQueue
            + RateLimiter
            + UserStore
            + AdminKeyStore
            + ClientKeyStore
            + EventStore
            + Outbox
            + DeadLetters
            + UpkeepStore
            + 'static,
    {
        let adapter = Arc::new(adapter);
        Self {
            accounts: adapter.clone(),
            sessions: adapter.clone(),
            known_devices: adapter.clone(),
            verifications: adapter.clone(),
            proofs: adapter.clone(),
            provider_flows: adapter.clone(),
            messages: adapter.clone(),
            limits: adapter.clone(),
            users: adapter.clone(),
            admin_keys: adapter.clone(),
            client_keys: adapter.clone(),
            events: adapter.clone(),
            outbox: adapter.clone(),
            dead_letters: adapter.clone(),
            upkeep: adapter,
            reopen: None,
            tell: None,
        }
    }

    /// Adds a way to open another handle on the same data, as a restarted process does.
    #[must_use]
    pub fn reopened_by(mut self, reopen: impl Fn() -> Self + Send + Sync + 'static) -> Self {
        self.reopen = Some(Arc::new(reopen));
        self
    }

    /// Adds a way to make a handle on the same data that tells these subscribers of what it records.
    #[must_use]
    pub fn told_by(mut self, tell: impl Fn(Subscribers) -> Self + Send + Sync + 'static) -> Self {
        self.tell = Some(Arc::new(tell));
        self
    }

    /// A handle on the same data that tells these subscribers of what it records.
    ///
    /// # Panics
    /// When the adapter's test does not say how to make one ([`Stores::told_by`]).
    #[must_use]
    pub fn telling(&self, subscribers: Subscribers) -> Self {
        let tell = self.tell.as_ref().expect("the maker of these stores says how subscribers are told");
        Self { reopen: self.reopen.clone(), tell: self.tell.clone(), ..tell(subscribers) }
    }

    /// Another handle on the same data, where the adapter permits; else this one.
    #[must_use]
    pub fn reopened(&self) -> Self {
        self.reopen.as_ref().map_or_else(
            || self.clone(),
            |reopen| Self { reopen: self.reopen.clone(), tell: self.tell.clone(), ..reopen() },
        )
    }

    /// Stores the sample's proofs, which registering it will spend.
    ///
    /// # Panics
    /// If a proof is not stored.
    pub async fn keep_proofs(&self, sample: &SampleAccount) {
        for proof in &sample.proofs {
            self.proofs.create(proof.clone()).await.expect("a proof of a sample is stored");
        }
    }

    /// Stores the sample's proofs and tries to register it.
    ///
    /// # Errors
    /// The errors of `register`.
    ///
    /// # Panics
    /// When a proof is not stored.
    pub async fn try_sign_up(&self, sample: &SampleAccount) -> Result<(), Halt<RegisterRefusal>> {
        self.keep_proofs(sample).await;
        self.accounts.register(sample.account.clone()).await
    }

    /// Stores the sample's proofs and registers it.
    ///
    /// # Panics
    /// If either fails.
    pub async fn sign_up(&self, sample: &SampleAccount) {
        self.try_sign_up(sample).await.expect("a sample without rivals is registered");
    }

    /// The event that was recorded under this event's id and user.
    pub(crate) async fn recorded(&self, event: &NewEvent) -> Option<Event> {
        let filter = EventFilter { user: event.user, ..EventFilter::default() };
        let page = EventPage { filter, before: None, limit: u16::MAX };
        let events = self.events.list(page).await.expect("the store works");
        events.into_iter().find(|found| found.id == event.id)
    }

    /// The proof with this hash, which must exist.
    pub(crate) async fn proof(&self, hash: &ProofHash) -> Proof {
        self.proofs.find(hash).await.expect("the store works").expect("the proof is found")
    }
}
