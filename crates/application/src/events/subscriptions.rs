//! Who is told of events, and how far they are behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use auth_domain::outbox::{OutgoingKinds, SubscriberBacklog, SubscriberId, Subscribers};
use auth_ports::{Failure, Outbox};

use super::EventSignal;

/// A subscriber and its backlog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Which events it wants; `None` when nobody of this name is configured any more.
    pub kinds: Option<OutgoingKinds>,
    /// How far it is behind.
    pub backlog: SubscriberBacklog,
}

/// Looks at subscriptions, and resumes those that ended.
pub struct ManageSubscriptions {
    outbox: Arc<dyn Outbox>,
    subscribers: Subscribers,
    signal: EventSignal,
}

impl ManageSubscriptions {
    /// On these ports.
    #[must_use]
    pub fn new(outbox: Arc<dyn Outbox>, subscribers: Subscribers, signal: EventSignal) -> Self {
        Self { outbox, subscribers, signal }
    }

    /// Everybody who is configured, or for whom something is left, by name.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn list(&self) -> Result<Vec<Subscription>, Failure> {
        let backlogs = self.outbox.backlogs().await?;
        let mut backlogs: BTreeMap<_, _> = backlogs.into_iter().map(|one| (one.subscriber.clone(), one)).collect();
        for configured in self.subscribers.iter() {
            backlogs.entry(configured.id.clone()).or_insert_with(|| nothing(&configured.id));
        }
        let kinds = |id: &SubscriberId| self.subscribers.iter().find(|one| one.id == *id).map(|one| one.kinds);
        Ok(backlogs.into_iter().map(|(id, backlog)| Subscription { kinds: kinds(&id), backlog }).collect())
    }

    /// Tells a subscriber of events again that asked not to be told any more. False when it did not. What happened
    /// meanwhile it is not told.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn resume(&self, subscriber: &SubscriberId) -> Result<bool, Failure> {
        let resumed = self.outbox.resume(subscriber).await?;
        self.signal.wake();
        Ok(resumed)
    }
}

fn nothing(subscriber: &SubscriberId) -> SubscriberBacklog {
    SubscriberBacklog { subscriber: subscriber.clone(), waiting: 0, oldest_at: None, dead: 0, ended_at: None }
}
