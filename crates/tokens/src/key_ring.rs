//! The keys of a deployment in use.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, ClientClaims};
use auth_ports::{AccessTokenChecker, AccessTokenMinter, Cause, ClientTokens, Entropy, Failure, KeySetPublisher, draw};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Validation, decode, decode_header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::checked::CheckedTokens;
use crate::claims::{Claims, OurClaims};
use crate::client_claims::ClientTokenClaims;
use crate::key_ring_settings::KeyRingSettings;
use crate::signing_key::SigningKey;
use crate::signing_keys::SigningKeys;

/// The longest token that is looked at, in octets. Ours have about 600 (RS256: 900).
const MAX_TOKEN: usize = 4096;

/// Mints and checks access tokens and publishes the keys that check them.
///
/// Checking reads neither a clock nor a database. Whether a session was revoked is checked elsewhere.
pub struct KeyRing {
    keys: RwLock<Arc<Published>>,
    settings: KeyRingSettings,
    entropy: Arc<dyn Entropy>,
}

/// Keys, the document that publishes them, and the tokens that were checked with them.
struct Published {
    keys: SigningKeys,
    key_set: String,
    checked: Arc<CheckedTokens>,
}

impl KeyRing {
    /// Makes a ring. A key that is given twice is published once. `entropy` names tokens (`jti`, 128 bits).
    #[must_use]
    pub fn new(keys: SigningKeys, settings: KeyRingSettings, entropy: Arc<dyn Entropy>) -> Self {
        Self { keys: RwLock::new(Arc::new(Published::new(keys))), settings, entropy }
    }

    /// Replaces all keys at once. Returns whether that changes what is published.
    pub fn replace(&self, keys: SigningKeys) -> bool {
        let mut next = Published::new(keys);
        let mut current = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let changed = current.key_set != next.key_set;
        if !changed {
            // The same keys accept the same tokens. Tokens that were checked with others are forgotten with them, also
            // those whose check has begun and not ended.
            next.checked = current.checked.clone();
        }
        *current = Arc::new(next);
        changed
    }

    /// The id (`kid`) of the key that signs at `at`.
    #[must_use]
    pub fn signing_key_id(&self, at: Timestamp) -> String {
        self.published().keys.signing_at(at).id().to_owned()
    }

    fn published(&self) -> Arc<Published> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Published {
    fn new(keys: SigningKeys) -> Self {
        let mut seen = HashSet::new();
        let public = keys.published().filter(|key| seen.insert(key.id())).map(|key| key.public().clone()).collect();
        let key_set = serde_json::to_string(&JwkSet { keys: public }).expect("a list of strings is valid JSON");
        Self { keys, key_set, checked: Arc::new(CheckedTokens::new()) }
    }

    /// The claims of a token that one of the keys signed.
    ///
    /// The header must be exactly the one that this service writes for a published key. That determines the algorithm,
    /// the type and the key, and refuses every member by which a token could bring its own key or demand something
    /// (`jwk`, `jku`, `x5u`, `crit`, …; RFC 8725, 3.1, 3.10, 3.11).
    fn signed<C: DeserializeOwned>(&self, token: &str) -> Option<C> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let header = decode_header(token).ok()?;
        let key = self.keys.published().find(|key| *key.header() == header)?;
        Some(decode::<C>(token, key.verifier(), &signature_only(key)).ok()?.claims)
    }
}

#[derive(Debug, Error)]
#[error("the access token could not be signed")]
struct NotSigned(#[source] Cause);

impl AccessTokenMinter for KeyRing {
    fn mint(&self, claims: &AccessClaims) -> Result<String, Failure> {
        self.sign(&Claims::new(claims, &self.settings, self.new_id()), claims.issued_at)
    }
}

impl ClientTokens for KeyRing {
    fn mint_for_client(&self, claims: &ClientClaims) -> Result<String, Failure> {
        self.sign(&ClientTokenClaims::new(claims, &self.settings, self.new_id()), claims.issued_at)
    }

    fn check_client(&self, token: &str, now: Timestamp) -> Option<ClientClaims> {
        self.published().signed::<ClientTokenClaims>(token)?.accept(&self.settings, now)
    }
}

impl KeyRing {
    /// `jti`
    fn new_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(draw::<16>(self.entropy.as_ref()))
    }

    fn sign(&self, claims: &impl Serialize, issued_at: Timestamp) -> Result<String, Failure> {
        let published = self.published();
        published.keys.signing_at(issued_at).sign(claims).map_err(|cause| Failure::internal(NotSigned(cause)))
    }
}

