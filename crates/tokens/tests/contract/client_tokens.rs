//! Tokens of clients for themselves: what they say, and that nothing else passes for one.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, ClientClaims, Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::sessions::SessionId;
use auth_ports::{AccessTokenChecker as _, AccessTokenMinter as _, ClientTokens as _, Entropy};
use auth_tokens::{Algorithm, KeyRing, KeyRingSettings, SigningKey, SigningKeys};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://auth.example.com";

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn at(second: i64) -> Timestamp {
    DateTime::from_timestamp(NOW + second, 0).unwrap()
}

/// A ring, and the key that it signs with.
fn ring() -> (KeyRing, SigningKey) {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let copy = SigningKey::from_pem(&key.to_pem()).unwrap();
    let settings = KeyRingSettings { issuer: ISSUER.into(), project_id: "shop-prod".into() };
    (KeyRing::new(SigningKeys::fixed(copy, vec![]), settings, Arc::new(Zeros)), key)
}

fn client() -> ClientId {
    ClientId::parse("backend").unwrap()
}

fn claims() -> ClientClaims {
    ClientClaims { client: client(), issued_at: at(0), expires_at: at(7200) }
}

fn sign(key: &SigningKey, claims: &Value) -> String {
    let mut header = Header::new(jsonwebtoken::Algorithm::ES256);
    (header.typ, header.kid) = (Some("at+jwt".into()), Some(key.id().into()));
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_pem(key.to_pem().as_bytes()).unwrap()).unwrap()
}

fn payload(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

fn good() -> Value {
    json!({
        "iss": ISSUER, "sub": "backend", "aud": "backend", "exp": NOW + 7200, "iat": NOW,
        "jti": "AAAAAAAAAAAAAAAAAAAAAA", "scope": "client", "client_id": "backend", "project_id": "shop-prod",
    })
}

#[test]
fn what_is_minted_says_who_calls_and_is_accepted_while_it_lives() {
    let (ring, key) = ring();
    let token = ring.mint_for_client(&claims()).unwrap();
    assert_eq!(payload(&token), good());
    assert_eq!(jsonwebtoken::decode_header(&token).unwrap().kid.as_deref(), Some(key.id()));
    for (second, lives) in [(-61, false), (-60, true), (0, true), (7199, true), (7200, false)] {
        assert_eq!(ring.check_client(&token, at(second)), lives.then(claims), "{second} s after it was issued");
    }
}

#[test]
fn it_is_no_users_token_and_no_users_token_is_one() {
    let (ring, key) = ring();
    let of_client = ring.mint_for_client(&claims()).unwrap();
    assert!(ring.check(&of_client, at(0)).is_none() && ring.check_whenever(&of_client).is_none());
    let user = AccessClaims {
        user: UserId::from_i64(42),
        session: SessionId::new([7; 16]),
        client: client(),
        for_client: true,
        scope: Scope::User,
        method: Method::new("email"),
        issued_at: at(0),
        expires_at: at(7200),
    };
    for scope in [Scope::User, Scope::Anonymous] {
        let of_user = ring.mint(&AccessClaims { scope, ..user.clone() }).unwrap();
        assert!(ring.check(&of_user, at(0)).is_some() && ring.check_client(&of_user, at(0)).is_none());
    }
    let digits = ClientClaims { client: ClientId::parse("0000000000000000042").unwrap(), ..claims() };
    let of_digits = ring.mint_for_client(&digits).unwrap();
    assert!(ring.check(&of_digits, at(0)).is_none(), "not even where the client's id is a user's");
    let mut both = payload(&ring.mint(&user).unwrap());
    both["scope"] = json!("client");
    assert!(ring.check(&sign(&key, &both), at(0)).is_none());
    assert!(ring.check_client(&sign(&key, &both), at(0)).is_none());
}

#[test]
fn other_claims_are_refused() {
    let (ring, key) = ring();
    assert!(ring.check_client(&sign(&key, &good()), at(0)).is_some(), "the tools of this test make good tokens too");
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("sub", json!("other")),
        ("sub", json!("0000000000000000042")),
        ("aud", json!("other")),
        ("aud", json!(["backend"])),
        ("client_id", json!("other")),
        ("project_id", json!("shop-test")),
        ("scope", json!("user")),
        ("scope", json!("client admin")),
        ("scope", json!("")),
        ("jti", json!("")),
        ("exp", json!(NOW)),
        ("exp", json!("soon")),
        ("iat", json!(NOW + 61)),
        ("sid", json!("07070707-0707-4707-8707-070707070707")),
        ("sid", json!(7)),
    ] {
        let mut claims = good();
        claims[name] = value.clone();
        assert!(ring.check_client(&sign(&key, &claims), at(0)).is_none(), "{name} = {value}");
    }
    for name in good().as_object().unwrap().keys() {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        assert!(ring.check_client(&sign(&key, &claims), at(0)).is_none(), "no {name}");
    }
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    assert!(ring.check_client(&sign(&stranger, &good()), at(0)).is_none(), "a stranger's signature");
    for text in ["", "a.b.c", "m.x", &"x".repeat(10_000)] {
        assert!(ring.check_client(text, at(0)).is_none());
    }
}
