//! Every store port.

use std::fmt;
use std::sync::Arc;

use auth_ports::{
    AccountStore, AdminKeyStore, ClientKeyStore, DeadLetters, EventStore, KnownDevices, MessageQueue, Outbox,
    ProofStore, ProviderFlowStore, RateLimiter, SessionStore, UpkeepStore, UserStore, VerificationStore,
};

use crate::StoreHandle;

/// The store ports, each behind its trait. They may be one adapter or several. Clones are the same stores.
#[derive(Clone)]
pub struct StorePorts {
    /// Accounts as their owners change them.
    pub accounts: Arc<dyn AccountStore>,
    /// Keys of the admin listener.
    pub admin_keys: Arc<dyn AdminKeyStore>,
    /// Publishable keys of clients.
    pub client_keys: Arc<dyn ClientKeyStore>,
    /// Deliveries that were given up.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// The recorded events.
    pub events: Arc<dyn EventStore>,
    /// Devices with which accounts have signed in.
    pub known_devices: Arc<dyn KnownDevices>,
    /// Counters of limits.
    pub limits: Arc<dyn RateLimiter>,
    /// What they are on, for adapters of tables that a team keeps beside ours: for PostgreSQL, an
    /// `auth_postgres::Database`. By default nothing is lent.
    pub handle: StoreHandle,
    /// Messages to send.
    pub messages: Arc<dyn MessageQueue>,
    /// Events that wait for subscribers.
    pub outbox: Arc<dyn Outbox>,
    /// Proofs.
    pub proofs: Arc<dyn ProofStore>,
    /// Sign-ins at third parties that have begun.
    pub provider_flows: Arc<dyn ProviderFlowStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Upkeep, and whether the stores are ready.
    pub upkeep: Arc<dyn UpkeepStore>,
    /// Users as operators see them.
    pub users: Arc<dyn UserStore>,
    /// Verifications.
    pub verifications: Arc<dyn VerificationStore>,
}

impl StorePorts {
    /// Uses one adapter for all of them. Single fields may be replaced afterwards.
    pub fn of<S>(stores: Arc<S>) -> Self
    where
        S: AccountStore
            + AdminKeyStore
            + ClientKeyStore
            + DeadLetters
            + EventStore
            + KnownDevices
            + RateLimiter
            + MessageQueue
            + Outbox
            + ProofStore
            + ProviderFlowStore
            + SessionStore
            + UpkeepStore
            + UserStore
            + VerificationStore
            + 'static,
    {
        Self {
            accounts: stores.clone(),
            admin_keys: stores.clone(),
            client_keys: stores.clone(),
            dead_letters: stores.clone(),
            events: stores.clone(),
            handle: StoreHandle::default(),
            known_devices: stores.clone(),
            limits: stores.clone(),
            messages: stores.clone(),
            outbox: stores.clone(),
            proofs: stores.clone(),
            provider_flows: stores.clone(),
            sessions: stores.clone(),
            upkeep: stores.clone(),
            users: stores.clone(),
            verifications: stores,
        }
    }
}

impl fmt::Debug for StorePorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StorePorts(…)")
    }
}
