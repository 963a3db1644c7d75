//! A subscriber to events that is a backend.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds, SubscriberId};
use auth_outbound::OutboundBuilder;
use auth_ports::{Cause, Clock, EventHandler, HandleError};

use crate::backend::{Answered, Backend};
use crate::payload::Payload;
use crate::{BackendError, BackendSettings};

/// Posts each event as JSON, signed according to Standard Webhooks.
///
/// ```text
/// POST <url>
/// content-type: application/json
/// webhook-id: <the event's id, the same at every attempt>
/// webhook-timestamp: <seconds since 1970, of this attempt>
/// webhook-signature: v1,<base64 of HMAC-SHA256 over "id.timestamp.body"> [v1,…]
///
/// {"type":"user.created","timestamp":"2026-01-01T00:00:00.000000Z","data":{"id":"…","user_id":"…",…}}
/// ```
///
/// Any 2xx means that the event was taken. 410 means that the backend unsubscribes. Everything else is a failure, and
/// the event is posted again. Redirects are not followed, proxies are not used, and no more than 4 KiB of the answer
/// is read.
pub struct WebhookSubscriber {
    id: SubscriberId,
    kinds: OutgoingKinds,
    backend: Backend,
}

impl WebhookSubscriber {
    /// 15 s, the shortest limit that the standard recommends.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

    /// Creates the subscriber. It makes no request yet. `outbound` decides how far the address may reach.
    ///
    /// # Errors
    /// Returns [`BackendError`], which says what is wrong.
    pub fn new(
        id: SubscriberId,
        kinds: OutgoingKinds,
        settings: &BackendSettings,
        outbound: OutboundBuilder,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BackendError> {
        Ok(Self { id, kinds, backend: Backend::new(settings, outbound, clock)? })
    }
}

#[async_trait]
impl EventHandler for WebhookSubscriber {
    fn subscriber(&self) -> &SubscriberId {
        &self.id
    }

    fn kinds(&self) -> OutgoingKinds {
        self.kinds
    }

    async fn handle(&self, event: &OutgoingEvent) -> Result<(), HandleError> {
        let body = serde_json::to_vec(&Payload::of_event(event)).map_err(|error| HandleError::Failed(error.into()))?;
        match self.backend.post(&event.id.to_string(), body).await {
            Ok(200..=299) => Ok(()),
            Ok(410) => Err(HandleError::Unsubscribed(Answered(410).into())),
            Ok(status) => Err(HandleError::Failed(Answered(status).into())),
            Err(error) => Err(HandleError::Failed(error.into())),
        }
    }

    async fn try_receiver(&self) -> Option<Result<(), Cause>> {
        Some(self.backend.try_it().await)
    }
}
