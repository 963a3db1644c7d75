//! List subscribers and how far they are behind, and resume subscriptions that ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use auth_domain::events::EventKind;
use auth_domain::outbox::{OutgoingKinds, SubscriberBacklog, SubscriberId, Subscribers};
use auth_ports::{Failure, Halt, Outbox, refuse};
use thiserror::Error;

use super::EventSignal;
use crate::admin::Operator;
use crate::kit::Recorder;

/// A subscriber and its backlog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The kinds of events that it wants; `None` if no subscriber of this name is configured any more.
    pub kinds: Option<OutgoingKinds>,
    /// How far the subscriber is behind.
    pub backlog: SubscriberBacklog,
}

/// Nobody of this name is configured, and nobody of this name has ended a subscription.
#[derive(Debug, Error)]
#[error("there is no such subscription")]
pub struct NoSuchSubscription;

/// Lists subscriptions and resumes those that ended.
pub struct ManageSubscriptions {
    outbox: Arc<dyn Outbox>,
    subscribers: Subscribers,
    signal: EventSignal,
    recorder: Recorder,
}

impl ManageSubscriptions {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(outbox: Arc<dyn Outbox>, subscribers: Subscribers, signal: EventSignal, recorder: Recorder) -> Self {
        Self { outbox, subscribers, signal, recorder }
    }

    /// Returns what [`ManageSubscriptions::list`] does, to an operator, and leaves an event.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port; nothing is handed out then.
    pub async fn read(&self, operator: &Operator) -> Result<Vec<Subscription>, Failure> {
        let listed = self.list().await?;
        let now = self.recorder.now();
        self.recorder.record(operator.event(&self.recorder, EventKind::SubscriptionsRead, None, now)).await?;
        Ok(listed)
    }

    /// Returns, by name, all subscribers that are configured or that still have something in the outbox. It leaves no
    /// event: metrics and `doctor` ask for it, too.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn list(&self) -> Result<Vec<Subscription>, Failure> {
        let backlogs = self.outbox.backlogs().await?;
        let mut backlogs: BTreeMap<_, _> = backlogs.into_iter().map(|one| (one.subscriber.clone(), one)).collect();
        for configured in self.subscribers.iter() {
            backlogs.entry(configured.id.clone()).or_insert_with(|| nothing(&configured.id));
        }
        let kinds = |id: &SubscriberId| self.subscribers.iter().find(|one| one.id == *id).map(|one| one.kinds);
        Ok(backlogs.into_iter().map(|(id, backlog)| Subscription { kinds: kinds(&id), backlog }).collect())
    }

    /// Resumes a subscription that the subscriber had ended, and leaves an event. Returns false if it had not. Events from
    /// the time in between are not delivered.
    ///
    /// # Errors
    /// Returns [`NoSuchSubscription`], or the failure of a port.
    pub async fn resume(
        &self,
        subscriber: &SubscriberId,
        operator: &Operator,
    ) -> Result<bool, Halt<NoSuchSubscription>> {
        let (kind, detail) = (EventKind::SubscriptionResumed, subscriber.to_string());
        let event = operator.event_now(&self.recorder, kind, None, detail);
        let resumed = self.outbox.resume(subscriber, event).await?;
        if !resumed && !self.subscribers.iter().any(|configured| configured.id == *subscriber) {
            return refuse(NoSuchSubscription);
        }
        self.signal.wake();
        Ok(resumed)
    }
}

fn nothing(subscriber: &SubscriberId) -> SubscriberBacklog {
    SubscriberBacklog { subscriber: subscriber.clone(), waiting: 0, oldest_at: None, dead: 0, ended_at: None }
}
