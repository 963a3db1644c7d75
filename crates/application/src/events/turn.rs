//! One user's turn with one subscriber: events are delivered one after another until one fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auth_domain::Timestamp;
use auth_domain::error_chain::ErrorChain;
use auth_domain::outbox::QueuedEvent;
use auth_ports::{ClaimedEvents, DeliveryOutcome, EventHandler, HandleError, SettledEvent, draw};
use chrono::TimeDelta;

use super::worker::Worker;

/// How long one delivery may take. Adapters that call others have shorter limits of their own.
const HANDLING_LIMIT: Duration = Duration::from_secs(30);
/// How many characters of the reason for a failure are kept.
const MAX_PROBLEM_CHARS: usize = 500;

pub(super) struct Turn {
    pub(super) worker: Worker,
    pub(super) handler: Arc<dyn EventHandler>,
    pub(super) claimed: ClaimedEvents,
    pub(super) leased_until: Timestamp,
    pub(super) stopping: Arc<AtomicBool>,
}

/// What became of the events of a turn.
pub(super) struct TurnEnd {
    pub(super) settled: Vec<SettledEvent>,
    /// Whether the subscriber has unsubscribed.
    pub(super) unsubscribed: bool,
}

impl Turn {
    pub(super) async fn run(self) -> TurnEnd {
        let mut end = TurnEnd { settled: Vec::new(), unsubscribed: false };
        for queued in &self.claimed.events {
            let outcome = match self.deliver(queued).await {
                Ok(outcome) => outcome,
                Err(Unsubscribed) => {
                    end.unsubscribed = true;
                    break;
                }
            };
            let goes_on = outcome == DeliveryOutcome::Delivered;
            end.settled.push(SettledEvent { key: self.claimed.key, id: queued.event.id, outcome });
            if !goes_on {
                break;
            }
        }
        end
    }

    async fn deliver(&self, queued: &QueuedEvent) -> Result<DeliveryOutcome, Unsubscribed> {
        if self.is_over() {
            return Ok(DeliveryOutcome::PutBack { at: self.worker.clock.now() });
        }
        let (event, subscriber) = (&queued.event, self.handler.subscriber());
        match self.handle(queued).await {
            Ok(()) => {
                tracing::debug!(event.id = %event.id, %subscriber, "event.delivered");
                Ok(DeliveryOutcome::Delivered)
            }
            Err(HandleError::Failed(cause)) => {
                let problem = ErrorChain(&*cause).to_string();
                tracing::warn!(event.id = %event.id, %subscriber, error = problem, "event.failed");
                Ok(self.failed(queued, &problem))
            }
            Err(error @ HandleError::Unsubscribed(_)) => {
                tracing::warn!(event.id = %event.id, %subscriber, error = %ErrorChain(&error), "event.refused");
                Err(Unsubscribed)
            }
        }
    }

    /// Whether the lease might expire before one more delivery ends.
    fn is_over(&self) -> bool {
        let limit = TimeDelta::from_std(HANDLING_LIMIT).unwrap_or_default();
        self.stopping.load(Ordering::Relaxed) || self.worker.clock.now() + limit > self.leased_until
    }

    /// Runs the handler on a task of its own, so that a panic is a failure like others.
    async fn handle(&self, queued: &QueuedEvent) -> Result<(), HandleError> {
        let (handler, event) = (self.handler.clone(), queued.event.clone());
        let mut handling = tokio::spawn(async move { handler.handle(&event).await });
        match tokio::time::timeout(HANDLING_LIMIT, &mut handling).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panicked)) => Err(HandleError::Failed(panicked.into())),
            Err(late) => {
                handling.abort();
                Err(HandleError::Failed(late.into()))
            }
        }
    }

    fn failed(&self, queued: &QueuedEvent, problem: &str) -> DeliveryOutcome {
        let now = self.worker.clock.now();
        let [chance] = draw::<1>(&*self.worker.entropy);
        match self.worker.schedule.pause(queued.failures.saturating_add(1), chance) {
            Some(pause) => DeliveryOutcome::Failed { again_at: now + pause },
            None => {
                let (id, subscriber) = (queued.event.id, self.handler.subscriber());
                tracing::warn!(event.id = %id, %subscriber, "event.given_up");
                let problem = problem.chars().take(MAX_PROBLEM_CHARS).collect();
                DeliveryOutcome::GivenUp { problem, at: now }
            }
        }
    }
}

struct Unsubscribed;
