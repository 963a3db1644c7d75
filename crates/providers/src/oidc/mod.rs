//! OpenID Connect: any party that publishes a discovery document.

mod discovery;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod id_token;
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
use crate::code_flow::{self, ClientCredentials};
use crate::fault::{Trouble, locate_error};
use crate::party::{PartyError, fetch};
use crate::settings::{ProviderSettingsError, address_below, check_client};
use discovery::{Discovered, Document};
use id_token::{Expected, IdToken, Source};
use key_set::KeySet;
pub use section::OidcSection;
pub use settings::{NonceRule, OidcSettings};

/// The scopes that are requested unless the request names others.
const DEFAULT_SCOPES: &str = "openid email profile";

/// The name of the first step in the log.
const DISCOVERY: &str = "reading its discovery document";

/// One party that follows OpenID Connect. Its discovery document is fetched at first use.
pub struct OidcProvider {
    id: ProviderId,
    issuer: String,
    discovery_address: Url,
    client: ClientCredentials,
    redirect_uris: Vec<String>,
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
        let path = "/.well-known/openid-configuration";
        Ok(Self {
            discovery_address: address_below("issuer", &settings.issuer, path, &http.reach())?,
            id: settings.id,
            issuer: settings.issuer,
            client: ClientCredentials { id: settings.client_id, secret: settings.client_secret },
            redirect_uris: settings.redirect_uris,
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
            document.checked(&self.issuer, &self.http.reach())
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
        let tokens = code_flow::redeem(&self.http, endpoint, &self.client, auth, code, flow).await?;
        let missing = || Trouble::Faulty(code_flow::STEP, PartyError::Nonsense("the token endpoint gave no ID token"));
        self.believe(&tokens.id_token.ok_or_else(missing)?, Source::Flow(&flow.nonce), now).await
    }

    /// Checks an ID token, starting with its signature.
    async fn believe(&self, raw: &str, source: Source<'_>, now: Timestamp) -> Result<Exchanged, Trouble> {
        let token = IdToken::parse(raw)?;
        let discovered = self.discovered().await.map_err(Trouble::at(DISCOVERY))?;
        let keys = self.keys_for(&token, &discovered).await.map_err(Trouble::at("reading its key set"))?;
        let claims = token.verify(&keys)?;
        claims.check(&Expected { issuer: &self.issuer, client_id: &self.client.id, source, now })?;
        Ok(Exchanged { profile: claims.profile(&self.id)?, evidence: token.evidence() })
    }

    /// Returns the key set, fetched again if it lacks the token's key, because parties rotate keys without notice.
    async fn keys_for(&self, token: &IdToken<'_>, discovered: &Discovered) -> Result<Arc<KeySet>, PartyError> {
        let fetch = || async {
            let document: serde_json::Value = fetch(&self.http, &discovered.jwks_uri, None).await?;
            KeySet::read(&document)
        };
        let keys = self.keys.get(fetch).await?;
        if token.key_in(&keys).is_some() { Ok(keys) } else { self.keys.newer(keys, fetch).await }
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

    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError> {
        let discovered =
            self.http.within_limit(self.discovered()).await.map_err(|error| locate_error(&self.id, error))?;
        let scope = self.scope(request.scope.as_deref());
        let nonce = Some(request.flow.nonce.as_str());
        Ok(code_flow::address(&discovered.authorization_endpoint, &self.client.id, &scope, nonce, request))
    }

    async fn exchange(&self, grant: &Grant, now: Timestamp) -> Result<Exchanged, ExchangeError> {
        let outcome = self.http.within_limit(self.trade(grant, now)).await;
        outcome.map_err(|trouble| trouble.into_exchange_error(&self.id))
    }
}
