//! The keys that a party publishes (RFC 7517).

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use crate::party::PartyError;

/// How many keys of a set are read; real sets hold fewer than ten.
const MAX_KEYS: usize = 64;

/// A key set. Keys of unknown kinds are left out, as the RFC asks.
pub(super) struct KeySet(Vec<Jwk>);

impl KeySet {
    pub(super) fn read(document: &Value) -> Result<Self, PartyError> {
        let keys = document.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or(PartyError::Nonsense("the key set holds no list of keys"))?;
        Ok(Self(keys.iter().take(MAX_KEYS).filter_map(|key| serde_json::from_value(key.clone()).ok()).collect()))
    }

    /// Returns the one key that `kid` and `algorithm` can mean. Without a `kid`, only one key may fit, so that
    /// nothing is guessed.
    pub(super) fn pick(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let named = |key: &&Jwk| kid.is_none() || key.common.key_id.as_deref() == kid;
        let mut fitting = self.0.iter().filter(named).filter(|key| fits(key, algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => DecodingKey::from_jwk(key).ok(),
            _ => None,
        }
    }
}

/// Whether `key` is for signatures with `algorithm`. A key has one algorithm (RFC 8725, 3.1), and never a symmetric
/// one, whatever the set says.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let for_signatures = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let declared = key.common.key_algorithm;
    for_signatures && declared.is_none_or(|declared| declared == KeyAlgorithm::from(algorithm)) && {
        match (&key.algorithm, algorithm) {
            (AlgorithmParameters::RSA(_), Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512) => true,
            (AlgorithmParameters::RSA(_), Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512) => true,
            (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => key.curve == EllipticCurve::P256,
            (AlgorithmParameters::EllipticCurve(key), Algorithm::ES384) => key.curve == EllipticCurve::P384,
            (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => key.curve == EllipticCurve::Ed25519,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn p256(kid: Option<&str>) -> Value {
        let point = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
        json!({"kty": "EC", "crv": "P-256", "x": point, "y": point, "kid": kid})
    }

    fn set(keys: Value) -> KeySet {
        KeySet::read(&json!({ "keys": keys })).unwrap()
    }

    #[test]
    fn a_key_is_found_by_its_id() {
        let keys = set(json!([p256(Some("a")), p256(Some("b"))]));
        assert!(keys.pick(Some("a"), Algorithm::ES256).is_some());
        assert!(keys.pick(Some("c"), Algorithm::ES256).is_none());
    }

    #[test]
    fn without_an_id_only_a_single_fitting_key_counts() {
        let rsa = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"});
        assert!(set(json!([p256(Some("a")), rsa])).pick(None, Algorithm::ES256).is_some());
        assert!(set(json!([p256(Some("a")), p256(None)])).pick(None, Algorithm::ES256).is_none());
    }

    #[test]
    fn the_algorithm_must_be_the_keys_own() {
        let keys = set(json!([p256(Some("a"))]));
        for algorithm in [Algorithm::RS256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::HS256] {
            assert!(keys.pick(Some("a"), algorithm).is_none(), "{algorithm:?}");
        }
        let declared = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "r", "alg": "RS256"});
        let keys = set(json!([declared]));
        assert!(keys.pick(Some("r"), Algorithm::RS256).is_some());
        assert!(keys.pick(Some("r"), Algorithm::PS256).is_none());
    }

    #[test]
    fn keys_for_encryption_and_symmetric_keys_are_never_used() {
        let mut encryption = p256(Some("a"));
        encryption["use"] = json!("enc");
        let symmetric = json!({"kty": "oct", "k": "c2VjcmV0", "kid": "s"});
        let keys = set(json!([encryption, symmetric]));
        assert!(keys.pick(Some("a"), Algorithm::ES256).is_none());
        assert!(keys.pick(Some("s"), Algorithm::HS256).is_none());
    }

    #[test]
    fn keys_of_unknown_sorts_do_not_spoil_the_set() {
        let keys = set(json!([{"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}, 7, p256(Some("a"))]));
        assert!(keys.pick(Some("a"), Algorithm::ES256).is_some());
    }

    #[test]
    fn what_is_no_key_set_is_an_error() {
        assert!(KeySet::read(&json!([])).is_err());
        assert!(KeySet::read(&json!({"keys": {}})).is_err());
    }
}
