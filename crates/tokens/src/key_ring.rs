//! The keys of one deployment at work.

use std::collections::HashSet;
use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::AccessClaims;
use auth_ports::{AccessTokenChecker, AccessTokenMinter, Entropy, KeySetPublisher, MintError, draw};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Validation, decode, decode_header, encode};

use crate::claims::Claims;
use crate::signing_key::SigningKey;

/// Longest token that is looked at, in octets; ours have some 600 (RS256: 900).
const MAX_TOKEN: usize = 4096;

/// What all tokens of a deployment have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// `iss`: the public address, compared octet by octet.
    pub issuer: String,
    /// `project_id`: the environment.
    pub project_id: String,
}

/// The keys of a deployment.
#[derive(Debug)]
pub struct SigningKeys {
    /// Signs new tokens.
    pub signing: SigningKey,
    /// Only published, so that tokens of a key that signed before, or will sign next, are accepted.
    pub others: Vec<SigningKey>,
}

/// Mints and checks access tokens and publishes the keys that check them.
///
/// Checking reads neither a clock nor a database: revoked sessions are not its business.
pub struct KeyRing {
    keys: SigningKeys,
    settings: TokenSettings,
    entropy: Arc<dyn Entropy>,
    key_set: String,
}

impl KeyRing {
    /// A ring; the same key given twice is published once. `entropy` names tokens (`jti`, 128 bits).
    #[must_use]
    pub fn new(keys: SigningKeys, settings: TokenSettings, entropy: Arc<dyn Entropy>) -> Self {
        let key_set = key_set(&keys);
        Self { keys, settings, entropy, key_set }
    }

    /// Id (`kid`) of the key that signs.
    #[must_use]
    pub fn signing_key_id(&self) -> &str {
        self.keys.signing.id()
    }
}

impl AccessTokenMinter for KeyRing {
    fn mint(&self, claims: &AccessClaims) -> Result<String, MintError> {
        let key = &self.keys.signing;
        let jti = URL_SAFE_NO_PAD.encode(draw::<16>(self.entropy.as_ref()));
        let claims = Claims::new(claims, &self.settings, jti);
        encode(key.header(), &claims, key.signer()).map_err(|error| MintError(error.into()))
    }
}

impl KeyRing {
    /// The claims of a token that a published key signed.
    ///
    /// The header must be exactly the one that this service writes for a published key. That
    /// settles the algorithm, the type and the key, and refuses every member by which a token could
    /// bring its own key or demand something (`jwk`, `jku`, `x5u`, `crit`, …; RFC 8725, 3.1, 3.10, 3.11).
    fn signed(&self, token: &str) -> Option<Claims> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let header = decode_header(token).ok()?;
        let key = published(&self.keys).find(|key| *key.header() == header)?;
        Some(decode::<Claims>(token, key.verifier(), &signature_only(key)).ok()?.claims)
    }
}

impl AccessTokenChecker for KeyRing {
    fn check(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        self.signed(token)?.accept(&self.settings, now)
    }

    fn check_whenever(&self, token: &str) -> Option<AccessClaims> {
        self.signed(token)?.accept_whenever(&self.settings)
    }
}

impl KeySetPublisher for KeyRing {
    fn key_set(&self) -> String {
        self.key_set.clone()
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("keys", &self.keys).field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn published(keys: &SigningKeys) -> impl Iterator<Item = &SigningKey> {
    std::iter::once(&keys.signing).chain(&keys.others)
}

/// The claims are for [`Claims::accept`]: the library would read the system's clock, and takes lists
/// where we take one value.
fn signature_only(key: &SigningKey) -> Validation {
    let mut validation = Validation::new(key.algorithm().jwa());
    validation.set_required_spec_claims::<&str>(&[]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn key_set(keys: &SigningKeys) -> String {
    let mut seen = HashSet::new();
    let keys = published(keys).filter(|key| seen.insert(key.id())).map(|key| key.public().clone()).collect();
    serde_json::to_string(&JwkSet { keys }).expect("a list of strings is valid JSON")
}
