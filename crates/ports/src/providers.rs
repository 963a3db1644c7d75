//! Identity providers: third parties that vouch for people.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::secret_bytes::SecretHash;
use thiserror::Error;

use crate::Cause;

/// What ties the end of a flow to its beginning. The application derives it from the request, the
/// same at both ends, because clients carry nothing but the code from one to the other.
#[derive(Clone, PartialEq, Eq)]
pub struct Flow {
    /// Where the third party sends the user back to; one of [`IdentityProvider::redirect_uris`].
    pub redirect_uri: String,
    /// PKCE code verifier (RFC 7636): 43 characters of base64url. A secret.
    pub pkce_verifier: String,
    /// What the ID token must repeat (OpenID Connect Core, 3.1.3.7, step 11).
    pub nonce: String,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flow").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

/// A wish for the address that begins a flow.
#[derive(Debug, Clone)]
pub struct LocateRequest {
    /// What the end of the flow must fit.
    pub flow: Flow,
    /// What the third party hands back to the client.
    pub state: String,
    /// Scopes in place of the configured ones, separated by spaces.
    pub scope: Option<String>,
    /// Further parameters for the third party (`other_params`). Adapters drop those that the
    /// protocol itself uses.
    pub other_params: Vec<(String, String)>,
}

/// Why no address could be built. What a third party does is neither a refusal of ours nor a failure of ours: clients
/// are told apart which it was.
#[derive(Debug, Error)]
pub enum LocateError {
    /// The third party is out of reach or answers nonsense.
    #[error("the identity provider could not be asked")]
    Faulty(#[source] Cause),
}

/// What the client brings back from the third party. All are secrets.
#[derive(Clone)]
pub enum Grant {
    /// An authorization code.
    Code(String),
    /// An ID token that the client obtained by itself.
    IdToken(String),
    /// The third party's access token.
    AccessToken(String),
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Code(_) => "Grant::Code(…)",
            Self::IdToken(_) => "Grant::IdToken(…)",
            Self::AccessToken(_) => "Grant::AccessToken(…)",
        })
    }
}

/// What a grant proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// Who it is.
    pub profile: ExternalProfile,
    /// Hash of what proves it (for an ID token: of its signed part, which no one can vary), so that
    /// one piece of evidence makes one proof only.
    pub evidence: SecretHash,
}

/// Why a grant proved nothing: because the third party says so, or because it could not be asked.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// The grant is wrong, expired, used, or meant for somebody else. The text is for the client.
    #[error("{0}")]
    Refused(&'static str),
    /// The provider does not take this sort of grant.
    #[error("the identity provider does not take this sort of grant")]
    Unsupported,
    /// The third party is out of reach, slow, or answers nonsense.
    #[error("the identity provider could not be asked")]
    Faulty(#[source] Cause),
}

/// One third party, as configured by the operator.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// The operator's name for it.
    fn id(&self) -> &ProviderId;

    /// Where users may be sent back to, exactly; the first is the default. Not empty.
    fn redirect_uris(&self) -> &[String];

    /// The address to send the user to.
    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError>;

    /// Trades the grant for who it is. Everything the third party signs is checked: signature with a
    /// published key and an allowed algorithm, issuer and audience exactly, times with a small
    /// allowance, and for a code the nonce of `flow`. Every call ends within a time limit, reads a
    /// bounded amount and follows no redirect.
    async fn exchange(&self, grant: &Grant, flow: &Flow, now: Timestamp) -> Result<Exchanged, ExchangeError>;
}
