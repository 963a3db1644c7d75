//! Messages as they are handed to their senders.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::identifier::RegionCode;
use auth_domain::messages::{Channel, OutgoingMessage};
use auth_ports::{MessageSender, SendError};
use prometheus::{HistogramVec, IntCounterVec, Result};
use tokio::time::Instant;

use super::families::Families;

const DELIVERED: &str = "delivered";
/// It is tried again.
const FAILED: &str = "failed";
/// It will never be accepted.
const REFUSED: &str = "refused";
/// It took so long that it made room for others, and is tried again.
const ABANDONED: &str = "abandoned";

/// Is told of each attempt to deliver a message: its channel, what it came to, and how long it took.
pub type AttemptWatch = Box<dyn Fn(Channel, &'static str, Duration) + Send + Sync>;

pub(crate) struct MessageMetrics {
    attempts: IntCounterVec,
    durations: HistogramVec,
}

impl MessageMetrics {
    pub(crate) fn new(families: &Families<'_>) -> Result<Self> {
        Ok(Self {
            attempts: families.counters(
                "auth_message_attempts_total",
                "Attempts to deliver a message, by channel, country of the number, vendor and outcome.",
                &["channel", "region", "vendor", "outcome"],
            )?,
            durations: families.durations(
                "auth_message_attempt_duration_seconds",
                "The time that attempts to deliver a message take.",
                &["channel", "vendor"],
            )?,
        })
    }
}

impl MessageMetrics {
    /// Puts counts around a sender. `vendor` is the name of what carries its messages, and `regions` are those that are
    /// likely. `watch` is told of each attempt as well.
    pub(crate) fn around(
        self: &Arc<Self>,
        sender: Arc<dyn MessageSender>,
        vendor: String,
        regions: &[RegionCode],
        watch: Option<AttemptWatch>,
    ) -> Arc<dyn MessageSender> {
        let (channel, metrics) = (sender.channel().name(), self.clone());
        let regions = regions.iter().map(|region| region.letters()).filter(|_| channel == Channel::SMS.name());
        for region in regions.chain((channel != Channel::SMS.name()).then_some("")) {
            for outcome in [DELIVERED, FAILED, REFUSED, ABANDONED] {
                metrics.attempts.with_label_values(&[channel, region, vendor.as_str(), outcome]);
            }
        }
        metrics.durations.with_label_values(&[channel, vendor.as_str()]);
        Arc::new(CountedSender { sender, vendor, metrics, watch })
    }
}

struct CountedSender {
    sender: Arc<dyn MessageSender>,
    vendor: String,
    metrics: Arc<MessageMetrics>,
    watch: Option<AttemptWatch>,
}

#[async_trait]
impl MessageSender for CountedSender {
    fn channel(&self) -> Channel {
        self.sender.channel()
    }

    fn places(&self) -> u16 {
        self.sender.places()
    }

    async fn send(&self, message: &OutgoingMessage) -> std::result::Result<(), SendError> {
        let mut attempt = Attempt { of: self, message, began: Instant::now(), outcome: ABANDONED };
        let sent = self.sender.send(message).await;
        attempt.outcome = match &sent {
            Ok(()) => DELIVERED,
            Err(SendError::Temporary(_)) => FAILED,
            Err(SendError::Permanent(_)) => REFUSED,
        };
        sent
    }
}

/// Counted when it is dropped, be it because nobody waits for it any more.
struct Attempt<'a> {
    of: &'a CountedSender,
    message: &'a OutgoingMessage,
    began: Instant,
    outcome: &'static str,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let CountedSender { sender, vendor, metrics, watch } = self.of;
        let channel = sender.channel();
        let region = if channel == Channel::SMS { RegionCode::of_number(&self.message.to) } else { None };
        let region = region.map_or("", RegionCode::letters);
        metrics.attempts.with_label_values(&[channel.name(), region, vendor.as_str(), self.outcome]).inc();
        let took = self.began.elapsed();
        metrics.durations.with_label_values(&[channel.name(), vendor.as_str()]).observe(took.as_secs_f64());
        if let Some(watch) = watch {
            watch(channel, self.outcome, took);
        }
    }
}
