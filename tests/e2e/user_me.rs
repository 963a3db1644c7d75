//! `GET /auth/v1/user/me`.

use auth_tests::{Anonymous, Caller as _, Flows as _, TestApp, UNAUTHENTICATED, unique_phone, unique_username};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/auth/v1/user/me";

#[tokio::test]
async fn what_sdks_read() {
    let app = TestApp::start().await;
    let (phone, name) = (unique_phone(), unique_username());
    let extra = json!({ "username": name, "password": "Password@123", "name": "Ann" });
    let user = app.device().sign_up(&phone, extra).await;
    let answer = user.get(PATH).await;
    let me = answer.ok();
    assert_eq!(answer.header("cache-control"), "no-store");
    let at = "2027-01-15T08:00:00.123Z";
    for (field, value) in [
        ("sub", json!(user.sub())),
        ("user_id", json!(user.sub())),
        ("username", json!(name)),
        ("name", json!("Ann")),
        ("phone_number", json!(phone.text())),
        ("status", json!("ACTIVE")),
        ("groups", json!([{ "id": "user" }])),
        ("providers", json!([])),
        ("meta", json!({})),
        ("has_password", json!(true)),
        ("hasPassword", json!(true)),
        ("internal_user_type", json!("generalUser")),
        ("user_source", json!(1)),
        ("type", json!("external")),
        ("created_at", json!(at)),
        ("updated_at", json!(at)),
        ("password_updated_at", json!(at)),
        ("last_login", json!(at)),
    ] {
        assert_eq!(me[field], value, "{field}: {answer}");
    }
    let text = answer.to_string();
    assert!(!text.contains("argon2") && !text.contains("password_hash"), "{text}");
    let without = app.device().sign_up_by_phone().await.get(PATH).await.ok();
    assert_eq!((&without["has_password"], &without["hasPassword"]), (&json!(false), &json!(false)), "{without}");
}

async fn refused(caller: &Anonymous, authorization: &[u8]) {
    let request = caller.request(Method::GET, PATH).header("authorization", authorization);
    caller.send(request).await.refused(UNAUTHENTICATED);
}

#[tokio::test]
async fn strangers() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    caller.get(PATH).await.refused(UNAUTHENTICATED);
    for authorization in
        [&b""[..], b"Bearer", b"Bearer ", b"Bearer x", b"Bearer a.b.c", b"Basic YTpi", b"\xff\xfe", b"Digest x"]
    {
        refused(&caller, authorization).await;
    }
    refused(&caller, format!("Bearer {}", "a".repeat(5000)).as_bytes()).await;
    let user = app.device().sign_up_by_phone().await;
    refused(&caller, user.access_token().as_bytes()).await;
    refused(&caller, format!("Bearer {}", user.refresh_token()).as_bytes()).await;
    let in_query = format!("{PATH}?access_token={}", user.access_token());
    caller.get(&in_query).await.refused(UNAUTHENTICATED);
}

#[tokio::test]
async fn the_scheme_may_be_spelled_in_any_case() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    for scheme in ["bearer", "BEARER", "Bearer"] {
        let request = app.anonymous().request(Method::GET, PATH);
        let request = request.header("authorization", format!("{scheme} {}", user.access_token()));
        app.anonymous().send(request).await.ok();
    }
}

#[tokio::test]
async fn forged_tokens() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    let parts: Vec<_> = user.access_token().split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let decode = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let (plain_header, plain) = (decode(header), decode(payload));
    let other_sub = plain.replacen(user.sub(), "1000000000000000001", 1);
    assert_ne!(plain, other_sub);
    for token in [
        format!("{header}.{}.{signature}", encode(&other_sub)),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{}.{payload}.", encode(r#"{"alg":"none","typ":"at+jwt"}"#)),
        format!("{}.{payload}.{signature}", encode(&plain_header.replace("ES256", "none"))),
        format!("{}.{payload}.{signature}", encode(&plain_header.replace("ES256", "HS256"))),
        format!(
            "{}.{payload}.{signature}",
            encode(&plain_header.replacen('{', r#"{"jku":"https://evil.example","#, 1))
        ),
        format!("{header}.{payload}.{}", signature.chars().rev().collect::<String>()),
        format!("{header}.{payload}.{signature}.{signature}"),
    ] {
        refused(&app.anonymous(), format!("Bearer {token}").as_bytes()).await;
    }
    user.get(PATH).await.ok();
}

#[tokio::test]
async fn an_access_token_lives_two_hours() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    app.wait_seconds(7199);
    user.me().await;
    app.wait_seconds(1);
    user.get(PATH).await.refused(UNAUTHENTICATED);
}

#[tokio::test]
async fn ended_sessions_and_blocked_users() {
    let app = TestApp::start().await;
    let (ended, blocked, other) = (
        app.device().sign_up_by_phone().await,
        app.device().sign_up_by_phone().await,
        app.device().sign_up_by_phone().await,
    );
    app.database().execute(&format!("UPDATE sessions SET ended_at = now() WHERE user_id = {}", ended.sub()));
    app.database().execute(&format!("UPDATE users SET status = 'BLOCKED' WHERE id = {}", blocked.sub()));
    ended.get(PATH).await.refused(UNAUTHENTICATED);
    blocked.get(PATH).await.refused(UNAUTHENTICATED);
    other.get(PATH).await.ok();
}

#[tokio::test]
async fn a_token_of_another_service_is_refused() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let user = app.device().sign_up_by_phone().await;
    other.anonymous().signed_in(user.access_token()).get(PATH).await.refused(UNAUTHENTICATED);
}

#[tokio::test]
async fn another_instance_of_the_service_accepts_the_token() {
    let builder = || TestApp::builder().set("AUTH__TOKENS__ISSUER", "https://id.example.com");
    let app = builder().start().await;
    let user = app.device().sign_up_by_phone().await;
    let other = app.beside().set("AUTH__TOKENS__ISSUER", "https://id.example.com").start().await;
    other.anonymous().signed_in(user.access_token()).me().await;
    let elsewhere = app.beside().set("AUTH__TOKENS__ISSUER", "https://other.example.com").start().await;
    elsewhere.anonymous().signed_in(user.access_token()).get(PATH).await.refused(UNAUTHENTICATED);
}
