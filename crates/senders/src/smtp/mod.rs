//! E-mail through a mail server (RFC 5321, RFC 6409).

mod connections;
mod failure;
mod letter;
mod section;
mod server;
mod unbuffered;

use std::time::Duration;

use async_trait::async_trait;
use auth_domain::messages::{Channel, OutgoingMessage, Templates};
use auth_ports::{MessageSender, SendError};
use lettre::message::Mailbox;
use secrecy::SecretString;
use thiserror::Error;

use connections::Connections;
use failure::Failure;
use letter::Letter;
pub use section::SmtpSection;
use server::Server;

use crate::templates::templates;

/// Where mail goes out and in whose name.
pub struct SmtpSettings {
    /// The server: `scheme://[user:password@]host[:port][/ehlo-name][?tls=…]`, user and password
    /// percent-encoded.
    ///
    /// | form | protection | default port |
    /// | --- | --- | --- |
    /// | `smtps://host` | TLS from the first byte | 465 |
    /// | `smtp://host?tls=required` | STARTTLS, or nothing is sent | 587 |
    /// | `smtp://host?tls=opportunistic` | STARTTLS where offered; whoever sits between can prevent it | 587 |
    /// | `smtp://host` | none: password and codes travel in the clear | 25 |
    ///
    /// The EHLO name is the sender's domain unless the path names another. Certificates are checked
    /// against the system's roots.
    pub url: SecretString,
    /// The sender: `name@domain` or `Some Name <name@domain>`. Its domain is also that of message ids.
    pub from: String,
    /// Limit for one message, from waiting for a free connection to the server's last answer.
    /// More than zero; [`SmtpSettings::DEFAULT_TIMEOUT`] is a good value.
    pub timeout: Duration,
}

impl SmtpSettings {
    /// 30 s: ten times what a slow server takes, and short enough for a code that lives for minutes.
    /// (RFC 5321, 4.5.3.2 asks for 5 minutes a step; the queue's next attempt stands in for that.)
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
}

/// What is wrong with the settings. Never repeats the URL, which may hold a password.
#[derive(Debug, Error)]
pub enum SmtpSettingsError {
    /// The URL is not of a form that [`SmtpSettings::url`] lists.
    #[error("the SMTP URL {0}")]
    Url(&'static str),
    /// The sender is not an address.
    #[error("the sender of e-mail must be name@domain or Some Name <name@domain>, in ASCII but for the name")]
    From,
    /// The time limit is zero.
    #[error("the time limit for e-mail must be more than zero")]
    Timeout,
    /// No TLS, such as for a host name that no certificate can hold.
    #[error("TLS for the SMTP server cannot be set up: {0}")]
    Tls(String),
}

/// Sends e-mail of two equivalent parts, text and HTML, over a pool of connections.
///
/// The server's temporary refusals (4xx), everything that concerns the operator rather than the
/// recipient (connection, TLS, sign-in, sender) and time-outs are temporary; 5xx to the recipient or
/// to the content is permanent. When only the last answer is lost the message goes out twice, with
/// the same `Message-ID` and the same bytes.
pub struct SmtpSender {
    from: Mailbox,
    timeout: Duration,
    connections: Connections,
    templates: Templates,
}

impl SmtpSender {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// [`SmtpSettingsError`], naming what is wrong.
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpSettingsError> {
        let from = sender(&settings.from)?;
        if settings.timeout.is_zero() {
            return Err(SmtpSettingsError::Timeout);
        }
        let server = Server::parse(&settings.url, from.email.domain())?;
        if server.sends_password_unprotected() {
            tracing::warn!(
                "the SMTP URL permits sending its password unencrypted; use smtps:// or smtp://…?tls=required"
            );
        }
        Ok(Self {
            from,
            timeout: settings.timeout,
            connections: Connections::new(server, settings.timeout),
            templates: templates(),
        })
    }

    /// In other words than ours.
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

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        let words = self.templates.words(Channel::EMAIL, message);
        let letter = Letter::write(&self.from, message, words)?;
        match tokio::time::timeout(self.timeout, self.connections.deliver(&letter)).await {
            Ok(result) => result.map_err(SendError::from),
            Err(_) => Err(Failure::TimedOut(self.timeout).into()),
        }
    }
}

fn sender(raw: &str) -> Result<Mailbox, SmtpSettingsError> {
    let mailbox: Mailbox = raw.trim().parse().map_err(|_| SmtpSettingsError::From)?;
    let address: &str = mailbox.email.as_ref();
    let name_is_clean = mailbox.name.as_deref().is_none_or(|name| !name.contains(char::is_control));
    if address.is_ascii() && name_is_clean { Ok(mailbox) } else { Err(SmtpSettingsError::From) }
}
