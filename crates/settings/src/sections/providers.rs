//! `[providers.<id>]`

use std::collections::BTreeMap;

use auth_domain::external_identities::ProviderId;
use secrecy::SecretString;
use serde::Deserialize;

use super::common::one_of;
use crate::values::{Given, RedirectUri, Setting, WebAddress, read};
use crate::{Profile, SettingsError};

/// A third party that vouches for people.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// The operator's name for it, the wire's `provider_id`.
    pub id: ProviderId,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Our name there.
    pub client_id: String,
    /// Our secret there. `None`: a public client, which only OpenID Connect has.
    pub client_secret: Option<SecretString>,
    /// Where it may send the browser back to; never empty, the first is the default.
    pub redirect_uris: Vec<RedirectUri>,
    /// What is asked for instead of the kind's default.
    pub scopes: Option<Vec<String>>,
}

/// How a third party is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderKind {
    /// OpenID Connect, by discovery.
    Oidc {
        /// Its issuer, as its tokens spell it.
        issuer: WebAddress,
    },
    /// GitHub's OAuth; its own addresses where none are given.
    GitHub {
        /// Start of the addresses for browsers and tokens (`…/login/oauth/…`).
        authorize_base: Option<WebAddress>,
        /// Start of the API's addresses (`…/user`).
        api_base: Option<WebAddress>,
    },
}

#[derive(Clone, Copy)]
enum Kind {
    Oidc,
    GitHub,
}

impl Setting for Kind {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("oidc", Self::Oidc), ("github", Self::GitHub)])
    }
}

/// The section as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProvider {
    #[serde(deserialize_with = "read::value")]
    kind: Kind,
    #[serde(default, deserialize_with = "read::optional")]
    issuer: Option<WebAddress>,
    #[serde(deserialize_with = "read::value")]
    client_id: String,
    #[serde(default, deserialize_with = "read::optional")]
    client_secret: Option<SecretString>,
    #[serde(deserialize_with = "read::list")]
    redirect_uris: Vec<RedirectUri>,
    #[serde(default, deserialize_with = "read::list")]
    scopes: Vec<String>,
    #[serde(default, deserialize_with = "read::optional")]
    authorize_base: Option<WebAddress>,
    #[serde(default, deserialize_with = "read::optional")]
    api_base: Option<WebAddress>,
}

/// All providers, in order of their ids.
pub(crate) fn parse(
    raw: BTreeMap<String, RawProvider>,
    profile: Profile,
) -> Result<Vec<ProviderSettings>, SettingsError> {
    raw.into_iter().map(|(id, provider)| provider.parse(&id, profile)).collect()
}

impl RawProvider {
    fn parse(self, id: &str, profile: Profile) -> Result<ProviderSettings, SettingsError> {
        let Ok(parsed_id) = ProviderId::parse(id) else {
            let problem = "must be named with 1 to 32 lower-case letters, digits, '_' or '-'";
            return Err(SettingsError::at(format!("providers.{id}"), problem));
        };
        let fit = if profile.is_production() { self.check_for_production() } else { Ok(()) };
        let wrong = |(key, problem)| SettingsError::at(format!("providers.{id}.{key}"), problem);
        fit.and_then(|()| self.named(parsed_id)).map_err(wrong)
    }

    fn named(self, id: ProviderId) -> Result<ProviderSettings, Wrong> {
        if self.redirect_uris.is_empty() {
            return Err(("redirect_uris", "must hold at least one address"));
        }
        Ok(ProviderSettings {
            id,
            kind: match self.kind {
                Kind::Oidc => oidc(self.issuer, self.authorize_base, self.api_base)?,
                Kind::GitHub if self.client_secret.is_none() => {
                    return Err(("client_secret", "must be set for kind github"));
                }
                Kind::GitHub => ProviderKind::GitHub {
                    authorize_base: self.authorize_base.or_else(|| self.issuer.clone()),
                    api_base: self.api_base.or(self.issuer),
                },
            },
            client_id: self.client_id,
            client_secret: self.client_secret,
            redirect_uris: self.redirect_uris,
            scopes: Some(self.scopes).filter(|scopes| !scopes.is_empty()),
        })
    }

    fn check_for_production(&self) -> Result<(), Wrong> {
        let addresses =
            [("issuer", &self.issuer), ("authorize_base", &self.authorize_base), ("api_base", &self.api_base)];
        for (key, address) in addresses {
            if address.as_ref().is_some_and(|address| !address.is_public()) {
                return Err((key, "must be an https address of another machine in production"));
            }
        }
        if self.redirect_uris.iter().all(RedirectUri::is_fit_for_production) {
            return Ok(());
        }
        Err(("redirect_uris", "must be https in production, except on the user's own machine"))
    }
}

/// A key of the section, and what is wrong with it.
type Wrong = (&'static str, &'static str);

fn oidc(
    issuer: Option<WebAddress>,
    authorize_base: Option<WebAddress>,
    api_base: Option<WebAddress>,
) -> Result<ProviderKind, Wrong> {
    match (issuer, authorize_base, api_base) {
        (None, ..) => Err(("issuer", "must be set for kind oidc")),
        (_, Some(_), _) => Err(("authorize_base", "is only for kind github")),
        (.., Some(_)) => Err(("api_base", "is only for kind github")),
        (Some(issuer), None, None) => Ok(ProviderKind::Oidc { issuer }),
    }
}
