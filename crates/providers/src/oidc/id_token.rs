//! The checks of an ID token (OpenID Connect Core 1.0, 3.1.3.7; RFC 8725).

use std::str::FromStr;

use auth_domain::Timestamp;
use auth_domain::external_identities::{ClientNonce, ExternalProfile, ProviderId};
use auth_domain::secret_bytes::SecretHash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::key_set::KeySet;
use crate::{profile, refusals};

/// The longest token that is read. Even large ones, with a user's groups in them, stay under 8 KiB.
const MAX_CHARS: usize = 16 * 1024;

/// How far two clocks may be apart, in seconds.
const SKEW: i64 = 60;

/// How old a token from outside our own flows may be, in seconds. A client shows it right after it got it; who finds one
/// later, in a log or a backup, has no use for it. The proof made from it is kept for an hour, and with it the record that
/// the token was used, so no token outlives that record.
const MAX_AGE: i64 = 300;

/// Never on this list are `none` and the symmetric algorithms, whose key would be public.
const ALLOWED: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// A token whose header was read and whose content is not trusted yet.
pub(super) struct IdToken<'a> {
    raw: &'a str,
    algorithm: Algorithm,
    kid: Option<String>,
}

/// The part of the header that is read. Keys and addresses of keys in it (`jwk`, `jku`, `x5u`) are ignored.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// What a token must contain.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) source: Source<'a>,
    pub(super) now: Timestamp,
}

/// Where a token comes from, and which nonce it must have.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// From a flow of ours, with the flow's nonce.
    Flow(&'a str),
    /// From a client that obtained it itself, with what the client shows beside it. If it shows a nonce, the token must
    /// have it, and if the token has one, the client must show it.
    Client(Option<&'a ClientNonce>),
    /// From such a client, whatever the nonce is.
    ClientWithAnyNonce,
}

/// The claims of a token whose signature is right.
pub(super) struct Claims(Map<String, Value>);

impl<'a> IdToken<'a> {
    pub(super) fn parse(raw: &'a str) -> Result<Self, &'static str> {
        let header = header(raw).ok_or(refusals::MALFORMED)?;
        // Other kinds of tokens identify themselves, for example as `at+jwt` (RFC 8725, 3.11).
        if header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err(refusals::TYPE);
        }
        // `crit` lists extensions that must be understood, and we understand none.
        if header.crit.is_some() {
            return Err(refusals::MALFORMED);
        }
        let algorithm = Algorithm::from_str(&header.alg).ok().filter(|algorithm| ALLOWED.contains(algorithm));
        Ok(Self { raw, algorithm: algorithm.ok_or(refusals::ALGORITHM)?, kid: header.kid })
    }

    /// Returns the key that the token says it is signed with.
    pub(super) fn key_in(&self, keys: &KeySet) -> Option<DecodingKey> {
        keys.pick(self.kid.as_deref(), self.algorithm)
    }

    /// Checks the signature, and nothing else.
    pub(super) fn verify(&self, keys: &KeySet) -> Result<Claims, &'static str> {
        let key = self.key_in(keys).ok_or(refusals::UNKNOWN_KEY)?;
        let mut signature_only = Validation::new(self.algorithm);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false; // The library asks the machine's clock; `Claims::check` does not.
        signature_only.validate_aud = false;
        let token = decode(self.raw, &key, &signature_only).map_err(|_| refusals::SIGNATURE)?;
        Ok(Claims(token.claims))
    }

    /// Returns the hash of what is signed. The signature itself is not used, because it has other valid variants.
    pub(super) fn evidence(&self) -> SecretHash {
        let signed = self.raw.rsplit_once('.').map_or(self.raw, |(signed, _)| signed);
        SecretHash::of(signed.as_bytes())
    }
}

fn header(raw: &str) -> Option<Header> {
    let (first, rest) = raw.split_once('.')?;
    if raw.len() > MAX_CHARS || rest.matches('.').count() != 1 {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(first).ok()?).ok()
}

