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
    /// The limit for one message, from waiting for a free connection to the server's last answer. It must be more
    /// than zero; [`SmtpSettings::DEFAULT_TIMEOUT`] is a good value.
    pub timeout: Duration,
}

impl SmtpSettings {
    /// 30 s: ten times what a slow server takes, and short enough for a code that is valid for minutes. (RFC 5321,
    /// 4.5.3.2 asks for 5 minutes per step; here the queue retries instead.)
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
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
    /// The time limit is zero.
    #[error("the time limit for e-mail must be more than zero")]
    Timeout,
    /// TLS is not available, for example for a host name that no certificate can contain.
    #[error("TLS for the SMTP server cannot be set up: {0}")]
    Tls(String),
}
