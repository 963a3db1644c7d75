//! Deliver queued messages: immediately, again after failures, and never once they are useless.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::Timestamp;
use auth_domain::error_chain::ErrorChain;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::messages::{OutgoingMessage, QueuedMessage};
use auth_domain::verifications::VerificationCode;
use auth_ports::{Clock, Entropy, Failure, MessageQueue, MessageSender, SendError, draw};
use chrono::TimeDelta;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// How many messages are on their way at once. A slow receiver takes up one place, not the whole queue.
const IN_FLIGHT: usize = 32;
/// How long a message is leased. It is longer than the time limit of any sender; when it runs out, the message is
/// tried again.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// The first pause after a failure. It doubles each time.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(1);
/// The longest pause after a failure.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(60);
/// The longest sleep. Another instance may have queued a message and crashed.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// Wakes the worker.
#[derive(Clone, Default)]
pub struct MessageSignal(Arc<Notify>);

impl MessageSignal {
    /// Signals that a message was queued.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// The worker that drains the queue.
#[derive(Clone)]
pub struct DeliverMessages {
    queue: Arc<dyn MessageQueue>,
    senders: Arc<[Arc<dyn MessageSender>]>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    key: ServerKey,
    signal: MessageSignal,
}

impl DeliverMessages {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        queue: Arc<dyn MessageQueue>,
        senders: Vec<Arc<dyn MessageSender>>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        key: ServerKey,
        signal: MessageSignal,
    ) -> Self {
        Self { queue, senders: senders.into(), clock, entropy, key, signal }
    }

    /// Delivers until `stop` completes, then waits for the deliveries under way.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut in_flight = JoinSet::new();
        loop {
            let free = IN_FLIGHT - in_flight.len();
            let claimed = if free == 0 { 0 } else { self.claim(free, &mut in_flight).await };
            if claimed == free && free > 0 {
                continue;
            }
            tokio::select! {
                () = &mut stop => break,
                () = self.signal.0.notified() => {}
                Some(_) = in_flight.join_next() => {}
                () = self.next_is_due(), if free > 0 => {}
            }
        }
        while in_flight.join_next().await.is_some() {}
    }

    /// Delivers what is due now and returns how many messages were tried. Tests call it; `run` does the same
    /// repeatedly.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the queue cannot be read.
    pub async fn deliver_due(&self) -> Result<usize, Failure> {
        let mut in_flight = JoinSet::new();
        let now = self.clock.now();
        let messages = self.queue.claim_due(now, now + LEASE, IN_FLIGHT as u16).await?;
        let count = messages.len();
        for message in messages {
            in_flight.spawn(self.clone().deliver(message));
        }
        while in_flight.join_next().await.is_some() {}
        Ok(count)
    }

    async fn claim(&self, limit: usize, in_flight: &mut JoinSet<()>) -> usize {
        let now = self.clock.now();
        match self.queue.claim_due(now, now + LEASE, u16::try_from(limit).unwrap_or(u16::MAX)).await {
            Ok(messages) => {
                let count = messages.len();
                for message in messages {
                    in_flight.spawn(self.clone().deliver(message));
                }
                count
            }
            Err(error) => {
                tracing::warn!(error = %ErrorChain(&error), "messages.claim_failed");
                0
            }
        }
    }

    async fn next_is_due(&self) {
        let pause = match self.queue.next_due().await {
            Ok(Some(due)) => (due - self.clock.now()).to_std().unwrap_or_default().clamp(POLL_FLOOR, LONGEST_SLEEP),
            Ok(None) | Err(_) => LONGEST_SLEEP,
        };
        tokio::time::sleep(pause).await;
    }

    async fn deliver(self, message: QueuedMessage) {
        let outcome =
            if message.expires_at <= self.clock.now() { Err(GaveUp::Expired) } else { self.send(&message).await };
        let stored = match outcome {
            Ok(()) => {
                tracing::info!(message.id = %message.id, message.channel = message.channel.name(), "message.delivered");
                self.queue.remove(message.id).await
            }
            Err(GaveUp::NotYet(at)) => self.queue.retry_at(message.id, at).await,
            Err(GaveUp::Expired | GaveUp::Refused) => {
                tracing::warn!(message.id = %message.id, message.attempts = message.attempts, "message.given_up");
                self.queue.remove(message.id).await
            }
        };
        if let Err(error) = stored {
            // The lease runs out and the message is tried again under the same id.
            tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.outcome_not_stored");
        }
    }

    async fn send(&self, message: &QueuedMessage) -> Result<(), GaveUp> {
        let Some(sender) = self.senders.iter().find(|sender| sender.channel() == message.channel) else {
            return Err(GaveUp::Refused);
        };
        let life = message.expires_at - message.created_at;
        let outgoing = OutgoingMessage {
            id: message.id,
            to: message.to.clone(),
            address_as_sent: message.address_as_sent.clone(),
            language: message.language,
            code: VerificationCode::derive(&self.key, message.verification),
            created_at: message.created_at,
            code_ttl_minutes: u32::try_from((life.num_seconds() + 59) / 60).unwrap_or(1),
        };
        match sender.send(&outgoing).await {
            Ok(()) => Ok(()),
            Err(error @ SendError::Temporary(_)) => {
                tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.failed");
                Err(GaveUp::NotYet(self.clock.now() + self.pause(message.attempts)))
            }
            Err(error @ SendError::Permanent(_)) => {
                tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.refused");
                Err(GaveUp::Refused)
            }
        }
    }

    /// Doubles with each attempt, plus up to a quarter so that many failed messages are not all retried at once.
    fn pause(&self, attempts: u16) -> TimeDelta {
        let doubled = FIRST_PAUSE * (1 << attempts.min(6));
        let pause = doubled.min(LONGEST_PAUSE);
        pause + pause / 4 * i32::from(draw::<1>(&*self.entropy)[0]) / 255
    }
}

/// The shortest sleep, in case a due message repeatedly cannot be claimed.
const POLL_FLOOR: Duration = Duration::from_millis(50);

enum GaveUp {
    NotYet(Timestamp),
    Expired,
    Refused,
}
