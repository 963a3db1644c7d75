//! OpenID Connect: any party that publishes a discovery document.

mod claims;
mod client_secret;
mod discovery;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod id_token;
mod issuer;
mod key_set;
mod section;
mod settings;

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::ProviderId;
use auth_outbound::OutboundHttp;
use auth_ports::{Clock, ExchangeError, Exchanged, Flow, Grant, IdentityProvider, LocateError, LocateRequest};
use url::Url;

use crate::cached::Cached;
use crate::code_flow;
use crate::fault::{Trouble, locate_error};
use crate::party::{PartyError, fetch};
use crate::refusals;
use crate::settings::{ProviderSettingsError, address_below, check_client};
use claims::{Claims, Expected, Source};
use client_secret::Client;
use discovery::{Discovered, Document};
use id_token::IdToken;
use issuer::Issuer;
use key_set::KeySet;
pub use section::OidcSection;
pub use settings::{ClientSecretKey, NonceRule, OidcSettings};

/// The scopes that are requested unless the request names others.
const DEFAULT_SCOPES: &str = "openid email profile";

/// The name of the first step in the log.
const DISCOVERY: &str = "reading its discovery document";

/// The name of the step that checks a signature.
const KEY_SET: &str = "reading its key set";

/// One party that follows OpenID Connect. Its discovery document is fetched at first use.
pub struct OidcProvider {
    id: ProviderId,
    issuer: String,
    tenants: Vec<String>,
    discovery_address: Url,
    client: Client,
    authorized_parties: Vec<String>,
    redirect_uris: Vec<String>,
    callback: Option<String>,
    scopes: String,
    id_tokens: Option<NonceRule>,
    http: OutboundHttp,
    discovered: Cached<Discovered>,
    keys: Cached<KeySet>,
}

