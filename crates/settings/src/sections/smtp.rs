//! `[smtp]`

use serde::Deserialize;

use crate::SettingsError;
use crate::values::{SmtpUrl, read};

/// Outgoing e-mail.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Where it is handed over.
    pub url: SmtpUrl,
    /// Its sender: `name@example.com` or `Name <name@example.com>`.
    pub from: String,
}

/// The section as written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSmtp {
    #[serde(default, deserialize_with = "read::optional")]
    url: Option<SmtpUrl>,
    #[serde(default, deserialize_with = "read::optional")]
    from: Option<String>,
}

impl RawSmtp {
    pub(crate) fn parse(self) -> Result<Option<SmtpSettings>, SettingsError> {
        let wrong = |problem: &str| Err(SettingsError::at("smtp.from", problem));
        if self.from.as_deref().is_some_and(|from| !is_mailbox(from)) {
            return wrong("must be an e-mail address, such as Example <no-reply@example.com>");
        }
        match (self.url, self.from) {
            (None, _) => Ok(None),
            (Some(url), Some(from)) => Ok(Some(SmtpSettings { url, from })),
            (Some(_), None) => wrong("must be set where smtp.url is"),
        }
    }
}

/// Enough to catch a wrong setting; the sender reads it in full.
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
