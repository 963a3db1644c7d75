//! The settings of the OpenID Connect provider.

use auth_domain::external_identities::ProviderId;
use secrecy::SecretString;

/// The operator's settings for one such party.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// The operator's name for it.
    pub id: ProviderId,
    /// Its issuer, spelled exactly as in its documents and tokens.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// The client secret; `None` for a public client.
    pub client_secret: Option<SecretString>,
    /// The addresses to which users may be sent back; the first is the default.
    pub redirect_uris: Vec<String>,
    /// The scopes, separated by spaces; `openid email profile` if none are set.
    pub scopes: Option<String>,
    /// Other clients to which ID tokens may have been issued that are meant for others besides us.
    pub authorized_parties: Vec<String>,
    /// The ids of the tenants whose people may sign in, of an issuer that serves many; empty for any other. The issuer may
    /// then contain `{tenantid}`.
    pub tenants: Vec<String>,
    /// The address of this service to which browsers bring the code by a form (OAuth 2.0 Form Post Response Mode), without
    /// the position of the redirect address. `None` if they bring it to the redirect address.
    pub callback: Option<String>,
    /// In place of `client_secret`: a key with which client secrets are signed.
    pub client_key: Option<ClientSecretKey>,
    /// What is expected of ID tokens that clients obtained themselves; `None` if none are taken.
    pub id_tokens: Option<NonceRule>,
}

/// A private key with which client secrets are signed, as Apple issues them.
#[derive(Debug, Clone)]
pub struct ClientSecretKey {
    /// Our team at the third party: the `iss` of client secrets.
    pub team_id: String,
    /// The id of the key.
    pub key_id: String,
    /// The key: EC on P-256, PKCS#8 in PEM.
    pub private_key: SecretString,
}

/// What the nonce of an ID token means that a client obtained itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NonceRule {
    /// A token that has one is taken only with the same one, or what it is the SHA-256 of, beside it.
    #[default]
    Check,
    /// Nothing: for clients whose libraries put one in and do not tell it.
    Ignore,
}
