//! Messages that a request causes.

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::messages::{Channel, OutgoingMessage};
use auth_ports::{MessageSender, SendError};
use tokio::time::Instant;

use crate::recorder::{Attribute, Kind, Traces};

impl Traces {
    /// Traces what a sender does.
    #[must_use]
    pub fn around_sender(&self, sender: Arc<dyn MessageSender>) -> Arc<dyn MessageSender> {
        Arc::new(TracedSender { sender, traces: self.clone() })
    }
}

struct TracedSender {
    sender: Arc<dyn MessageSender>,
    traces: Traces,
}

#[async_trait]
impl MessageSender for TracedSender {
    fn channel(&self) -> Channel {
        self.sender.channel()
    }

    fn places(&self) -> u16 {
        self.sender.places()
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        let mut attempt = Attempt { of: self, began: Instant::now(), outcome: "abandoned" };
        let sent = self.sender.send(message).await;
        attempt.outcome = match &sent {
            Ok(()) => "delivered",
            Err(SendError::Temporary(_)) => "failed",
            Err(SendError::Permanent(_)) => "refused",
        };
        sent
    }
}

/// An attempt that is traced when it ends, and when nobody waits for it any more.
struct Attempt<'a> {
    of: &'a TracedSender,
    began: Instant,
    outcome: &'static str,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let attributes = vec![Attribute::Channel(self.of.channel().name()), Attribute::Outcome(self.outcome)];
        self.of.traces.child("message", Kind::Internal, self.began.elapsed(), attributes);
    }
}
