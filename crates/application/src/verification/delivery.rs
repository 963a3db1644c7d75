//! One attempt to deliver one message.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::Timestamp;
use auth_domain::error_chain::ErrorChain;
use auth_domain::messages::{Channel, Content, OutgoingMessage, QueuedContent, QueuedMessage};
use auth_domain::verifications::VerificationCode;
use auth_ports::{GivenUp, Halted as _, Happened, MessageSender, SendError, draw};
use chrono::TimeDelta;
use tokio::time::{Instant, timeout};

use super::DeliverMessages;
use super::breaker::Ending;
use super::pauses::pause_of;
use super::places::Place;

/// The longest delivery, in case a sender has no time limit of its own. It ends before the lease does.
const LONGEST: Duration = Duration::from_secs(50);
/// How long a message is leased whose delivery is slow.
const SLOW_LEASE: TimeDelta = TimeDelta::seconds(60);
/// A failure that takes longer is no answer: the receiver hangs.
const HANGS_AFTER: Duration = Duration::from_secs(5);

impl DeliverMessages {
    /// Delivers a message, and stores what became of it. Returns when it is due again, if it is.
    pub(super) async fn deliver(self, message: QueuedMessage, place: Place) -> Option<Timestamp> {
        let outcome = match self.is_to_be_sent(&message).await {
            Ok(sender) => self.send(&**sender, &message, place).await,
            Err(reason) => Err(reason),
        };
        if let Some(why) = outcome.as_ref().err().and_then(GaveUp::for_good) {
            self.tally.count(Happened::MessageGivenUp(message.channel, why));
        }
        match outcome {
            Ok(()) => {
                tracing::info!(message.id = %message.id, message.channel = message.channel.name(), "message.delivered");
            }
            Err(GaveUp::NotYet(at)) => {
                self.postpone(&message, at).await;
                return Some(at);
            }
            Err(GaveUp::Unwanted) => {
                tracing::info!(message.id = %message.id, message.channel = message.channel.name(), "notice.dropped");
            }
            Err(GaveUp::Expired | GaveUp::Refused) => {
                tracing::warn!(message.id = %message.id, message.attempts = message.attempts, "message.given_up");
            }
        }
        self.removals.remove(message.id).await;
        None
    }

    async fn postpone(&self, message: &QueuedMessage, at: Timestamp) {
        if let Err(error) = self.queue.retry_at(message.id, at).await {
            // The lease runs out and the message is tried again under the same id.
            tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.outcome_not_stored");
        }
    }

    async fn is_to_be_sent(&self, message: &QueuedMessage) -> Result<&Arc<dyn MessageSender>, GaveUp> {
        if message.expires_at <= self.clock.now() {
            return Err(GaveUp::Expired);
        }
        let sender = self.sender(message.channel);
        match &message.content {
            QueuedContent::Code(_) => sender.ok_or(GaveUp::Refused),
            QueuedContent::Notice(_) => {
                let sender = sender.ok_or(GaveUp::Unwanted)?;
                self.admit_notice(message).await?;
                Ok(sender)
            }
        }
    }

    /// Counts a notice at its first attempt.
    async fn admit_notice(&self, message: &QueuedMessage) -> Result<(), GaveUp> {
        // An account may have a number that costs money or takes no text messages: it may be older than the rules for
        // numbers, and operators may give it one.
        if self.outlets.reach.channel_of(&message.to).is_err() {
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
                Err(GaveUp::NotYet(self.retry_at(message)))
            }
        }
    }

    /// Gives the message to its sender for as long as the place lasts.
    async fn send(&self, sender: &dyn MessageSender, message: &QueuedMessage, mut place: Place) -> Result<(), GaveUp> {
        let (began, outgoing) = (Instant::now(), self.outgoing(message));
        let answer = {
            let mut sending = sender.send(&outgoing);
            match timeout(place.slow_after(), &mut sending).await {
                Ok(answer) => Some(answer),
                Err(_) if place.becomes_slow() => {
                    let rest = timeout(LONGEST.saturating_sub(began.elapsed()), sending);
                    tokio::join!(rest, self.lease_longer(message)).0.ok()
                }
                Err(_) => None,
            }
        };
        let took = began.elapsed();
        place.ended(match &answer {
            Some(Ok(())) => Ending::Taken(took),
            Some(Err(SendError::Permanent(_))) => Ending::Answered,
            Some(Err(SendError::Temporary(_))) if took < HANGS_AFTER => Ending::Answered,
            Some(Err(SendError::Temporary(_))) | None => Ending::Hung,
        });
        self.judge(message, answer)
    }

    async fn lease_longer(&self, message: &QueuedMessage) {
        if let Err(error) = self.queue.retry_at(message.id, self.clock.now() + SLOW_LEASE).await {
            // The lease runs out, and the message may be sent twice.
            tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.not_leased_longer");
        }
    }

    fn judge(&self, message: &QueuedMessage, answer: Option<Result<(), SendError>>) -> Result<(), GaveUp> {
        match answer {
            Some(Ok(())) => return Ok(()),
            Some(Err(error @ SendError::Permanent(_))) => {
                tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.refused");
                return Err(GaveUp::Refused);
            }
            Some(Err(error @ SendError::Temporary(_))) => {
                tracing::warn!(message.id = %message.id, error = %ErrorChain(&error), "message.failed");
            }
            None => tracing::warn!(message.id = %message.id, "message.made_room"),
        }
        Err(GaveUp::NotYet(self.retry_at(message)))
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

    fn retry_at(&self, message: &QueuedMessage) -> Timestamp {
        self.clock.now() + pause_of(message, draw::<1>(&*self.entropy)[0])
    }

    fn sender(&self, channel: Channel) -> Option<&Arc<dyn MessageSender>> {
        self.outlets.senders.iter().find(|sender| sender.channel() == channel)
    }
}

enum GaveUp {
    NotYet(Timestamp),
    /// A notice that the operator's rules do not let out.
    Unwanted,
    Expired,
    Refused,
}

impl GaveUp {
    /// Why the message is not tried any more, unless it is.
    fn for_good(&self) -> Option<GivenUp> {
        match self {
            Self::NotYet(_) => None,
            Self::Unwanted => Some(GivenUp::Unwanted),
            Self::Expired => Some(GivenUp::Expired),
            Self::Refused => Some(GivenUp::Refused),
        }
    }
}
