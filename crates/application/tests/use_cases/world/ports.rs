//! The stores as use cases reach them.

use std::sync::Arc;

use auth_memory::MemoryStores;

/// One handle per store port, all on the same state, so that each can be made to fail on its own:
/// `world.ports.proofs.set_failing(true)`.
#[derive(Clone)]
pub(crate) struct Ports {
    pub(crate) accounts: Arc<MemoryStores>,
    pub(crate) sessions: Arc<MemoryStores>,
    pub(crate) known_devices: Arc<MemoryStores>,
    pub(crate) verifications: Arc<MemoryStores>,
    pub(crate) proofs: Arc<MemoryStores>,
    pub(crate) provider_flows: Arc<MemoryStores>,
    pub(crate) messages: Arc<MemoryStores>,
    pub(crate) limits: Arc<MemoryStores>,
    pub(crate) users: Arc<MemoryStores>,
    pub(crate) admin_keys: Arc<MemoryStores>,
    pub(crate) client_keys: Arc<MemoryStores>,
    pub(crate) events: Arc<MemoryStores>,
    pub(crate) outbox: Arc<MemoryStores>,
    pub(crate) dead_letters: Arc<MemoryStores>,
    pub(crate) upkeep: Arc<MemoryStores>,
}

impl Ports {
    pub(super) fn of(stores: &MemoryStores) -> Self {
        let port = || {
            let port = stores.with_failure();
            port.set_failing(false);
            Arc::new(port)
        };
        Self {
            accounts: port(),
            sessions: port(),
            known_devices: port(),
            verifications: port(),
            proofs: port(),
            provider_flows: port(),
            messages: port(),
            limits: port(),
            users: port(),
            admin_keys: port(),
            client_keys: port(),
            events: port(),
            outbox: port(),
            dead_letters: port(),
            upkeep: port(),
        }
    }

    /// Makes every port fail, or work again.
    pub(crate) fn set_failing(&self, failing: bool) {
        let Self { accounts, sessions, known_devices, verifications, proofs, messages, .. } = self;
        let Self {
            provider_flows, limits, users, admin_keys, client_keys, events, outbox, dead_letters, upkeep, ..
        } = self;
        let first = [accounts, sessions, known_devices, verifications, proofs, provider_flows, messages, limits];
        for port in first.into_iter().chain([users, admin_keys, client_keys, events, outbox, dead_letters, upkeep]) {
            port.set_failing(failing);
        }
    }
}