impl OidcProvider {
    /// Checks the settings. It makes no request.
    ///
    /// # Errors
    /// Returns [`ProviderSettingsError`] for settings that cannot work.
    pub fn new(
        settings: OidcSettings,
        http: OutboundHttp,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ProviderSettingsError> {
        check_client(&settings.client_id, &settings.redirect_uris)?;
        let base = Issuer::new(&settings.issuer, &settings.tenants).base();
        let discovery_address = address_below("issuer", &base, "/.well-known/openid-configuration", &http.reach())?;
        let client = match settings.client_key {
            Some(key) => Client::with_key(settings.client_id, key, &settings.issuer)?,
            None => Client::with_secret(settings.client_id, settings.client_secret),
        };
        Ok(Self {
            discovery_address,
            client,
            id: settings.id,
            issuer: settings.issuer,
            tenants: settings.tenants,
            authorized_parties: settings.authorized_parties,
            redirect_uris: settings.redirect_uris,
            callback: settings.callback,
            scopes: settings.scopes.unwrap_or_else(|| DEFAULT_SCOPES.to_owned()),
            id_tokens: settings.id_tokens,
            http,
            discovered: Cached::new(Arc::clone(&clock)),
            keys: Cached::new(clock),
        })
    }

    async fn discovered(&self) -> Result<Arc<Discovered>, PartyError> {
        let fetch = || async {
            let document: Document = fetch(&self.http, &self.discovery_address, None).await?;
            document.checked(Issuer::new(&self.issuer, &self.tenants), &self.http.reach())
        };
        self.discovered.get(fetch).await
    }

    async fn trade(&self, grant: &Grant, now: Timestamp) -> Result<Exchanged, Trouble> {
        match (grant, self.id_tokens) {
            (Grant::Code { code, flow }, _) => self.redeem(code, flow, now).await,
            (Grant::IdToken { token, nonce }, Some(NonceRule::Check)) => {
                self.believe(token, Source::Client(nonce.as_ref()), now).await
            }
            (Grant::IdToken { token, .. }, Some(NonceRule::Ignore)) => {
                self.believe(token, Source::ClientWithAnyNonce, now).await
            }
            (Grant::IdToken { .. }, None) | (Grant::AccessToken(_), _) => Err(Trouble::Unsupported),
        }
    }

    async fn redeem(&self, code: &str, flow: &Flow, now: Timestamp) -> Result<Exchanged, Trouble> {
        let discovered = self.discovered().await.map_err(Trouble::at(DISCOVERY))?;
        let (endpoint, auth) = (&discovered.token_endpoint, discovered.client_auth);
        let client = self.client.credentials(now).map_err(Trouble::at(code_flow::STEP))?;
        let tokens = code_flow::redeem(&self.http, endpoint, &client, auth, code, &self.as_registered(flow)).await?;
        let missing = || Trouble::Faulty(code_flow::STEP, PartyError::Nonsense("the token endpoint gave no ID token"));
        self.believe(&tokens.id_token.ok_or_else(missing)?, Source::Flow(&flow.nonce), now).await
    }

    /// Checks an ID token, starting with its signature.
    async fn believe(&self, raw: &str, source: Source<'_>, now: Timestamp) -> Result<Exchanged, Trouble> {
        let token = IdToken::parse(raw)?;
        let discovered = self.discovered().await.map_err(Trouble::at(DISCOVERY))?;
        let claims = self.verify(&token, &discovered).await?;
        claims.check(&Expected {
            issuer: Issuer::new(&discovered.issuer, &self.tenants),
            client_id: &self.client.id,
            authorized_parties: &self.authorized_parties,
            source,
            now,
        })?;
        Ok(Exchanged { profile: claims.profile(&self.id)?, evidence: token.evidence() })
    }

    /// Checks the signature with the key set, which is fetched again if it lacks the token's key or has another one of the
    /// same id, because parties rotate keys without notice. [`Cached`] limits how often.
    async fn verify(&self, token: &IdToken<'_>, discovered: &Discovered) -> Result<Claims, Trouble> {
        let fetch = || async {
            let document: serde_json::Value = fetch(&self.http, &discovered.jwks_uri, None).await?;
            KeySet::read(&document)
        };
        let keys = self.keys.get(fetch).await.map_err(Trouble::at(KEY_SET))?;
        match token.verify(&keys) {
            Err(refusals::UNKNOWN_KEY | refusals::SIGNATURE) => {
                let newer = self.keys.newer(keys, fetch).await.map_err(Trouble::at(KEY_SET))?;
                Ok(token.verify(&newer)?)
            }
            verified => Ok(verified?),
        }
    }

    /// Returns a flow with the redirect address that the third party knows: the service's own, where forms are posted to.
    /// It ends with the position of the flow's redirect address, counted from 1.
    fn as_registered(&self, flow: &Flow) -> Flow {
        let position = self.redirect_uris.iter().position(|uri| *uri == flow.redirect_uri);
        match (&self.callback, position) {
            (Some(callback), Some(position)) => {
                Flow { redirect_uri: format!("{callback}/{}", position + 1), ..flow.clone() }
            }
            _ => flow.clone(),
        }
    }

    /// Adds the scope `openid`, without which no ID token would be returned.
    fn scope(&self, wish: Option<&str>) -> String {
        match wish.unwrap_or(&self.scopes) {
            scopes if scopes.split(' ').any(|scope| scope == "openid") => scopes.to_owned(),
            scopes => format!("openid {scopes}").trim_end().to_owned(),
        }
    }
}

#[async_trait]
impl IdentityProvider for OidcProvider {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }

    fn posts_back(&self) -> bool {
        self.callback.is_some()
    }

    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError> {
        let discovered =
            self.http.within_limit(self.discovered()).await.map_err(|error| locate_error(&self.id, error))?;
        let scope = self.scope(request.scope.as_deref());
        let mut more = vec![("nonce", request.flow.nonce.as_str())];
        more.extend(self.callback.iter().map(|_| ("response_mode", "form_post")));
        let wish = LocateRequest { flow: self.as_registered(&request.flow), ..request.clone() };
        Ok(code_flow::address(&discovered.authorization_endpoint, &self.client.id, &scope, &more, &wish))
    }

    async fn exchange(&self, grant: &Grant, now: Timestamp) -> Result<Exchanged, ExchangeError> {
        let outcome = self.http.within_limit(self.trade(grant, now)).await;
        outcome.map_err(|trouble| trouble.into_exchange_error(&self.id))
    }
}
