//! The settings of the webhook sender.

use std::time::Duration;

use secrecy::SecretString;
use thiserror::Error;

/// Where requests are sent and how they are signed.
pub struct WebhookSettings {
    /// The address, `https://…`, without user and password. A query is kept.
    pub url: String,
    /// `whsec_` and the base64 of 24 to 64 random bytes. There may be several, separated by spaces, while receivers
    /// move from one to the next: each request carries a signature with each of them.
    pub secret: SecretString,
    /// The limit for one request, from connecting to the answer. It must be more than zero;
    /// [`WebhookSettings::DEFAULT_TIMEOUT`] is a good value.
    pub timeout: Duration,
    /// Also accept `http://…` to other machines, where anybody on the network path can read the codes. This is for tests;
    /// receivers on the same machine need no TLS in any case.
    pub allow_plain_http: bool,
}

impl WebhookSettings {
    /// 10 s.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
}

/// What is wrong with the settings. It never repeats the URL or the secrets.
#[derive(Debug, Error)]
pub enum WebhookSettingsError {
    /// Requests may not be sent to this URL.
    #[error("the webhook's URL {0}")]
    Url(&'static str),
    /// A secret is not of the form `whsec_…`.
    #[error("the webhook's secret is unusable: {0}")]
    Secret(String),
    /// The time limit is zero.
    #[error("the webhook's time limit must be more than zero")]
    Timeout,
    /// TLS is not available, for example on a system without root certificates.
    #[error("the webhook's HTTP client cannot be set up: {0}")]
    Client(String),
}
