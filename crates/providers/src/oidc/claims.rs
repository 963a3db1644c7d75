//! The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7).

use auth_domain::Timestamp;
use auth_domain::external_identities::{ClientNonce, ExternalProfile, ProviderId};
use serde_json::{Map, Value};

use super::issuer::Issuer;
use crate::{profile, refusals};

/// How far two clocks may be apart, in seconds.
const SKEW: i64 = 60;

/// How old a token from outside our own flows may be, in seconds. A client shows it right after it got it; who finds one
/// later, in a log or a backup, has no use for it. The proof made from it is kept for an hour, and with it the record that
/// the token was used, so no token outlives that record.
const MAX_AGE: i64 = 300;

/// What a token must contain.
pub(super) struct Expected<'a> {
    pub(super) issuer: Issuer<'a>,
    pub(super) client_id: &'a str,
    /// Other clients to which a token may have been issued that is meant for others, too.
    pub(super) authorized_parties: &'a [String],
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
pub(super) struct Claims {
    claims: Map<String, Value>,
    /// The issuer to which the key set restricts the key.
    key_issuer: Option<String>,
}

impl Claims {
    pub(super) fn new(claims: Map<String, Value>, key_issuer: Option<String>) -> Self {
        Self { claims, key_issuer }
    }

    /// Checks every claim that must have one particular value.
    pub(super) fn check(&self, expected: &Expected<'_>) -> Result<(), &'static str> {
        expected.issuer.check(self.text("iss"), self.text("tid"), self.key_issuer.as_deref())?;
        self.check_audience(expected.client_id, expected.authorized_parties)?;
        self.check_times(expected.now.timestamp(), matches!(expected.source, Source::Flow(_)))?;
        self.check_nonce(expected.source)
    }

    fn check_nonce(&self, source: Source<'_>) -> Result<(), &'static str> {
        let claim = self.given("nonce");
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

    /// Checks the audience. A token for several audiences says which client asked for it: us, or one that the operator
    /// knows (3.1.3.7, 3 to 5). One that is for us alone may have been issued to another: Google issues tokens for a server
    /// to the app on the user's device.
    fn check_audience(&self, client_id: &str, authorized_parties: &[String]) -> Result<(), &'static str> {
        let for_others = match self.claims.get("aud") {
            Some(Value::String(only)) if only == client_id => false,
            Some(Value::Array(list)) if list.iter().any(|one| one == client_id) => list.len() > 1,
            _ => return Err(refusals::AUDIENCE),
        };
        let issued_to = match self.given("azp") {
            Some(Value::String(party)) => Some(party.as_str()),
            Some(_) => return Err(refusals::AUTHORIZED_PARTY),
            None => None,
        };
        let is_known = |party: &str| party == client_id || authorized_parties.iter().any(|known| known == party);
        if for_others && !issued_to.is_some_and(is_known) { Err(refusals::AUTHORIZED_PARTY) } else { Ok(()) }
    }

    fn check_times(&self, now: i64, begun_by_us: bool) -> Result<(), &'static str> {
        let expires_at = self.seconds("exp").ok_or(refusals::EXPIRED)?;
        let issued_at = self.seconds("iat").ok_or(refusals::NOT_YET_VALID)?;
        let valid_from = if self.given("nbf").is_some() { self.seconds("nbf") } else { Some(issued_at) };
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

    /// Returns a claim; one that is null is absent.
    fn given(&self, claim: &str) -> Option<&Value> {
        self.claims.get(claim).filter(|claim| !claim.is_null())
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.given(claim)?.as_str()
    }

    /// Reads a NumericDate, which may have a fraction (RFC 7519, 2).
    fn seconds(&self, claim: &str) -> Option<i64> {
        let value = self.given(claim)?;
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
        let mut claims = Claims::new(claims.as_object().cloned().unwrap(), None);
        change(&mut claims.claims);
        let now = Timestamp::from_timestamp(NOW, 0).unwrap();
        let (issuer, authorized_parties) = (Issuer::only("https://login.example"), &["app".to_owned()]);
        claims.check(&Expected { issuer, client_id: "us", authorized_parties, source: Source::Client(None), now })
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
    fn an_authorized_party_is_us_or_listed_unless_the_token_is_for_us_alone() {
        for (aud, azp, checked) in [
            (json!("us"), json!("us"), Ok(())),
            (json!("us"), json!("them"), Ok(())),
            (json!("us"), json!(null), Ok(())),
            (json!(["us"]), json!("them"), Ok(())),
            (json!("us"), json!(["us"]), Err(refusals::AUTHORIZED_PARTY)),
            (json!("us"), json!(7), Err(refusals::AUTHORIZED_PARTY)),
            (json!(["us", "them"]), json!("us"), Ok(())),
            (json!(["us", "them"]), json!("app"), Ok(())),
            (json!(["us", "them"]), json!("them"), Err(refusals::AUTHORIZED_PARTY)),
            (json!(["us", "them"]), json!(null), Err(refusals::AUTHORIZED_PARTY)),
            (json!(["us", "them"]), json!("ap"), Err(refusals::AUTHORIZED_PARTY)),
            (json!("app"), json!("app"), Err(refusals::AUDIENCE)),
            (json!("app"), json!("us"), Err(refusals::AUDIENCE)),
            (json!(["app", "them"]), json!("us"), Err(refusals::AUDIENCE)),
            (json!(["us", 7]), json!("them"), Err(refusals::AUTHORIZED_PARTY)),
        ] {
            let both = |claims: &mut Map<String, Value>| {
                claims.insert("aud".to_owned(), aud.clone());
                claims.insert("azp".to_owned(), azp.clone());
            };
            assert_eq!(check(both), checked, "{aud} to {azp}");
        }
    }

    #[test]
    fn dates_may_have_fractions_but_must_be_numbers() {
        assert_eq!(with("exp", json!(NOW as f64 + 1.5)), Ok(()));
        assert_eq!(with("exp", json!((NOW + 300).to_string())), Err(refusals::EXPIRED));
        assert_eq!(with("iat", json!(null)), Err(refusals::NOT_YET_VALID));
        assert_eq!(with("nbf", json!("soon")), Err(refusals::NOT_YET_VALID));
        assert_eq!(with("nbf", json!(null)), Ok(()));
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
        let checked =
            |claim: Value, source| Claims::new(Map::from_iter([("nonce".to_owned(), claim)]), None).check_nonce(source);
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
        fn no_claim_makes_the_checks_panic(claim in "iss|aud|azp|iat|nbf|exp", value in any_value()) {
            if with(&claim, value.clone()).is_ok() {
                let ours = match &*claim {
                    "iss" => value == "https://login.example",
                    "aud" => value == "us" || value == json!(["us"]),
                    "azp" => value.is_string() || value.is_null(),
                    "nbf" => value.is_number() || value.is_null(),
                    _ => value.is_number(),
                };
                prop_assert!(ours, "{} {}", claim, value);
            }
        }
    }
}
