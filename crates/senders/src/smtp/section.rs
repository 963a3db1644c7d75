//! The section `[smtp]`.

use std::time::Duration;

use auth_settings::{Danger, Given, Problem, Section, Setting, SettingsProfile, is_this_machine, read};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{SmtpSettings, SmtpTimeouts};

/// The operator's settings for e-mail. Without an address, no e-mail is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSection {
    #[serde(default, deserialize_with = "read::optional")]
    url: Option<SmtpUrl>,
    #[serde(default, deserialize_with = "read::optional")]
    from: Option<String>,
    #[serde(default, deserialize_with = "read::value")]
    allow_insecure: bool,
    #[serde(deserialize_with = "read::whole::<1, 256, _, _>")]
    max_connections: u16,
    #[serde(deserialize_with = "read::duration::<1, 45, _>")]
    connect_timeout_seconds: Duration,
    #[serde(deserialize_with = "read::duration::<1, 45, _>")]
    answer_timeout_seconds: Duration,
    #[serde(deserialize_with = "read::duration::<1, 45, _>")]
    message_timeout_seconds: Duration,
}

impl Section for SmtpSection {
    fn check(&self, _profile: SettingsProfile) -> Result<(), Problem> {
        let wrong = |text| Err(Problem::at("from", text));
        if self.from.as_deref().is_some_and(|from| !is_mailbox(from)) {
            return wrong("must be an e-mail address, such as Example <no-reply@example.com>");
        }
        if self.url.is_some() && self.from.is_none() {
            return wrong("must be set where smtp.url is");
        }
        Ok(())
    }

    fn dangers(&self) -> Vec<Danger> {
        let exposed = self.url.as_ref().is_some_and(|url| !url.is_protected);
        let risk = "does not require TLS to another machine, so that codes can be read on the way";
        Vec::from_iter(exposed.then(|| Danger::at("url", risk, "allow_insecure", self.allow_insecure)))
    }
}

impl SmtpSection {
    /// Converts the section into the settings of the sender, if an address is set.
    #[must_use]
    pub fn into_settings(self) -> Option<SmtpSettings> {
        let url = self.url?.text;
        let timeouts = SmtpTimeouts {
            connect: self.connect_timeout_seconds,
            answer: self.answer_timeout_seconds,
            message: self.message_timeout_seconds,
        };
        Some(SmtpSettings { url, from: self.from?, timeouts, max_connections: self.max_connections })
    }
}

/// An address `smtp://user:password@host:port` or `smtps://…`, which is a secret. The sender reads it in full.
#[derive(Debug, Clone)]
struct SmtpUrl {
    text: SecretString,
    /// Whether it stays on this machine or requires TLS.
    is_protected: bool,
}

impl SmtpUrl {
    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty())?;
        let requires_tls = match url.scheme() {
            "smtps" => true,
            "smtp" => url.query_pairs().any(|(name, value)| name == "tls" && value == "required"),
            _ => return None,
        };
        Some(Self { text: text.into(), is_protected: requires_tls || is_this_machine(host) })
    }
}

impl Setting for SmtpUrl {
    const SECRET: bool = true;

    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse_secret("an address such as smtp://user:password@host:587", |text| Self::parse(text.trim()))
    }
}

/// Checks enough to catch a wrong setting; the sender reads it in full.
fn is_mailbox(text: &str) -> bool {
    let address = match text.strip_suffix('>') {
        Some(named) => named.rsplit_once('<').map(|(_, address)| address),
        None => Some(text),
    };
    let parts = address.and_then(|address| address.split_once('@'));
    parts.is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.contains(char::is_whitespace)
    })
}
