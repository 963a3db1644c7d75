//! Functions that subscribe to events.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds, SubscriberId, SubscriberIdError};
use auth_ports::{EventHandler, HandleError};

use crate::Ports;

type Handling = Pin<Box<dyn Future<Output = Result<(), HandleError>> + Send>>;
type Handle = Arc<dyn Fn(OutgoingEvent, Ports) -> Handling + Send + Sync>;

/// A function that subscribes to events, before the stores are open.
#[derive(Clone)]
pub struct OnEvent {
    name: String,
    kinds: OutgoingKinds,
    handle: Handle,
}

impl OnEvent {
    /// Subscribes `handle` to these kinds. `name` is checked by [`OnEvent::subscriber`].
    pub fn new<F, Handled>(kinds: OutgoingKinds, name: &str, handle: F) -> Self
    where
        F: Fn(OutgoingEvent, Ports) -> Handled + Send + Sync + 'static,
        Handled: Future<Output = Result<(), HandleError>> + Send + 'static,
    {
        Self { name: name.to_owned(), kinds, handle: Arc::new(move |event, ports| Box::pin(handle(event, ports))) }
    }

    /// Returns the name that was given to it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the kinds of events that it wants.
    #[must_use]
    pub fn kinds(&self) -> OutgoingKinds {
        self.kinds
    }

    /// Returns the name under which events wait for it.
    ///
    /// # Errors
    /// Returns [`SubscriberIdError`] if the name is not a valid one for a subscriber.
    pub fn subscriber(&self) -> Result<SubscriberId, SubscriberIdError> {
        SubscriberId::parse(&self.name)
    }

    /// Returns the subscriber, with the ports that are lent to it at each event.
    ///
    /// # Errors
    /// Returns the same errors as [`OnEvent::subscriber`].
    pub fn with_ports(&self, ports: Ports) -> Result<Arc<dyn EventHandler>, SubscriberIdError> {
        Ok(Arc::new(WithPorts {
            subscriber: self.subscriber()?,
            kinds: self.kinds,
            handle: Arc::clone(&self.handle),
            ports,
        }))
    }
}

impl fmt::Debug for OnEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnEvent").field("name", &self.name).field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

struct WithPorts {
    subscriber: SubscriberId,
    kinds: OutgoingKinds,
    handle: Handle,
    ports: Ports,
}

#[async_trait]
impl EventHandler for WithPorts {
    fn subscriber(&self) -> &SubscriberId {
        &self.subscriber
    }

    fn kinds(&self) -> OutgoingKinds {
        self.kinds
    }

    async fn handle(&self, event: &OutgoingEvent) -> Result<(), HandleError> {
        (self.handle)(event.clone(), self.ports.clone()).await
    }
}