impl Claims {
    /// Checks every claim that must have one particular value.
    pub(super) fn check(&self, expected: &Expected<'_>) -> Result<(), &'static str> {
        if self.text("iss") != Some(expected.issuer) {
            return Err(refusals::ISSUER);
        }
        self.check_audience(expected.client_id)?;
        self.check_times(expected.now.timestamp(), matches!(expected.source, Source::Flow(_)))?;
        self.check_nonce(expected.source)
    }

    fn check_nonce(&self, source: Source<'_>) -> Result<(), &'static str> {
        let claim = self.0.get("nonce").filter(|claim| !claim.is_null());
        let text = claim.and_then(Value::as_str);
        match source {
            Source::Flow(nonce) if text == Some(nonce) => Ok(()),
            Source::Flow(_) => Err(refusals::NONCE),
            Source::Client(None) if claim.is_none() => Ok(()),
            Source::Client(None) => Err(refusals::NONCE_NOT_SHOWN),
            Source::Client(Some(nonce)) if text.is_some_and(|text| nonce.is_claimed_by(text)) => Ok(()),
            Source::Client(Some(_)) => Err(refusals::NONCE_SHOWN),
            Source::ClientWithAnyNonce => Ok(()),
        }
    }

    /// Checks the audience. A token for several audiences says which client asked for it, and any other may do so too
    /// (3.1.3.7, 4 and 5).
    fn check_audience(&self, client_id: &str) -> Result<(), &'static str> {
        let several = match self.0.get("aud") {
            Some(Value::String(only)) if only == client_id => false,
            Some(Value::Array(list)) if list.iter().any(|one| one == client_id) => list.len() > 1,
            _ => return Err(refusals::AUDIENCE),
        };
        let named = self.0.get("azp");
        if (several || named.is_some()) && named.and_then(Value::as_str) != Some(client_id) {
            return Err(refusals::AUTHORIZED_PARTY);
        }
        Ok(())
    }

    fn check_times(&self, now: i64, begun_by_us: bool) -> Result<(), &'static str> {
        let expires_at = self.seconds("exp").ok_or(refusals::EXPIRED)?;
        let issued_at = self.seconds("iat").ok_or(refusals::NOT_YET_VALID)?;
        let valid_from = if self.0.contains_key("nbf") { self.seconds("nbf") } else { Some(issued_at) };
        if now >= expires_at.saturating_add(SKEW) {
            return Err(refusals::EXPIRED);
        }
        let starts_at = valid_from.ok_or(refusals::NOT_YET_VALID)?.max(issued_at);
        if starts_at > now.saturating_add(SKEW) {
            return Err(refusals::NOT_YET_VALID);
        }
        if !begun_by_us && now.saturating_sub(issued_at) > MAX_AGE {
            return Err(refusals::TOO_OLD);
        }
        Ok(())
    }

