//! Identity providers: third parties that vouch for people.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::{ClientNonce, ExternalProfile, ProviderId};
use auth_domain::secret_bytes::SecretHash;
use thiserror::Error;

use crate::Cause;

/// What ties the end of a flow to its beginning. It is of this flow only. The application keeps it from one to the other,
/// because clients carry nothing but the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Flow {
    /// Where the third party sends the user back to; one of [`IdentityProvider::redirect_uris`].
    pub redirect_uri: String,
    /// The PKCE code verifier (RFC 7636): 43 characters of base64url. It is a secret.
    pub pkce_verifier: String,
    /// The nonce that the ID token must repeat (OpenID Connect Core, 3.1.3.7, step 11).
    pub nonce: String,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flow").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

/// A request for the address that begins a flow.
#[derive(Debug, Clone)]
pub struct LocateRequest {
    /// The flow that the exchange at the end must match.
    pub flow: Flow,
    /// The state that the third party hands back to the client.
    pub state: String,
    /// Scopes to use in place of the configured ones, separated by spaces.
    pub scope: Option<String>,
    /// Further parameters for the third party (`other_params`). Adapters drop those that the
    /// protocol itself uses.
    pub other_params: Vec<(String, String)>,
}

/// Why no address could be built. What a third party does wrong is neither a refusal nor a failure of ours, and
/// clients get different errors for them.
#[derive(Debug, Error)]
pub enum LocateError {
    /// The third party is unreachable or sends an invalid answer.
    #[error("the identity provider could not be asked")]
    Faulty(#[source] Cause),
}

/// What the client brings back from the third party. All of these are secrets.
#[derive(Clone)]
pub enum Grant {
    /// An authorization code.
    Code {
        /// The code.
        code: String,
        /// The flow that it ends.
        flow: Flow,
    },
    /// An ID token that the client obtained itself.
    IdToken {
        /// The token.
        token: String,
        /// The nonce that the client shows beside it, if it shows one.
        nonce: Option<ClientNonce>,
    },
    /// An access token of the third party.
    AccessToken(String),
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Code { .. } => "Grant::Code(…)",
            Self::IdToken { .. } => "Grant::IdToken(…)",
            Self::AccessToken(_) => "Grant::AccessToken(…)",
        })
    }
}

/// What a grant has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// The user at the third party.
    pub profile: ExternalProfile,
    /// A hash of the evidence (for an ID token, of its signed part, which nobody can vary), so that one piece of
    /// evidence yields one proof only.
    pub evidence: SecretHash,
}

/// Why a grant proved nothing: the third party rejected it, or could not be asked.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// The grant is wrong, expired, used, or was issued to somebody else. The text is for the client.
    #[error("{0}")]
    Refused(&'static str),
    /// The provider does not accept this kind of grant.
    #[error("the identity provider does not accept this kind of grant")]
    Unsupported,
    /// The third party is unreachable, slow, or sends an invalid answer.
    #[error("the identity provider could not be asked")]
    Faulty(#[source] Cause),
}

/// One third party, as configured by the operator.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Returns the operator's name for it.
    fn id(&self) -> &ProviderId;

    /// Returns the exact addresses to which users may be sent back; the first is the default. There is at least one.
    fn redirect_uris(&self) -> &[String];

    /// Whether the third party hands the code over in a form that browsers post to this service (OAuth 2.0 Form Post
    /// Response Mode), which sends them on to the redirect address. `locate` and `exchange` then name the service's address
    /// to the third party in place of the redirect address.
    fn posts_back(&self) -> bool {
        false
    }

    /// Returns the address to send the user to.
    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError>;

    /// Exchanges the grant for the identity that it proves. Everything that the third party signs is checked: the
    /// signature, with a published key and an allowed algorithm; issuer and audience, exactly; times, with a small
    /// tolerance; and the nonce: that of the flow for a code, and for an ID token of the client's own the one that the
    /// client shows, if the token has one ([`ClientNonce::is_claimed_by`]). Such a token must be a few minutes old at
    /// most. Every call ends within a time limit, reads a bounded amount and follows no redirect.
    async fn exchange(&self, grant: &Grant, now: Timestamp) -> Result<Exchanged, ExchangeError>;
}
