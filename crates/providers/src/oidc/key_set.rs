//! The keys that a party publishes (RFC 7517). What is odd about one key never spoils the set.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use crate::party::PartyError;

/// How many keys of a set are read; real sets hold fewer than ten.
const MAX_KEYS: usize = 64;

/// How many keys of one id are tried. Sets have one, or two while a key replaces another under its id.
const MAX_CANDIDATES: usize = 4;

/// A key set. Keys of unknown kinds and for other purposes are left out, as the RFC asks (5).
pub(super) struct KeySet(Vec<Key>);

/// A key for signatures.
pub(super) struct Key {
    id: Option<String>,
    issuer: Option<String>,
    algorithm: Option<String>,
    sort: Sort,
    decoding: DecodingKey,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Rsa,
    P256,
    P384,
    Ed25519,
}

impl KeySet {
    pub(super) fn read(document: &Value) -> Result<Self, PartyError> {
        let keys = document.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or(PartyError::Nonsense("the key set holds no list of keys"))?;
        Ok(Self(keys.iter().filter_map(Key::read).take(MAX_KEYS).collect()))
    }

    /// Returns the keys that `kid` and `algorithm` can mean: those of this id, or the one that has none. Without a `kid`,
    /// only one key may fit, so that nothing is guessed.
    pub(super) fn candidates<'a>(&'a self, kid: Option<&str>, algorithm: Algorithm) -> Vec<&'a Key> {
        let fitting: Vec<_> = self.0.iter().filter(|key| key.fits(algorithm)).collect();
        let of_id =
            |id: Option<&str>| fitting.iter().copied().filter(|key| key.id.as_deref() == id).collect::<Vec<_>>();
        let only_one = |keys: Vec<&'a Key>| if keys.len() == 1 { keys } else { Vec::new() };
        match kid {
            None => only_one(fitting),
            Some(_) => {
                let named = of_id(kid);
                let found = if named.is_empty() { only_one(of_id(None)) } else { named };
                found.into_iter().take(MAX_CANDIDATES).collect()
            }
        }
    }
}

