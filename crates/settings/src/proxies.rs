//! `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`: which proxies outgoing requests go through. They are no settings of ours:
//! machines have them for all programs.

use std::fmt;

use url::Url;

use crate::{Environment, SettingsError, SettingsProfile};

/// What the variables say. Each may also be written in lower case; the one in upper case wins.
#[derive(Clone, Default)]
pub struct ProxyVariables {
    /// The proxy for addresses by https.
    pub https: Option<Url>,
    /// The proxy for addresses by http.
    pub http: Option<Url>,
    /// Whom to call without a proxy, as it is written.
    pub no_proxy: String,
}

impl ProxyVariables {
    /// Reads the variables. Outside of production, a proxy that speaks something else than HTTP is not used, as if it were
    /// not set, because a developer's machine may have it for other programs.
    ///
    /// # Errors
    /// [`SettingsError`] in production, for such a proxy.
    pub fn read(environment: &Environment, profile: SettingsProfile) -> Result<Self, SettingsError> {
        let proxy = |names: [&'static str; 2]| match named(environment, names)? {
            None => Ok(None),
            Some((name, text)) => match parse(text) {
                None if profile.is_production() => Err(unusable(name)),
                proxy => Ok(proxy),
            },
        };
        Ok(Self {
            https: proxy(["HTTPS_PROXY", "https_proxy"])?,
            http: proxy(["HTTP_PROXY", "http_proxy"])?,
            no_proxy: named(environment, ["NO_PROXY", "no_proxy"])?
                .map_or_else(String::new, |(_, text)| text.to_owned()),
        })
    }
}

fn named<'a>(
    environment: &'a Environment,
    names: [&'static str; 2],
) -> Result<Option<(&'static str, &'a str)>, SettingsError> {
    for name in names {
        if let Some(text) = environment.plain(name)? {
            return Ok(Some((name, text)));
        }
    }
    Ok(None)
}

/// Reads the address of a proxy, whose scheme may be left out.
fn parse(text: &str) -> Option<Url> {
    let text = text.trim();
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/")
}

fn unusable(name: &str) -> SettingsError {
    SettingsError::general(format!(
        "{name} must be the address of an HTTP proxy, such as http://proxy.example.com:3128 (what it is now may be secret \
         and is not shown)"
    ))
}

/// Without the addresses, which may contain a password.
impl fmt::Debug for ProxyVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (https, http) = (self.https.is_some(), self.http.is_some());
        f.debug_struct("ProxyVariables").field("https", &https).field("http", &http).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(profile: SettingsProfile, variables: &[(&str, &str)]) -> Result<ProxyVariables, String> {
        ProxyVariables::read(&Environment::new(variables.iter().copied()), profile).map_err(|error| error.to_string())
    }

    #[test]
    fn either_spelling_is_read_and_an_empty_one_is_none() {
        for (variables, https, http) in [
            (&[][..], None, None),
            (&[("HTTPS_PROXY", "http://a.example:3128")][..], Some("http://a.example:3128/"), None),
            (&[("https_proxy", "https://a.example")], Some("https://a.example/"), None),
            (&[("HTTPS_PROXY", ""), ("https_proxy", "b.example:1")], Some("http://b.example:1/"), None),
            (&[("HTTPS_PROXY", "a.example"), ("https_proxy", "b.example")], Some("http://a.example/"), None),
            (&[("http_proxy", "http://u:p@[::1]:1")], None, Some("http://u:p@[::1]:1/")),
        ] {
            let read = read(SettingsProfile::Production, variables).expect("readable");
            let text = |proxy: &Option<Url>| proxy.as_ref().map(Url::to_string);
            assert_eq!((text(&read.https).as_deref(), text(&read.http).as_deref()), (https, http), "{variables:?}");
        }
        assert_eq!(read(SettingsProfile::Local, &[("no_proxy", "a, b")]).expect("readable").no_proxy, "a, b");
    }

    #[test]
    fn what_speaks_no_http_is_refused_in_production_and_ignored_elsewhere() {
        for proxy in ["socks5://hunter2:1080", "http://", "http://hunter2/path", "hunter2 x"] {
            let said = read(SettingsProfile::Production, &[("https_proxy", proxy)]).expect_err(proxy);
            assert!(said.starts_with("https_proxy must be the address of an HTTP proxy"), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
            assert!(read(SettingsProfile::Local, &[("https_proxy", proxy)]).expect(proxy).https.is_none());
        }
    }
}
