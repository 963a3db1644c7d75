//! Where e-mail is handed over.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Given, Setting};

/// `smtp://user:password@host:port` or `smtps://…`: a secret.
#[derive(Debug, Clone)]
pub struct SmtpUrl(SecretString);

impl SmtpUrl {
    /// Reads an address; `None` when it is not one of a mail server.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let mail = matches!(url.scheme(), "smtp" | "smtps") && url.host_str().is_some_and(|host| !host.is_empty());
        mail.then(|| Self(text.into()))
    }

    /// The whole address, for the sender.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl Setting for SmtpUrl {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse_secret("an address such as smtp://user:password@host:587", |text| Self::parse(text.trim()))
    }
}
