//! Telling owners what happens to their accounts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use auth_domain::accounts::telling::Telling;
use auth_domain::identifier::{IdentifierKind, Schemes};
use auth_domain::messages::{Channel, Language};
use auth_ports::{Entropy, draw};
use tokio::sync::Notify;

/// Wakes the worker that delivers messages.
#[derive(Clone, Default)]
pub struct MessageSignal(Arc<Signal>);

#[derive(Default)]
struct Signal {
    wake: Notify,
    /// Whether something was queued that the worker has not looked for.
    is_queued: AtomicBool,
}

impl MessageSignal {
    /// Signals that a message was queued.
    pub fn wake(&self) {
        self.0.is_queued.store(true, Ordering::Release);
        self.0.wake.notify_one();
    }

    /// Signals that a message was handed to the worker, which need not look into the queue.
    pub(crate) fn hand_over(&self) {
        self.0.wake.notify_one();
    }

    /// Waits for a signal. One before the call counts.
    pub(crate) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    /// Whether a message was queued since the last call.
    pub(crate) fn take_queued(&self) -> bool {
        self.0.is_queued.swap(false, Ordering::AcqRel)
    }
}

/// Whether and how owners are told what happens to their accounts. Cheap to clone.
#[derive(Clone)]
pub struct Notices {
    /// The kinds of identifiers that reach a person, and how. `None` if nobody is told anything.
    channels: Option<Arc<[(IdentifierKind, Channel)]>>,
    signal: MessageSignal,
}

impl Notices {
    /// Owners are told at every address of a kind that reaches a person.
    #[must_use]
    pub fn on(schemes: &Schemes, signal: MessageSignal) -> Self {
        let channels = schemes.reachable().filter_map(|scheme| Some((scheme.kind(), scheme.channel()?)));
        Self { channels: Some(channels.collect()), signal }
    }

    /// Owners are told nothing.
    #[must_use]
    pub fn off(signal: MessageSignal) -> Self {
        Self { channels: None, signal }
    }

    /// Returns how the owner is told of the next write. `language` is that of the request.
    pub(super) fn telling(&self, language: Option<Language>, entropy: &dyn Entropy) -> Option<Telling> {
        let channels = self.channels.as_ref()?.to_vec();
        Some(Telling { seed: draw(entropy), language, channels })
    }

    /// Wakes the worker after a write that may have queued notices.
    pub(super) fn wake(&self) {
        if self.channels.is_some() {
            self.signal.wake();
        }
    }
}
