//! Sign-ups that are repeated because the response was lost.

use auth_providers::testing::FakeGitHub;
use auth_tests::{
    Answer, Caller as _, Flows as _, INVALID_ARGUMENT, INVALID_GRANT, OnDevice, SignedIn, TestApp,
    ThirdPartyFlows as _, unique_email, unique_person, unique_phone, unique_username,
};
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/signup";

async fn send(device: &OnDevice, body: &Value) -> Answer {
    device.post(PATH, body.clone()).await
}

#[tokio::test]
async fn the_same_request_yields_the_same_user_with_a_new_session() {
    let app = TestApp::start().await;
    for address in [unique_phone(), unique_email()] {
        let device = app.device();
        let extra = json!({ "username": unique_username(), "password": "Password@123", "name": "Ann" });
        let body = device.sign_up_body(&address, extra).await;
        let first = SignedIn::by(device.line(), &send(&device, &body).await);
        app.wait_seconds(119);
        let second = SignedIn::by(device.line(), &send(&device, &body).await);
        assert_eq!(first.sub(), second.sub());
        assert_ne!(first.refresh_token(), second.refresh_token());
        assert_ne!(first.access_token(), second.access_token());
        assert_eq!(first.me().await["sub"], second.me().await["sub"]);
        app.wait_seconds(2);
        send(&device, &body).await.refused(INVALID_ARGUMENT);
    }
    assert_eq!(app.database().count("users"), 2);
    assert_eq!(app.database().count("sessions"), 4);
}

#[tokio::test]
async fn ignored_fields_and_spellings_do_not_matter() {
    let app = TestApp::start().await;
    let device = app.device();
    let mut body = device.sign_up_body(&unique_phone(), json!({})).await;
    send(&device, &body).await.ok();
    body["verification_code"] = json!("123456");
    body["username"] = json!("");
    let number = body["phone_number"].as_str().unwrap_or_default().replace("+86 ", "");
    body["phone_number"] = json!(number);
    send(&device, &body).await.ok();
    send(&app.device(), &body).await.ok();
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn another_body_is_refused() {
    let app = TestApp::start().await;
    let device = app.device();
    let extra = json!({ "username": "First.Name", "password": "Password@123" });
    let body = device.sign_up_body(&unique_phone(), extra).await;
    send(&device, &body).await.ok();
    for (field, value) in [
        ("username", json!("other.name")),
        ("username", json!("first.name")),
        ("username", json!(null)),
        ("password", json!("Password@124")),
        ("password", json!(null)),
        ("name", json!("Ann")),
        ("gender", json!("MALE")),
        ("locale", json!("zh")),
        ("picture", json!("https://example.com/a.png")),
        ("phone_number", json!("+86 13999999999")),
    ] {
        let mut other = body.clone();
        other[field] = value;
        let text = send(&device, &other).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("verification"), "{text}");
    }
    send(&device, &body).await.ok();
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn a_body_with_a_password_differs_from_one_without() {
    let app = TestApp::start().await;
    let device = app.device();
    let mut body = device.sign_up_body(&unique_phone(), json!({})).await;
    send(&device, &body).await.ok();
    body["password"] = json!("Password@123");
    send(&device, &body).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn a_sign_up_with_a_third_party_can_be_repeated() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().with_github(&github.base()).start().await;
    let device = app.device();
    let token = device.prove_identity(&github, &unique_person()).await;
    let body = json!({ "provider_token": token, "username": "person" });
    let first = send(&device, &body).await.ok();
    assert_eq!(send(&device, &body).await.ok()["sub"], first["sub"]);
    let other = json!({ "provider_token": token });
    send(&device, &other).await.refused(INVALID_GRANT);
    app.wait_seconds(121);
    send(&device, &body).await.refused(INVALID_GRANT);

    let token = device.prove_identity(&github, &unique_person()).await;
    let both = device.sign_up_body(&unique_phone(), json!({ "provider_token": token })).await;
    let first = send(&device, &both).await.ok();
    assert_eq!(send(&device, &both).await.ok()["sub"], first["sub"]);
    let mut without = both.clone();
    without["provider_token"] = json!(null);
    send(&device, &without).await.refused(INVALID_ARGUMENT);
    let alone = json!({ "provider_token": token });
    send(&device, &alone).await.refused(INVALID_GRANT);
    assert_eq!(app.database().count("users"), 2);
}

/// Proofs that have paid for different requests do not pay together.
#[tokio::test]
async fn a_spent_proof_together_with_a_good_one() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().with_github(&github.base()).start().await;
    let device = app.device();
    let spent = device.prove_identity(&github, &unique_person()).await;
    device.post(PATH, json!({ "provider_token": spent })).await.ok();
    let body = device.sign_up_body(&unique_phone(), json!({ "provider_token": spent })).await;
    send(&device, &body).await.refused(INVALID_ARGUMENT);
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn a_blocked_user_repeats_nothing() {
    let app = TestApp::start().await;
    let device = app.device();
    let body = device.sign_up_body(&unique_phone(), json!({})).await;
    send(&device, &body).await.ok();
    app.database().execute("UPDATE users SET status = 'BLOCKED'");
    send(&device, &body).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn a_sign_up_cannot_be_repeated_after_its_session_was_used_or_ended() {
    let app = TestApp::start().await;
    for change in ["generation = generation + 1", "ended_at = now()"] {
        let device = app.device();
        let body = device.sign_up_body(&unique_phone(), json!({})).await;
        let user = send(&device, &body).await.ok();
        let sub = user["sub"].as_str().unwrap_or_default();
        app.database().execute(&format!("UPDATE sessions SET {change} WHERE user_id = {sub}"));
        send(&device, &body).await.refused(INVALID_ARGUMENT);
    }
}
