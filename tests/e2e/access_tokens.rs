//! Access tokens as verifiers see them: `GET /auth/v1/certs`, and what can be checked with it.

use std::collections::HashSet;

use auth_tests::{Caller as _, Flows as _, TestApp, unique_email, unique_phone};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use rstest::rstest;
use serde_json::{Value, json};

/// Checks a token as a backend does that knows only the key set.
async fn claims_of(app: &TestApp, token: &str) -> Value {
    let set: JwkSet = serde_json::from_value(app.anonymous().get("/auth/v1/certs").await.json()).expect("a key set");
    let header = decode_header(token).expect("a header");
    let key = set.find(header.kid.as_deref().expect("a kid")).expect("the key is published");
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&["default"]);
    validation.validate_exp = false;
    decode::<Value>(token, &DecodingKey::from_jwk(key).expect("a usable key"), &validation)
        .expect("a valid signature")
        .claims
}

#[rstest]
#[case("ES256")]
#[case("EdDSA")]
#[case("RS256")]
#[tokio::test]
async fn a_backend_can_check_a_token(#[case] algorithm: &str) {
    let app = TestApp::builder().set("AUTH__TOKENS__ALGORITHM", algorithm).start().await;
    let user = app.device().sign_up_by_phone().await;
    let header = decode_header(user.access_token()).unwrap();
    assert_eq!((format!("{:?}", header.alg), header.typ.as_deref()), (algorithm.to_owned(), Some("at+jwt")));
    let claims = claims_of(&app, user.access_token()).await;
    let issued = 1_800_000_000;
    for (claim, value) in [
        ("iss", json!(format!("http://{}", app.address()))),
        ("sub", json!(user.sub())),
        ("aud", json!("default")),
        ("client_id", json!("default")),
        ("project_id", json!("default")),
        ("scope", json!("user")),
        ("provider_type", json!("phone_number")),
        ("iat", json!(issued)),
        ("exp", json!(issued + 7200)),
    ] {
        assert_eq!(claims[claim], value, "{claim}: {claims}");
    }
    assert!(claims["jti"].as_str().is_some_and(|id| id.len() >= 22), "{claims}");
}

#[tokio::test]
async fn operators_choose_issuer_project_and_lifetime() {
    let app = TestApp::builder()
        .set("AUTH__TOKENS__ISSUER", "https://id.example.com")
        .set("AUTH__TOKENS__PROJECT_ID", "shop")
        .set("AUTH__TOKENS__ACCESS_TTL_SECONDS", "900")
        .start()
        .await;
    let user = app.device().sign_up(&unique_email(), json!({})).await;
    assert_eq!(user.tokens()["expires_in"], 900);
    let claims = claims_of(&app, user.access_token()).await;
    assert_eq!((&claims["iss"], &claims["project_id"]), (&json!("https://id.example.com"), &json!("shop")));
    assert_eq!((&claims["exp"], &claims["provider_type"]), (&json!(1_800_000_900), &json!("email")));
}

#[tokio::test]
async fn the_key_set_is_public_and_nothing_else() {
    let app = TestApp::start().await;
    let certs = app.anonymous().get("/auth/v1/certs").await;
    let well_known = app.anonymous().get("/.well-known/jwks.json").await;
    assert_eq!((certs.status, &certs.body), (200, &well_known.body), "{certs}");
    certs.check();
    assert_eq!(certs.header("content-type"), "application/jwk-set+json");
    assert!(certs.header("cache-control").contains("max-age"), "{certs}");
    for key in certs.json()["keys"].as_array().expect("a list") {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key[private].is_null(), "{key}");
        }
        assert_eq!((&key["use"], &key["alg"], &key["kty"]), (&json!("sig"), &json!("ES256"), &json!("EC")), "{key}");
    }
}

#[tokio::test]
async fn previous_keys_stay_published() {
    let app = TestApp::start().await;
    let old = app.device().sign_up_by_phone().await;
    let app = app.beside().set("AUTH__TOKENS__ALGORITHM", "EdDSA").start().await;
    let new = app.device().sign_up_by_phone().await;
    assert_eq!(app.anonymous().get("/auth/v1/certs").await.json()["keys"].as_array().map(Vec::len), Some(2));
    for token in [old.access_token(), new.access_token()] {
        claims_of(&app, token).await;
    }
}

#[tokio::test]
async fn no_two_tokens_are_alike() {
    let app = TestApp::builder().without_limits().start().await;
    let mut seen = HashSet::new();
    let phone = unique_phone();
    let body = app.device().sign_up_body(&phone, json!({})).await;
    for _ in 0..20 {
        let tokens = app.device().post("/auth/v1/signup", body.clone()).await.ok();
        for name in ["access_token", "refresh_token"] {
            assert!(seen.insert(tokens[name].to_string()), "{name} was issued twice");
        }
    }
}

#[tokio::test]
async fn user_ids_are_numbers_that_grow_with_time() {
    let app = TestApp::start().await;
    let mut last = 0;
    for _ in 0..5 {
        let id: u64 = app.device().sign_up_by_phone().await.sub().parse().unwrap();
        assert!(id > last && i64::try_from(id).is_ok());
        last = id;
        app.wait_seconds(1);
    }
}
