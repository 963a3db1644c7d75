//! `/auth/v2/signin/…`: sign-ins that SDKs encrypt.

use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, INVALID_ARGUMENT, INVALID_PASSWORD, INVALID_STATUS, NEW_PASSWORD,
    OnDevice, PASSWORD, RESOURCE_EXHAUSTED, SignedIn, TestApp, unique_phone, unique_username,
};
use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const KEY: &str = "/auth/v2/signin/publichkey";
const PATH: &str = "/auth/v2/signin/username";

/// The body as `encryptLong` of the SDKs makes it: blocks of 117 characters if one is not enough.
async fn encrypted(device: &OnDevice, plain: &str) -> Value {
    let key = device.post(KEY, json!({})).await.ok();
    let pem = key["public_key"].as_str().expect("a key");
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(base64).expect("base64");
    let public = Pkcs1PublicEncryptingKey::new(PublicEncryptingKey::from_der(&der).expect("a key")).expect("RSA");
    let size = if plain.len() > 245 { 117 } else { 245 };
    let mut blocks = Vec::new();
    for piece in plain.as_bytes().chunks(size) {
        let mut room = vec![0; public.ciphertext_size()];
        blocks.extend_from_slice(public.encrypt(piece, &mut room).expect("encrypted"));
    }
    json!({ "params": STANDARD.encode(blocks), "public_key_thumbprint": key["public_key_thumbprint"] })
}

#[tokio::test]
async fn a_client_that_encrypts_signs_in_like_others() {
    let app = TestApp::start().await;
    let (device, name) = (app.device(), unique_username());
    let user = device.sign_up(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    for padding in ["", &"x".repeat(500)] {
        let sign_in = json!({ "username": name, "password": PASSWORD, "unknown": padding }).to_string();
        let answer = device.post(PATH, encrypted(&device, &sign_in).await).await;
        let session = SignedIn::by(device.line(), &answer);
        assert_eq!(session.get("/auth/v2/user/me").await.ok()["sub"], user.sub());
        let refresh =
            json!({ "grant_type": "refresh_token", "refresh_token": session.refresh_token(), "client_secret": "" });
        let refreshed = SignedIn::by(device.line(), &device.post("/auth/v2/token", refresh).await);
        refreshed.assert_alive().await;
    }
}

#[tokio::test]
async fn what_is_refused_elsewhere_is_refused_here_too() {
    let app = TestApp::start().await;
    let (device, name) = (app.device(), unique_username());
    device.sign_up(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    let wrong = json!({ "username": name, "password": NEW_PASSWORD }).to_string();
    for _ in 0..10 {
        device.post(PATH, encrypted(&device, &wrong).await).await.refused(INVALID_PASSWORD);
    }
    device.post(PATH, encrypted(&device, &wrong).await).await.refused(INVALID_STATUS);
    device.sign_in(&name, NEW_PASSWORD).await.refused(INVALID_STATUS);
}

#[tokio::test]
async fn the_refusal_does_not_say_why_something_cannot_be_decrypted() {
    let app = TestApp::start().await;
    let device = app.device();
    let good = encrypted(&device, "{}").await;
    let thumbprint = good["public_key_thumbprint"].clone();
    let mut flipped = STANDARD.decode(good["params"].as_str().expect("a text")).expect("base64");
    flipped[7] ^= 1;
    let unreadable = |params: String| json!({ "params": params, "public_key_thumbprint": thumbprint });
    let mut told: Vec<String> = Vec::new();
    for body in [
        unreadable("!".into()),
        unreadable(STANDARD.encode([1; 256])),
        unreadable(STANDARD.encode(&flipped)),
        unreadable("A".repeat(60_000)),
        encrypted(&device, "no JSON").await,
        encrypted(&device, "[]").await,
        encrypted(&device, " ").await,
        encrypted(&device, "{}").await,
        encrypted(&device, r#"{"username": "ann"}"#).await,
        encrypted(&device, r#"{"username": 1}"#).await,
    ] {
        told.push(device.post(PATH, body).await.refused(INVALID_ARGUMENT));
    }
    assert!(told.iter().all(|text| *text == told[0]), "{told:#?}");
    for (field, value) in [("params", json!("")), ("public_key_thumbprint", json!(null)), ("params", json!(1))] {
        let mut body = good.clone();
        body[field] = value;
        device.post(PATH, body).await.refused(INVALID_ARGUMENT);
    }
    let mut other = good;
    other["public_key_thumbprint"] = json!("another");
    let text = device.post(PATH, other).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("fetch the key again"), "{text}");
}

#[tokio::test]
async fn decryptions_for_one_network_are_limited() {
    let app = TestApp::builder().set("AUTH__LIMITS__ENCRYPTED_REQUESTS_PER_NETWORK", "3").start().await;
    let body = json!({ "params": "A".repeat(344), "public_key_thumbprint": "x" });
    for _ in 0..3 {
        app.device().post(PATH, body.clone()).await.refused(INVALID_ARGUMENT);
    }
    app.device().post(PATH, body.clone()).await.refused(RESOURCE_EXHAUSTED);
    app.wait_seconds(20);
    app.device().post(PATH, body).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn instances_share_the_key_and_operators_may_set_it() {
    let app = TestApp::start().await;
    let other = app.beside().start().await;
    let key = app.device().post(KEY, json!({})).await.ok();
    assert_eq!(other.device().post(KEY, json!({})).await.ok(), key);
    let pem = auth_tokens::RequestKey::generate().expect("a key");
    let set = pem.to_pem().expect("PEM");
    let own = TestApp::builder().set("AUTH__SECRETS__REQUEST_KEY", &set).start().await;
    assert_eq!(own.device().post(KEY, json!({})).await.ok()["public_key"], pem.public().pem);
}