impl KeyRing {
    /// The claims of a user's token that are ours, and were checked before or are now. Those that hold at `now` are
    /// remembered.
    fn checked(&self, token: &str, now: Option<Timestamp>) -> Option<Arc<OurClaims>> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let (published, name) = (self.published(), CheckedTokens::name(token));
        if let Some(claims) = published.checked.find(&name) {
            return Some(claims);
        }
        let claims = Arc::new(published.signed::<Claims>(token)?.ours(&self.settings)?);
        if now.is_some_and(|now| claims.at(now).is_some()) {
            published.checked.remember(name, claims.clone());
        }
        Some(claims)
    }
}

impl AccessTokenChecker for KeyRing {
    fn check(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        self.checked(token, Some(now))?.at(now)
    }

    fn check_whenever(&self, token: &str) -> Option<AccessClaims> {
        self.checked(token, None).map(|claims| claims.whenever())
    }
}

impl KeySetPublisher for KeyRing {
    fn key_set(&self) -> String {
        self.published().key_set.clone()
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing")
            .field("keys", &self.published().keys)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Checks the signature only. The claims are left to [`Claims::accept`], because the library would read the system's
/// clock, and accepts lists where we accept one value.
fn signature_only(key: &SigningKey) -> Validation {
    let mut validation = Validation::new(key.algorithm().jwa());
    validation.set_required_spec_claims::<&str>(&[]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

#[cfg(test)]
mod tests {
    use auth_domain::access::{Method, Scope};
    use auth_domain::accounts::UserId;
    use auth_domain::clients::ClientId;
    use auth_domain::sessions::SessionId;
    use chrono::DateTime;

    use super::*;
    use crate::algorithm::Algorithm;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_800_000_000 + second, 0).expect("an instant")
    }

    fn claims() -> AccessClaims {
        AccessClaims {
            user: UserId::from_i64(42),
            session: SessionId::new([7; 16]),
            client: ClientId::parse("shop").expect("a client id"),
            for_client: true,
            scope: Scope::User,
            method: Method::new("email"),
            issued_at: at(0),
            expires_at: at(100),
        }
    }

    fn fixed(key: &SigningKey) -> SigningKeys {
        SigningKeys::fixed(SigningKey::from_pem(&key.to_pem()).expect("a key"), vec![])
    }

    #[test]
    fn a_signature_is_checked_once_as_long_as_the_keys_stay() {
        let [key, other] = [0; 2].map(|_| SigningKey::generate(Algorithm::EdDsa).expect("a key"));
        let settings = KeyRingSettings { issuer: "https://auth.example.com".into(), project_id: "shop".into() };
        let ring = KeyRing::new(fixed(&key), settings, Arc::new(Zeros));
        let token = ring.mint(&claims()).expect("a token");
        let is_known = || ring.published().checked.find(&CheckedTokens::name(&token)).is_some();
        assert_eq!(ring.check(&token, at(100)), None, "it has expired");
        assert!(ring.check_whenever(&token).is_some() && !is_known(), "one that does not hold is not remembered");
        assert!(ring.check(&token, at(0)).is_some() && is_known());
        assert_eq!(ring.check(&token, at(100)), None, "its time is judged each time");
        assert!(!ring.replace(fixed(&key)) && is_known(), "the same keys");
        let before = ring.published();
        assert!(ring.replace(fixed(&other)) && !is_known());
        before.checked.remember(CheckedTokens::name(&token), Arc::new(OurClaims::sample()));
        assert_eq!(ring.check(&token, at(0)), None, "it was checked while its key was taken away");
    }
}
