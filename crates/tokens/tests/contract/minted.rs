//! What is ours: accepted, by others too, for as long as it lives.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth_domain::access::{AccessClaims, Method, Scope};
use auth_ports::{AccessTokenChecker as _, AccessTokenMinter as _, KeySetPublisher as _};
use auth_tokens::{Algorithm, KeyFolder, KeyRing, SigningKey, SigningKeys};
use chrono::{DateTime, TimeDelta};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm as Alg, DecodingKey, Validation};
use serde_json::{Value, json};

use super::{Counter, ISSUER, NOW, at, claims, copy, payload, ring_of, settings};

#[test]
fn what_is_minted_is_accepted() {
    for algorithm in Algorithm::ALL {
        let ring = ring_of(SigningKey::generate(algorithm).unwrap(), vec![]);
        let anonymous = AccessClaims { scope: Scope::Anonymous, method: Method::new("github"), ..claims() };
        for claims in [claims(), anonymous, AccessClaims { for_client: false, ..claims() }] {
            let token = ring.mint(&claims).unwrap();
            assert_eq!(ring.check(&token, at(NOW)), Some(claims), "{algorithm:?}");
            assert!(token.len() < 1100, "{algorithm:?}: {} octets", token.len());
        }
    }
}

#[test]
fn the_claims_have_the_agreed_names_and_forms() {
    let ring = ring_of(SigningKey::generate(Algorithm::Es256).unwrap(), vec![]);
    let late_in_the_second = claims().issued_at + TimeDelta::milliseconds(999);
    let token = ring.mint(&AccessClaims { issued_at: late_in_the_second, ..claims() }).unwrap();
    let expected = json!({
        "iss": ISSUER, "sub": "0000000000000000042", "aud": "shop-prod", "exp": NOW + 7200, "iat": NOW,
        "jti": "AAAAAAAAAAAAAAAAAAAAAA", "scope": "user", "client_id": "shop-prod", "project_id": "shop-prod",
        "provider_type": "phone_number", "sid": "07070707-0707-4707-8707-070707070707",
    });
    assert_eq!(payload(&token), expected);
    assert_ne!(payload(&ring.mint(&claims()).unwrap())["jti"], expected["jti"]);
    let for_us = payload(&ring.mint(&AccessClaims { for_client: false, ..claims() }).unwrap());
    assert_eq!((&for_us["aud"], &for_us["client_id"]), (&json!(ISSUER), &json!("shop-prod")));
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Alg::ES256));
    assert_eq!(header.kid, Some(ring.signing_key_id(at(NOW))));
}

