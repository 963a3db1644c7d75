//! The provider.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::secret_bytes::SecretHash;
use auth_outbound::{OutboundBuilder, OutboundHttp};
use auth_ports::{ExchangeError, Exchanged, Grant, IdentityProvider, LocateError, LocateRequest};
use auth_settings::Problem;
use secrecy::ExposeSecret as _;
use url::Url;

use crate::SuperAppSection;
use crate::party::openid;

/// More than an answer to a code ever has, in bytes.
const MAX_ANSWER: usize = 16 * 1024;
/// What is asked for unless the request names scopes: who it is, and nothing else.
const SCOPE: &str = "snsapi_login";

/// The super-app. Codes are good once, and an answer that was lost costs the code, so connections are not kept.
pub struct SuperApp {
    id: ProviderId,
    section: SuperAppSection,
    redirect_uris: Vec<String>,
    connect: Url,
    token: Url,
    http: OutboundHttp,
}

impl SuperApp {
    /// Checks the addresses. Asks nobody.
    ///
    /// # Errors
    /// A [`Problem`] when one of them may not be called.
    pub fn new(id: ProviderId, section: SuperAppSection, http: OutboundBuilder) -> Result<Self, Problem> {
        let reach = http.reach();
        let address = |key, base: &str, path| {
            let parsed = reach.parse(&format!("{base}{path}"));
            parsed.map_err(|forbidden| Problem::at(key, format!("may not be called: {forbidden}")))
        };
        Ok(Self {
            id,
            redirect_uris: section.redirect_uris(),
            connect: address("pages", section.pages(), "/connect/qrconnect")?,
            token: address("api", section.api(), "/sns/oauth2/access_token")?,
            section,
            http: http.max_answer(MAX_ANSWER).build()?,
        })
    }

    fn token_address(&self, code: &str) -> Url {
        let mut address = self.token.clone();
        address
            .query_pairs_mut()
            .append_pair("appid", &self.section.app_id)
            .append_pair("secret", self.section.app_secret.expose_secret())
            .append_pair("code", code)
            .append_pair("grant_type", "authorization_code");
        address
    }

    /// Codes of two parties may be equal by chance, so the party is part of the evidence.
    fn evidence(&self, code: &str) -> SecretHash {
        SecretHash::of(format!("{}:{code}", self.id).as_bytes())
    }
}

#[async_trait]
impl IdentityProvider for SuperApp {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }

    /// The super-app knows no PKCE and no further parameters, so neither is sent.
    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError> {
        let mut address = self.connect.clone();
        address
            .query_pairs_mut()
            .append_pair("appid", &self.section.app_id)
            .append_pair("redirect_uri", &request.flow.redirect_uri)
            .append_pair("response_type", "code")
            .append_pair("scope", request.scope.as_deref().unwrap_or(SCOPE))
            .append_pair("state", &request.state);
        address.set_fragment(Some("super_redirect"));
        Ok(address.into())
    }

    async fn exchange(&self, grant: &Grant, _now: Timestamp) -> Result<Exchanged, ExchangeError> {
        let Grant::Code { code, .. } = grant else { return Err(ExchangeError::Unsupported) };
        let subject = openid(self.http.get(&self.token_address(code)).send().await)?;
        let profile = ExternalProfile {
            provider: self.id.clone(),
            subject,
            name: None,
            picture: None,
            email: None,
            phone_number: None,
        };
        Ok(Exchanged { profile, evidence: self.evidence(code) })
    }
}