impl Key {
    /// Reads a key. Members other than those below are ignored, and one that is null is absent.
    fn read(key: &Value) -> Option<Self> {
        let member = |name: &str| key.get(name).filter(|member| !member.is_null());
        let text = |name: &str| member(name).and_then(Value::as_str);
        // Some write the padding that base64url has none of here (RFC 7515, 2).
        let number = |name: &str| text(name).map(|digits| digits.trim_end_matches('='));
        if member("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let ec = || DecodingKey::from_ec_components(number("x")?, number("y")?).ok();
        let (sort, decoding) = match (text("kty")?, text("crv")) {
            ("RSA", _) => (Sort::Rsa, DecodingKey::from_rsa_components(number("n")?, number("e")?).ok()),
            ("EC", Some("P-256")) => (Sort::P256, ec()),
            ("EC", Some("P-384")) => (Sort::P384, ec()),
            ("OKP", Some("Ed25519")) => (Sort::Ed25519, DecodingKey::from_ed_components(number("x")?).ok()),
            _ => return None,
        };
        let owned = |name: &str| text(name).filter(|text| !text.is_empty()).map(str::to_owned);
        Some(Self { id: owned("kid"), issuer: owned("issuer"), algorithm: owned("alg"), sort, decoding: decoding? })
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// Returns the issuer to which the set restricts the key, perhaps with a placeholder for the tenant, as Microsoft
    /// Entra's does.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether the key is for signatures with `algorithm`. A key has one algorithm (RFC 8725, 3.1), and never a symmetric
    /// one, whatever the set says.
    fn fits(&self, algorithm: Algorithm) -> bool {
        let (sort, names): (_, &[&str]) = match algorithm {
            Algorithm::RS256 => (Sort::Rsa, &["RS256"]),
            Algorithm::RS384 => (Sort::Rsa, &["RS384"]),
            Algorithm::RS512 => (Sort::Rsa, &["RS512"]),
            Algorithm::PS256 => (Sort::Rsa, &["PS256"]),
            Algorithm::PS384 => (Sort::Rsa, &["PS384"]),
            Algorithm::PS512 => (Sort::Rsa, &["PS512"]),
            Algorithm::ES256 => (Sort::P256, &["ES256"]),
            Algorithm::ES384 => (Sort::P384, &["ES384"]),
            // The second name is that of RFC 9864.
            Algorithm::EdDSA => (Sort::Ed25519, &["EdDSA", "Ed25519"]),
            _ => return false,
        };
        self.sort == sort && self.algorithm.as_deref().is_none_or(|declared| names.contains(&declared))
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

    fn has(keys: &KeySet, kid: Option<&str>, algorithm: Algorithm) -> bool {
        !keys.candidates(kid, algorithm).is_empty()
    }

    #[test]
    fn a_key_is_found_by_its_id() {
        let keys = set(json!([p256(Some("a")), p256(Some("b"))]));
        assert!(has(&keys, Some("a"), Algorithm::ES256));
        assert!(!has(&keys, Some("c"), Algorithm::ES256));
    }

    #[test]
    fn without_an_id_only_a_single_fitting_key_counts() {
        let rsa = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"});
        assert!(has(&set(json!([p256(Some("a")), rsa])), None, Algorithm::ES256));
        assert!(!has(&set(json!([p256(Some("a")), p256(None)])), None, Algorithm::ES256));
    }

    #[test]
    fn a_key_without_an_id_may_be_any_if_it_is_the_only_one() {
        assert!(has(&set(json!([p256(None), p256(Some("a"))])), Some("b"), Algorithm::ES256));
        assert!(!has(&set(json!([p256(None), p256(None)])), Some("b"), Algorithm::ES256));
    }

    #[test]
    fn of_keys_with_one_id_a_few_are_tried() {
        let keys = set(Value::Array(vec![p256(Some("a")); 9]));
        assert_eq!(keys.candidates(Some("a"), Algorithm::ES256).len(), MAX_CANDIDATES);
    }

    #[test]
    fn the_algorithm_must_be_the_keys_own() {
        let keys = set(json!([p256(Some("a"))]));
        for algorithm in [Algorithm::RS256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::HS256] {
            assert!(!has(&keys, Some("a"), algorithm), "{algorithm:?}");
        }
        let declared = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "r", "alg": "RS256"});
        let keys = set(json!([declared]));
        assert!(has(&keys, Some("r"), Algorithm::RS256));
        assert!(!has(&keys, Some("r"), Algorithm::PS256));
    }

    #[test]
    fn keys_for_encryption_and_symmetric_keys_are_never_used() {
        let mut encryption = p256(Some("a"));
        encryption["use"] = json!("enc");
        let symmetric = json!({"kty": "oct", "k": "c2VjcmV0", "kid": "s"});
        let keys = set(json!([encryption, symmetric]));
        assert!(!has(&keys, Some("a"), Algorithm::ES256));
        assert!(!has(&keys, Some("s"), Algorithm::HS256));
    }

    #[test]
    fn keys_of_unknown_sorts_do_not_spoil_the_set() {
        let keys = set(json!([{"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}, 7, p256(Some("a"))]));
        assert!(has(&keys, Some("a"), Algorithm::ES256));
    }

    /// One member of a good key after another is odd.
    #[test]
    fn what_is_odd_about_a_key_matters_only_if_it_is_about_its_use() {
        for (member, value, usable) in [
            ("alg", json!(null), true),
            ("alg", json!(""), true),
            ("alg", json!("ES256"), true),
            ("alg", json!("ES256K"), false),
            ("alg", json!("ECDH-ES"), false),
            ("use", json!(null), true),
            ("use", json!("sig"), true),
            ("use", json!("tls"), false),
            ("use", json!(["sig"]), false),
            ("key_ops", json!("verify"), true),
            ("x5c", json!("MIIB"), true),
            ("x5t", json!(7), true),
            ("x5u", json!(null), true),
            ("exp", json!("soon"), true),
            ("crv", json!("P-521"), false),
            ("kty", json!("ec"), false),
            ("x", json!("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU="), true),
            ("x", json!("!"), false),
            ("x", json!(7), false),
        ] {
            let mut key = p256(Some("a"));
            key[member] = value.clone();
            assert_eq!(has(&set(json!([key])), Some("a"), Algorithm::ES256), usable, "{member}: {value}");
            let beside = set(json!([key, p256(Some("b"))]));
            assert!(has(&beside, Some("b"), Algorithm::ES256), "{member}: {value}, beside");
        }
    }

    #[test]
    fn what_is_no_key_set_is_an_error() {
        assert!(KeySet::read(&json!([])).is_err());
        assert!(KeySet::read(&json!({"keys": {}})).is_err());
    }
}
