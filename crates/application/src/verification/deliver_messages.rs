//! Deliver queued messages: immediately, again after failures, and never once they are useless. Notices count against a
//! budget of each address here, where nothing waits for them: over the budget, the notice is dropped and not the change.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::Timestamp;
use auth_domain::error_chain::ErrorChain;
use auth_domain::identifier::AllowedCountries;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::messages::{Channel, Content, OutgoingMessage, QueuedContent, QueuedMessage};
use auth_domain::verifications::VerificationCode;
use auth_ports::{Clock, Entropy, Failure, Halted as _, MessageQueue, MessageSender, SendError, draw};
use chrono::TimeDelta;
use tokio::task::JoinSet;

use super::NoticeBudget;
use crate::kit::MessageSignal;

/// How many messages are on their way at once. A slow receiver takes up one place, not the whole queue.
const IN_FLIGHT: usize = 32;
/// How long a message is leased. It is longer than the time limit of any sender; when it runs out, the message is
/// tried again.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// The first pause after a failure. It doubles each time.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(1);
/// The longest pause after a failure.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(60);
/// The longest pause after a failure of a notice, which is tried for much longer than a code.
const LONGEST_PAUSE_OF_NOTICES: TimeDelta = TimeDelta::minutes(15);
/// The longest sleep. Another instance may have queued a message and crashed.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// The ways out, and the operator's rules for notices. Codes are decided upon when they are asked for.
#[derive(Clone)]
pub struct Outlets {
    /// One sender for each channel.
    pub senders: Arc<[Arc<dyn MessageSender>]>,
    /// What counts notices.
    pub notices: Arc<NoticeBudget>,
    /// The countries that text messages may be sent to.
    pub sms_countries: AllowedCountries,
}

/// The worker that drains the queue.
#[derive(Clone)]
pub struct DeliverMessages {
    queue: Arc<dyn MessageQueue>,
    outlets: Outlets,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    key: ServerKey,
    signal: MessageSignal,
}

impl DeliverMessages {
    /// Builds the use case from its ports and the rules in force; `key` is what codes are derived with.
    #[must_use]
    pub fn new(
        queue: Arc<dyn MessageQueue>,
        outlets: Outlets,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        key: ServerKey,
        signal: MessageSignal,
    ) -> Self {
        Self { queue, outlets, clock, entropy, key, signal }
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
                () = self.signal.woken() => {}
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
        let outcome = match self.is_to_be_sent(&message).await {
            Ok(()) => self.send(&message).await,
            Err(reason) => Err(reason),
        };
        let stored = match outcome {
            Ok(()) => {
                tracing::info!(message.id = %message.id, message.channel = message.channel.name(), "message.delivered");
                self.queue.remove(message.id).await
            }
            Err(GaveUp::NotYet(at)) => self.queue.retry_at(message.id, at).await,
            Err(GaveUp::Unwanted) => {
                tracing::info!(message.id = %message.id, message.channel = message.channel.name(), "notice.dropped");
                self.queue.remove(message.id).await
            }
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

    async fn is_to_be_sent(&self, message: &QueuedMessage) -> Result<(), GaveUp> {
        if message.expires_at <= self.clock.now() {
            return Err(GaveUp::Expired);
        }
        match &message.content {
            QueuedContent::Code(_) => Ok(()),
            QueuedContent::Notice(_) => self.admit_notice(message).await,
        }
    }

    /// Counts a notice at its first attempt.
    async fn admit_notice(&self, message: &QueuedMessage) -> Result<(), GaveUp> {
        let is_reached = match message.channel {
            Channel::SMS => self.outlets.sms_countries.allow_number(&message.to),
            _ => true,
        };
        if !is_reached || self.sender(message.channel).is_none() {
            return Err(GaveUp::Unwanted);
        }
        if message.attempts > 0 {
            return Ok(());
        }
        match self.outlets.notices.spend(&message.to).await.decided() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(GaveUp::Unwanted),
            Err(error) => {
                tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "notice.not_counted");
                Err(GaveUp::NotYet(self.clock.now() + self.pause(message)))
            }
        }
    }

    async fn send(&self, message: &QueuedMessage) -> Result<(), GaveUp> {
        let sender = self.sender(message.channel).ok_or(GaveUp::Refused)?;
        match sender.send(&self.outgoing(message)).await {
            Ok(()) => Ok(()),
            Err(error @ SendError::Temporary(_)) => {
                tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.failed");
                Err(GaveUp::NotYet(self.clock.now() + self.pause(message)))
            }
            Err(error @ SendError::Permanent(_)) => {
                tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.refused");
                Err(GaveUp::Refused)
            }
        }
    }

    fn outgoing(&self, message: &QueuedMessage) -> OutgoingMessage {
        let life = message.expires_at - message.created_at;
        OutgoingMessage {
            id: message.id,
            to: message.to.clone(),
            address_as_sent: message.address_as_sent.clone(),
            language: message.language,
            content: match &message.content {
                QueuedContent::Code(verification) => Content::Code {
                    code: VerificationCode::derive(&self.key, *verification),
                    ttl_minutes: u32::try_from((life.num_seconds() + 59) / 60).unwrap_or(1),
                },
                QueuedContent::Notice(notice) => Content::Notice(notice.clone()),
            },
            created_at: message.created_at,
        }
    }

    fn sender(&self, channel: Channel) -> Option<&Arc<dyn MessageSender>> {
        self.outlets.senders.iter().find(|sender| sender.channel() == channel)
    }

    /// Doubles with each attempt, plus up to a quarter so that many failed messages are not all retried at once.
    fn pause(&self, message: &QueuedMessage) -> TimeDelta {
        let (doublings, longest) = match message.content {
            QueuedContent::Code(_) => (6, LONGEST_PAUSE),
            QueuedContent::Notice(_) => (10, LONGEST_PAUSE_OF_NOTICES),
        };
        let doubled = FIRST_PAUSE * (1 << message.attempts.min(doublings));
        let pause = doubled.min(longest);
        pause + pause / 4 * i32::from(draw::<1>(&*self.entropy)[0]) / 255
    }
}

/// The shortest sleep, in case a due message repeatedly cannot be claimed.
const POLL_FLOOR: Duration = Duration::from_millis(50);

enum GaveUp {
    NotYet(Timestamp),
    /// A notice that the operator's rules do not let out.
    Unwanted,
    Expired,
    Refused,
}
