//! GitHub: OAuth 2.0 without ID tokens. The identity is what its API returns to the bearer of the token.

mod emails;
mod section;
mod settings;

use std::num::NonZeroU64;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::secret_bytes::SecretHash;
use auth_outbound::OutboundHttp;
use auth_ports::{ExchangeError, Exchanged, Grant, IdentityProvider, LocateError, LocateRequest};
use serde::Deserialize;
use url::Url;

use crate::code_flow::{self, ClientAuth, ClientCredentials};
use crate::fault::Trouble;
use crate::party::{PartyError, fetch};
use crate::profile;
use crate::settings::{ProviderSettingsError, address_below, check_client};

pub use self::section::GitHubSection;
pub use self::settings::GitHubSettings;

/// The scopes that are requested unless the request names others.
const DEFAULT_SCOPES: &str = "read:user user:email";

/// GitHub.
pub struct GitHubProvider {
    id: ProviderId,
    client: ClientCredentials,
    redirect_uris: Vec<String>,
    scopes: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    user_endpoint: Url,
    emails_endpoint: Url,
    http: OutboundHttp,
}

/// The part of GitHub's answer to "who is this?" that is read.
#[derive(Deserialize)]
struct User {
    id: NonZeroU64,
    login: Option<String>,
    name: Option<String>,
    avatar_url: Option<String>,
    email: Option<String>,
}

impl GitHubProvider {
    /// Checks the settings. It makes no request.
    ///
    /// # Errors
    /// Returns [`ProviderSettingsError`] for settings that cannot work.
    pub fn new(settings: GitHubSettings, http: OutboundHttp) -> Result<Self, ProviderSettingsError> {
        check_client(&settings.client_id, &settings.redirect_uris)?;
        let login = |path| address_below("authorize_base", &settings.authorize_base, path, &http.reach());
        let api = |path| address_below("api_base", &settings.api_base, path, &http.reach());
        Ok(Self {
            authorization_endpoint: login("/login/oauth/authorize")?,
            token_endpoint: login("/login/oauth/access_token")?,
            user_endpoint: api("/user")?,
            emails_endpoint: api("/user/emails")?,
            id: settings.id,
            client: ClientCredentials { id: settings.client_id, secret: Some(settings.client_secret) },
            redirect_uris: settings.redirect_uris,
            scopes: settings.scopes.unwrap_or_else(|| DEFAULT_SCOPES.to_owned()),
            http,
        })
    }

    async fn trade(&self, grant: &Grant) -> Result<Exchanged, Trouble> {
        let Grant::Code { code, flow } = grant else { return Err(Trouble::Unsupported) };
        let (endpoint, auth) = (&self.token_endpoint, ClientAuth::Post);
        let tokens = code_flow::redeem(&self.http, endpoint, &self.client, auth, code, flow).await?;
        let missing =
            || Trouble::Faulty(code_flow::STEP, PartyError::Nonsense("the token endpoint gave no access token"));
        let token = tokens.access_token.ok_or_else(missing)?;
        let mut user: User = fetch(&self.http, &self.user_endpoint, Some(&token))
            .await
            .map_err(Trouble::at("asking whose token it is"))?;
        if user.email.as_deref().is_none_or(str::is_empty) {
            let primary = emails::primary(&self.http, &self.emails_endpoint, &token).await;
            user.email = primary.map_err(Trouble::at("asking for the person's e-mail address"))?;
        }
        Ok(Exchanged { profile: self.profile(&user), evidence: self.evidence(code) })
    }

    /// The subject is the numeric id, because the login name can be changed and then taken by somebody else.
    fn profile(&self, user: &User) -> ExternalProfile {
        ExternalProfile {
            provider: self.id.clone(),
            subject: user.id.to_string(),
            name: profile::name(user.name.as_deref()).or_else(|| profile::name(user.login.as_deref())),
            picture: profile::picture(user.avatar_url.as_deref()),
            email: profile::email(user.email.as_deref()),
            phone_number: None,
        }
    }

    /// Hashes the evidence. Codes of two parties may be equal by chance, so the party is part of it.
    fn evidence(&self, code: &str) -> SecretHash {
        SecretHash::of(format!("{}:{code}", self.id).as_bytes())
    }
}

#[async_trait]
impl IdentityProvider for GitHubProvider {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }

    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError> {
        let scope = request.scope.as_deref().unwrap_or(&self.scopes);
        Ok(code_flow::address(&self.authorization_endpoint, &self.client.id, scope, &[], request))
    }

    async fn exchange(&self, grant: &Grant, _now: Timestamp) -> Result<Exchanged, ExchangeError> {
        let outcome = self.http.within_limit(self.trade(grant)).await;
        outcome.map_err(|trouble| trouble.into_exchange_error(&self.id))
    }
}
