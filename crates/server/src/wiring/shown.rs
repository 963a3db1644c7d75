//! The messages of profile `local` that nobody sends, kept for the first page.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use auth_domain::messages::{Channel, Content, OutgoingMessage};
use auth_http::{LocalPage, ShownMessage};
use auth_ports::{MessageSender, SendError};
use chrono::SecondsFormat;

use crate::Configuration;

/// The most messages that are kept.
const KEPT: usize = 50;

/// The newest messages that were printed instead of sent. They are in memory only.
#[derive(Clone, Default)]
pub(crate) struct Shown(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    count: u64,
    messages: VecDeque<ShownMessage>,
}

impl Shown {
    /// Returns a place for messages in profile `local`, which is the only one that has the first page.
    pub(super) fn of(configuration: &Configuration) -> Option<Self> {
        configuration.settings.profile.is_local().then(Self::default)
    }

    /// Returns what the first page needs. `admin` is the address of the admin listener.
    pub(crate) fn page(self, configuration: &Configuration, admin: SocketAddr) -> LocalPage {
        LocalPage {
            admin_port: admin.port(),
            providers: configuration.providers.iter().map(|provider| provider.id.to_string()).collect(),
            client: configuration.settings.clients.default_client_id.to_string(),
            messages: Arc::new(move || self.messages()),
        }
    }

    /// Returns a sender that does what `sender` does, and keeps what was sent.
    pub(super) fn beside(&self, sender: Arc<dyn MessageSender>) -> Arc<dyn MessageSender> {
        Arc::new(Showing { sender, shown: self.clone() })
    }

    /// Returns what is kept, newest first.
    fn messages(&self) -> Vec<ShownMessage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).messages.iter().cloned().collect()
    }

    fn keep(&self, channel: Channel, message: &OutgoingMessage) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.count += 1;
        let (code, notice) = match &message.content {
            Content::Code { code, .. } => (Some(code.expose().to_owned()), None),
            Content::Notice(notice) => (None, Some(notice.kind.name().to_owned())),
        };
        let shown = ShownMessage {
            number: kept.count,
            at: message.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            channel: channel.name().to_owned(),
            to: message.address_as_sent.clone(),
            code,
            notice,
            language: message.language.tag().to_owned(),
        };
        kept.messages.push_front(shown);
        kept.messages.truncate(KEPT);
    }
}

/// A sender whose messages are kept.
struct Showing {
    sender: Arc<dyn MessageSender>,
    shown: Shown,
}

#[async_trait]
impl MessageSender for Showing {
    fn channel(&self) -> Channel {
        self.sender.channel()
    }

    fn places(&self) -> u16 {
        self.sender.places()
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        self.sender.send(message).await?;
        self.shown.keep(self.sender.channel(), message);
        Ok(())
    }
}
