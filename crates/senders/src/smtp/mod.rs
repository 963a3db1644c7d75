//! E-mail through a mail server (RFC 5321, RFC 6409).

mod connections;
mod failure;
mod letter;
mod section;
mod server;
mod settings;
mod unbuffered;

use async_trait::async_trait;
use auth_domain::messages::{Channel, OutgoingMessage, Templates};
use auth_ports::{Cause, MessageSender, SendError};
use lettre::message::Mailbox;

use connections::Connections;
use failure::SmtpFailure;
use letter::Letter;
pub use section::SmtpSection;
use server::MailServer;
pub use settings::{SmtpSettings, SmtpSettingsError, SmtpTimeouts};

use crate::templates::templates;

/// Sends e-mail with two equivalent parts, text and HTML, over a pool of connections.
///
/// Temporary are the server's 4xx refusals, timeouts, and everything that concerns the operator rather than the
/// recipient (connection, TLS, sign-in, sender). A 5xx for the recipient or the content is permanent. If only the
/// last answer is lost, the message is sent twice, with the same `Message-ID` and the same bytes.
pub struct SmtpSender {
    from: Mailbox,
    timeouts: SmtpTimeouts,
    max_connections: u16,
    connections: Connections,
    templates: Templates,
}

impl SmtpSender {
    /// Creates a sender. It does not connect yet.
    ///
    /// # Errors
    /// Returns [`SmtpSettingsError`], which says what is wrong.
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpSettingsError> {
        let from = sender(&settings.from)?;
        if settings.timeouts.has_none() {
            return Err(SmtpSettingsError::Timeout);
        }
        if settings.max_connections == 0 {
            return Err(SmtpSettingsError::Connections);
        }
        let server = MailServer::parse(&settings.url, from.email.domain())?;
        if server.sends_password_unprotected() {
            tracing::warn!(
                "the SMTP URL permits sending its password unencrypted; use smtps:// or smtp://…?tls=required"
            );
        }
        Ok(Self {
            from,
            timeouts: settings.timeouts,
            max_connections: settings.max_connections,
            connections: Connections::new(server, settings.timeouts, settings.max_connections),
            templates: templates(),
        })
    }

    /// Replaces our texts with others.
    #[must_use]
    pub fn with_templates(self, templates: Templates) -> Self {
        Self { templates, ..self }
    }
}

#[async_trait]
impl MessageSender for SmtpSender {
    fn channel(&self) -> Channel {
        Channel::EMAIL
    }

    fn places(&self) -> u16 {
        self.max_connections
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        let words = self.templates.words(Channel::EMAIL, message);
        let letter = Letter::write(&self.from, message, words)?;
        let limit = self.timeouts.message;
        match tokio::time::timeout(limit, self.connections.deliver(&letter)).await {
            Ok(result) => result.map_err(SendError::from),
            Err(_) => Err(SmtpFailure::TimedOut(limit).into()),
        }
    }

    async fn try_receiver(&self) -> Option<Result<(), Cause>> {
        let limit = self.timeouts.message;
        let tried = tokio::time::timeout(limit, self.connections.try_server()).await;
        Some(tried.unwrap_or(Err(SmtpFailure::TimedOut(limit))).map_err(Cause::from))
    }
}

fn sender(raw: &str) -> Result<Mailbox, SmtpSettingsError> {
    let mailbox: Mailbox = raw.trim().parse().map_err(|_| SmtpSettingsError::From)?;
    let address: &str = mailbox.email.as_ref();
    let name_is_clean = mailbox.name.as_deref().is_none_or(|name| !name.contains(char::is_control));
    if address.is_ascii() && name_is_clean { Ok(mailbox) } else { Err(SmtpSettingsError::From) }
}
