//! Addresses on the web, kept as written: issuers and redirects are compared character by character.

use std::net::SocketAddr;

use url::Url;

use super::{Given, Setting, is_this_machine};
use crate::{Problem, SettingsProfile};

/// An `http` or `https` address without user, query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress {
    written: String,
    url: Url,
}

impl WebAddress {
    /// Reads an address; `None` when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let plain = url.username().is_empty() && url.password().is_none();
        let bare = url.query().is_none() && url.fragment().is_none();
        (web && plain && bare).then(|| Self { written: text.to_owned(), url })
    }

    /// The address of a listener without TLS.
    pub(crate) fn of_listener(address: SocketAddr) -> String {
        format!("http://{address}")
    }

    /// Returns it as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Returns it as an address that can be called.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns it as it was written, but without slashes at the end: paths can be appended.
    #[must_use]
    pub fn base(&self) -> &str {
        self.written.trim_end_matches('/')
    }

    /// Refuses an address at `key` that is not fit for production there.
    ///
    /// # Errors
    /// A [`Problem`] of that key.
    pub fn check(&self, key: &str, profile: SettingsProfile) -> Result<(), Problem> {
        if profile.is_production() && !self.is_public() {
            return Err(Problem::at(key, "must be an https address of another machine in production"));
        }
        Ok(())
    }

    /// Whether what is sent to it can be read and altered on the way: plain http to another machine.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        self.url.scheme() == "http" && !is_loopback(&self.url)
    }

    /// Whether it is fit for production: https, and not this machine.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.url.scheme() == "https" && !is_loopback(&self.url)
    }
}

impl Setting for WebAddress {
    fn from_given(given: &Given) -> Result<Self, String> {
        let must_be = "an http or https address without user, query and fragment";
        match given {
            // What stands before it may be a password.
            Given::Text(text) if text.contains('@') => given.parse_secret(must_be, |text| Self::parse(text.trim())),
            _ => given.parse(must_be, Self::parse),
        }
    }
}

/// Where a third party sends the browser back to: a web address, or one of an installed app
/// (`com.example.app:/callback`, RFC 8252).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    written: String,
    url: Url,
}

impl RedirectUri {
    /// Reads an absolute address without a fragment; `None` for others, and for those that a browser executes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let executed = matches!(url.scheme(), "javascript" | "data" | "vbscript" | "blob" | "file" | "about");
        (!executed && url.fragment().is_none()).then(|| Self { written: text.to_owned(), url })
    }

    /// Returns it as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Refuses a list that is empty, or not fit for production there. Its key is `redirect_uris`.
    ///
    /// # Errors
    /// A [`Problem`] of that key.
    pub fn check_all(uris: &[Self], profile: SettingsProfile) -> Result<(), Problem> {
        let wrong = |text| Err(Problem::at("redirect_uris", text));
        if profile.is_production() && !uris.iter().all(Self::is_fit_for_production) {
            return wrong("must be https in production, except on the user's own machine");
        }
        if uris.is_empty() { wrong("must hold at least one address") } else { Ok(()) }
    }

    /// Plain http is fit for production only on the user's own machine (RFC 8252, 7.3).
    #[must_use]
    pub fn is_fit_for_production(&self) -> bool {
        self.url.scheme() != "http" || is_loopback(&self.url)
    }
}

impl Setting for RedirectUri {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("an absolute address without a fragment", Self::parse)
    }
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(is_this_machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_as_written() {
        for text in ["https://id.example.com", "https://id.example.com/", "http://[::1]:9/x"] {
            assert_eq!(WebAddress::parse(text).expect(text).as_str(), text);
        }
        for text in ["", "id.example.com", "ftp://x", "https://", "https://x?y", "https://x#y", "https://u:p@x"] {
            assert!(WebAddress::parse(text).is_none(), "{text}");
        }
        assert_eq!(WebAddress::parse("https://x/y//").expect("valid").base(), "https://x/y");
    }

    #[test]
    fn production_needs_addresses_elsewhere() {
        for (text, public) in [
            ("https://id.example.com", true),
            ("http://id.example.com", false),
            ("https://localhost:1", false),
            ("https://idp.localhost.", false),
            ("https://127.1", false),
            ("https://[::1]", false),
            ("https://[::ffff:127.0.0.1]", false),
            ("https://0.0.0.0", false),
        ] {
            assert_eq!(WebAddress::parse(text).expect(text).is_public(), public, "{text}");
        }
    }

    #[test]
    fn redirects_also_lead_to_apps() {
        for (text, fit) in [
            ("https://app.example.com/done?x=1", Some(true)),
            ("com.example.app:/callback", Some(true)),
            ("http://127.0.0.1:7/done", Some(true)),
            ("http://app.example.com/done", Some(false)),
            ("https://app.example.com/#x", None),
            ("javascript:alert(1)", None),
            ("/done", None),
        ] {
            assert_eq!(RedirectUri::parse(text).map(|uri| uri.is_fit_for_production()), fit, "{text}");
        }
    }
}