#[test]
fn others_can_check_it_with_the_key_set_alone() {
    for algorithm in Algorithm::ALL {
        let other = SigningKey::generate(Algorithm::Es256).unwrap();
        let ring = ring_of(SigningKey::generate(algorithm).unwrap(), vec![other]);
        let token = ring.mint(&claims()).unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        let keys: JwkSet = serde_json::from_str(&ring.key_set()).unwrap();
        let key = DecodingKey::from_jwk(keys.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(header.alg);
        validation.validate_exp = false;
        validation.set_audience(&["shop-prod"]);
        validation.set_issuer(&[ISSUER]);
        assert!(jsonwebtoken::decode::<Value>(&token, &key, &validation).is_ok(), "{algorithm:?}");
    }
}

#[test]
fn the_key_set_shows_public_members_only() {
    let keys = Algorithm::ALL.map(|algorithm| SigningKey::generate(algorithm).unwrap());
    let ids: Vec<_> = keys.iter().map(|key| key.id().to_owned()).collect();
    let [ec, ed, rsa] = keys;
    let again = copy(&ed);
    let set: Value = serde_json::from_str(&ring_of(ec, vec![ed, rsa, again]).key_set()).unwrap();
    let published = set["keys"].as_array().unwrap();
    let expected = [
        ("EC", "ES256", vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
        ("OKP", "EdDSA", vec!["alg", "crv", "kid", "kty", "use", "x"]),
        ("RSA", "RS256", vec!["alg", "e", "kid", "kty", "n", "use"]),
    ];
    assert_eq!(published.len(), expected.len(), "a key given twice is published once");
    for ((key, (kty, alg, members)), id) in published.iter().zip(expected).zip(ids) {
        let found: BTreeSet<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(found, members.into_iter().collect(), "{kty}");
        assert_eq!(
            (&key["kty"], &key["alg"], &key["use"], &key["kid"]),
            (&kty.into(), &alg.into(), &"sig".into(), &id.into())
        );
    }
}

#[test]
fn keys_change_without_ending_sessions() {
    let [old, new] = [Algorithm::Rs256, Algorithm::Es256].map(|algorithm| SigningKey::generate(algorithm).unwrap());
    let announced = ring_of(copy(&old), vec![copy(&new)]);
    let switched = ring_of(copy(&new), vec![old]);
    let retired = ring_of(new, vec![]);
    let [by_old, by_new] = [&announced, &switched].map(|ring| ring.mint(&claims()).unwrap());
    for (ring, accepts_old) in [(&announced, true), (&switched, true), (&retired, false)] {
        assert_eq!(ring.check(&by_old, at(NOW)).is_some(), accepts_old);
        assert!(ring.check(&by_new, at(NOW)).is_some());
    }
}

#[test]
fn a_rotation_is_noticed_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let folder = KeyFolder::new(folder.path(), Algorithm::Es256);
    let (ahead, life) = (TimeDelta::seconds(600), TimeDelta::seconds(7260));
    let load = || SigningKeys::from(folder.load().unwrap());
    folder.rotate(at(NOW), ahead).unwrap();
    let ring = KeyRing::new(load(), settings(), Arc::new(Counter::default()));
    let (old, first_token) = (ring.signing_key_id(at(NOW)), ring.mint(&claims()).unwrap());

    folder.rotate(at(NOW + 1), ahead).unwrap();
    assert!(ring.replace(load()), "the new key is published");
    assert!(!ring.replace(load()), "and nothing more changes");
    let known_to_a_verifier = ring.key_set();
    let issued = |second: i64| AccessClaims { issued_at: at(NOW + second), ..claims() };
    let [last_of_old, first_of_new] = [600, 601].map(|second| ring.mint(&issued(second)).unwrap());
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    assert_eq!(kid(&last_of_old), old, "the switch needs no reload");
    assert_ne!(kid(&first_of_new), old);
    let keys: JwkSet = serde_json::from_str(&known_to_a_verifier).unwrap();
    for token in [&first_token, &last_of_old, &first_of_new] {
        assert!(ring.check(token, at(NOW + 700)).is_some());
        assert!(keys.find(&kid(token)).is_some(), "in a key set of before the switch");
    }
    folder.retire(&old, at(NOW + 601) + life, life).unwrap();
    assert!(ring.replace(load()));
    assert!(ring.check(&first_token, at(NOW + 700)).is_none() && ring.check(&first_of_new, at(NOW + 700)).is_some());
}

#[test]
fn it_lives_from_its_beginning_until_just_before_its_end() {
    let ring = ring_of(SigningKey::generate(Algorithm::Es256).unwrap(), vec![]);
    let token = ring.mint(&claims()).unwrap();
    for (second, lives) in
        [(-61, false), (-60, true), (0, true), (7199, true), (7200, false), (i64::from(u32::MAX), false)]
    {
        assert_eq!(ring.check(&token, at(NOW + second)).is_some(), lives, "{second} s after it was issued");
    }
    assert!(ring.check(&token, DateTime::<chrono::Utc>::MIN_UTC).is_none());
    assert!(ring.check(&token, DateTime::<chrono::Utc>::MAX_UTC).is_none());
}

#[test]
fn nothing_private_is_printed() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let pem = key.to_pem();
    let ring = ring_of(key, vec![]);
    let shown = format!("{ring:?} {ring:#?} {}", ring.key_set());
    for line in pem.lines() {
        assert!(!shown.contains(line), "{line}");
    }
}
