//! The operator's settings for the mail server.

use std::time::Duration;

use secrecy::SecretString;
use thiserror::Error;

/// Where mail is sent, and from which address.
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
    /// The limits on time.
    pub timeouts: SmtpTimeouts,
    /// How many connections there are at once, and thus messages on the way; at least 1.
    pub max_connections: u16,
}

/// How long the steps of a delivery may take. Each must be more than zero. RFC 5321, 4.5.3.2 asks for 5 minutes per step;
/// here the queue retries instead, and whoever waits for a code does not wait for minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmtpTimeouts {
    /// A connection to one address of the server, or the answer that shows whether an idle connection still lives.
    pub connect: Duration,
    /// Every other answer of the server, except the last one: if that is not waited for, the message may arrive twice.
    pub answer: Duration,
    /// One message, from waiting for a free connection to the server's last answer.
    pub message: Duration,
}

impl Default for SmtpTimeouts {
    /// 10 s, 15 s, 30 s: ten times what a slow server takes, and short enough for a code that is valid for minutes.
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), answer: Duration::from_secs(15), message: Duration::from_secs(30) }
    }
}

impl SmtpTimeouts {
    pub(super) fn has_none(&self) -> bool {
        [self.connect, self.answer, self.message].iter().any(Duration::is_zero)
    }
}

impl SmtpSettings {
    /// 16 connections: mail services commonly accept 10 to 20 from one client.
    pub const DEFAULT_MAX_CONNECTIONS: u16 = 16;

    /// Sends through this server from this address, with the usual limits.
    #[must_use]
    pub fn new(url: SecretString, from: String) -> Self {
        Self { url, from, timeouts: SmtpTimeouts::default(), max_connections: Self::DEFAULT_MAX_CONNECTIONS }
    }
}

/// What is wrong with the settings. It never repeats the URL, which may contain a password.
#[derive(Debug, Error)]
pub enum SmtpSettingsError {
    /// The URL does not have a form that [`SmtpSettings::url`] lists.
    #[error("the SMTP URL {0}")]
    Url(&'static str),
    /// The sender is not an e-mail address.
    #[error("the sender of e-mail must be name@domain or Some Name <name@domain>, in ASCII except for the name")]
    From,
    /// A time limit is zero.
    #[error("the time limits for e-mail must be more than zero")]
    Timeout,
    /// No connection is allowed.
    #[error("e-mail needs at least one connection")]
    Connections,
    /// TLS is not available, for example for a host name that no certificate can contain.
    #[error("TLS for the SMTP server cannot be set up: {0}")]
    Tls(String),
}
