//! Events on their way to subscribers.

use std::sync::Arc;

use auth_application::events::{DeliverEvents, ManageSubscriptions, ReviewDeadLetters};
use auth_domain::outbox::{OutgoingKinds, RetrySchedule, Subscriber, Subscribers};
use auth_ports::{EventHandler as _, Outbox};

use super::World;
use crate::fakes::{FakeHandler, SlowOutbox};

impl World {
    /// From now on, these subscribe to everything.
    pub(crate) fn subscribe(&mut self, handlers: Vec<Arc<FakeHandler>>) {
        self.handlers = handlers;
        self.tell(self.subscribers());
    }

    fn subscribers(&self) -> Subscribers {
        let wants_all =
            |handler: &Arc<FakeHandler>| Subscriber { id: handler.subscriber().clone(), kinds: OutgoingKinds::all() };
        Subscribers::new(self.handlers.iter().map(wants_all).collect()).expect("different names")
    }

    pub(crate) fn deliver_events(&self) -> DeliverEvents {
        self.deliver_events_from(self.ports.outbox.clone())
    }

    /// The same, from an outbox that takes long to find what a clock has put off.
    pub(crate) fn deliver_events_slowly_hastened(&self) -> DeliverEvents {
        self.deliver_events_from(Arc::new(SlowOutbox(self.ports.outbox.clone())))
    }

    fn deliver_events_from(&self, outbox: Arc<dyn Outbox>) -> DeliverEvents {
        DeliverEvents::new(
            outbox,
            self.handlers.iter().map(|handler| handler.clone() as _).collect(),
            Arc::new(self.clock.clone()),
            Arc::new(self.entropy.clone()),
            RetrySchedule::default(),
            self.event_signal.clone(),
        )
    }

    pub(crate) fn review_dead_letters(&self) -> ReviewDeadLetters {
        let letters = self.ports.dead_letters.clone();
        ReviewDeadLetters::new(letters, self.event_signal.clone(), self.recorder())
    }

    pub(crate) fn manage_subscriptions(&self) -> ManageSubscriptions {
        let (outbox, signal) = (self.ports.outbox.clone(), self.event_signal.clone());
        ManageSubscriptions::new(outbox, self.subscribers(), signal, self.recorder())
    }
}
