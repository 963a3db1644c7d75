//! What the sender is made of.

use std::time::Duration;

use secrecy::SecretString;
use thiserror::Error;

/// Where requests go and how they are signed.
pub struct WebhookSettings {
    /// `https://…`, without user and password. A query is kept.
    pub url: String,
    /// `whsec_` and the base64 of 24 to 64 random bytes. Several, separated by spaces, while
    /// receivers move from one to the next: each request carries a signature of each.
    pub secret: SecretString,
    /// Limit for one request, from connecting to the answer. More than zero;
    /// [`WebhookSettings::DEFAULT_TIMEOUT`] is a good value.
    pub timeout: Duration,
    /// Also accept `http://…`, where anyone on the way reads the codes. For receivers on the same
    /// machine and for tests.
    pub allow_plain_http: bool,
}

impl WebhookSettings {
    /// 10 s.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
}

/// What is wrong with the settings. Never repeats the URL or the secrets.
#[derive(Debug, Error)]
pub enum WebhookSettingsError {
    /// The URL is not one that requests may go to.
    #[error("the webhook's URL {0}")]
    Url(&'static str),
    /// A secret is not of the form `whsec_…`.
    #[error("the webhook's secret is unusable: {0}")]
    Secret(String),
    /// The time limit is zero.
    #[error("the webhook's time limit must be more than zero")]
    Timeout,
    /// No TLS, such as on a system without root certificates.
    #[error("the webhook's HTTP client cannot be set up: {0}")]
    Client(String),
}