    /// Returns the profile of the user that the token is about.
    pub(super) fn profile(&self, provider: &ProviderId) -> Result<ExternalProfile, &'static str> {
        let subject = self.text("sub").filter(|subject| profile::is_subject(subject));
        Ok(ExternalProfile {
            provider: provider.clone(),
            subject: subject.ok_or(refusals::SUBJECT)?.to_owned(),
            name: profile::name(self.text("name")),
            picture: profile::picture(self.text("picture")),
            email: profile::email(self.text("email")),
            phone_number: profile::phone_number(self.text("phone_number")),
        })
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.0.get(claim)?.as_str()
    }

    /// Reads a NumericDate, which may have a fraction (RFC 7519, 2).
    fn seconds(&self, claim: &str) -> Option<i64> {
        let value = self.0.get(claim)?;
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const NOW: i64 = 1_767_225_600;

    fn check(change: impl FnOnce(&mut Map<String, Value>)) -> Result<(), &'static str> {
        let claims = json!({"iss": "https://login.example", "aud": "us", "iat": NOW, "exp": NOW + 300});
        let mut claims = Claims(claims.as_object().cloned().unwrap());
        change(&mut claims.0);
        let now = Timestamp::from_timestamp(NOW, 0).unwrap();
        let source = Source::Client(None);
        claims.check(&Expected { issuer: "https://login.example", client_id: "us", source, now })
    }

    fn with(claim: &str, value: Value) -> Result<(), &'static str> {
        check(|claims| drop(claims.insert(claim.to_owned(), value)))
    }

    #[test]
    fn the_issuer_is_compared_byte_for_byte() {
        for other in ["https://login.example/", "https://LOGIN.example", "login.example", ""] {
            assert_eq!(with("iss", json!(other)), Err(refusals::ISSUER), "{other}");
        }
        assert_eq!(with("iss", json!(["https://login.example"])), Err(refusals::ISSUER));
    }

    #[test]
    fn a_list_of_audiences_needs_us_in_it_and_an_authorized_party_if_there_are_more() {
        assert_eq!(with("aud", json!(["us"])), Ok(()));
        assert_eq!(with("aud", json!([])), Err(refusals::AUDIENCE));
        assert_eq!(with("aud", json!(["them"])), Err(refusals::AUDIENCE));
        assert_eq!(with("aud", json!("us ")), Err(refusals::AUDIENCE));
        assert_eq!(with("aud", json!(["us", "them"])), Err(refusals::AUTHORIZED_PARTY));
        let both = |claims: &mut Map<String, Value>| {
            claims.insert("aud".to_owned(), json!(["us", "them"]));
            claims.insert("azp".to_owned(), json!("us"));
        };
        assert_eq!(check(both), Ok(()));
    }

    #[test]
    fn an_authorized_party_is_us_whenever_it_is_named() {
        assert_eq!(with("azp", json!("us")), Ok(()));
        assert_eq!(with("azp", json!("them")), Err(refusals::AUTHORIZED_PARTY));
        assert_eq!(with("azp", json!(["us"])), Err(refusals::AUTHORIZED_PARTY));
    }

    #[test]
    fn dates_may_have_fractions_but_must_be_numbers() {
        assert_eq!(with("exp", json!(NOW as f64 + 1.5)), Ok(()));
        assert_eq!(with("exp", json!((NOW + 300).to_string())), Err(refusals::EXPIRED));
        assert_eq!(with("iat", json!(null)), Err(refusals::NOT_YET_VALID));
        assert_eq!(with("nbf", json!("soon")), Err(refusals::NOT_YET_VALID));
        assert_eq!(with("exp", json!(i64::MAX)), Ok(()));
        assert_eq!(with("exp", json!(i64::MIN)), Err(refusals::EXPIRED));
    }

    #[test]
    fn two_clocks_may_be_a_minute_apart() {
        assert_eq!(with("exp", json!(NOW - 59)), Ok(()));
        assert_eq!(with("exp", json!(NOW - 60)), Err(refusals::EXPIRED));
        assert_eq!(with("nbf", json!(NOW + 60)), Ok(()));
        assert_eq!(with("nbf", json!(NOW + 61)), Err(refusals::NOT_YET_VALID));
        assert_eq!(with("iat", json!(NOW + 60)), Ok(()));
        assert_eq!(with("iat", json!(NOW + 61)), Err(refusals::NOT_YET_VALID));
    }

    #[test]
    fn a_token_without_a_flow_of_ours_is_young() {
        assert_eq!(with("iat", json!(NOW - 300)), Ok(()));
        assert_eq!(with("iat", json!(NOW - 301)), Err(refusals::TOO_OLD));
    }

    #[test]
    fn a_nonce_of_the_clients_own_is_in_both_places_or_in_neither() {
        let checked = |claim: Value, source| Claims(Map::from_iter([("nonce".to_owned(), claim)])).check_nonce(source);
        let shown = ClientNonce::new("n".to_owned());
        // SHA-256 of the letter, in hexadecimal.
        let hashed = "1b16b1df538ba12dc3f97edbb85caa7050d46c148134290feba80f8236c83db9";
        for (claim, without, with) in [
            (Value::Null, Ok(()), Err(refusals::NONCE_SHOWN)),
            (json!("n"), Err(refusals::NONCE_NOT_SHOWN), Ok(())),
            (json!(hashed), Err(refusals::NONCE_NOT_SHOWN), Ok(())),
            (json!("m"), Err(refusals::NONCE_NOT_SHOWN), Err(refusals::NONCE_SHOWN)),
            (json!(""), Err(refusals::NONCE_NOT_SHOWN), Err(refusals::NONCE_SHOWN)),
            (json!(7), Err(refusals::NONCE_NOT_SHOWN), Err(refusals::NONCE_SHOWN)),
        ] {
            assert_eq!(checked(claim.clone(), Source::Client(None)), without, "{claim}, none shown");
            assert_eq!(checked(claim.clone(), Source::Client(Some(&shown))), with, "{claim}, shown");
            assert_eq!(checked(claim.clone(), Source::ClientWithAnyNonce), Ok(()), "{claim}, ignored");
            let of_the_flow = if claim == "n" { Ok(()) } else { Err(refusals::NONCE) };
            assert_eq!(checked(claim.clone(), Source::Flow("n")), of_the_flow, "{claim}, of a flow");
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let number = prop_oneof![any::<i64>(), i64::MIN..i64::MIN + 99, i64::MAX - 99..i64::MAX, NOW - 99..NOW + 99];
        prop_oneof![
            Just(Value::Null),
            number.prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "(?s).{0,9}|us|https://login.example".prop_map(Value::from),
            proptest::collection::vec("us|them", 0..3).prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(raw in "(?s).{0,40}", header in "(?s).{0,40}") {
            let _ = IdToken::parse(&raw);
            let _ = IdToken::parse(&format!("{}.{raw}.", URL_SAFE_NO_PAD.encode(header)));
        }

        #[test]
        fn no_claim_makes_the_checks_panic(claim in "iss|aud|azp|iat|nbf|exp", value in any_value()) {
            if with(&claim, value.clone()).is_ok() {
                let ours = match &*claim {
                    "iss" => value == "https://login.example",
                    "aud" => value == "us" || value == json!(["us"]),
                    "azp" => value == "us",
                    _ => value.is_number(),
                };
                prop_assert!(ours, "{} {}", claim, value);
            }
        }
    }

    #[test]
    fn what_is_no_token_is_malformed() {
        let long = format!("{}.{}.c", URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#), "a".repeat(MAX_CHARS));
        for raw in ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", "\u{1F600}.e30.c", &long] {
            assert_eq!(IdToken::parse(raw).err(), Some(refusals::MALFORMED), "{raw}");
        }
    }
}
