//! `POST /auth/v1/verification/verify`.

use auth_tests::{ABORTED, Caller as _, Flows as _, INVALID_ARGUMENT, TestApp, unique_email, unique_phone};
use serde_json::json;

const PATH: &str = "/auth/v1/verification/verify";

#[tokio::test]
async fn the_right_code_earns_a_token() {
    let app = TestApp::start().await;
    for address in [unique_phone(), unique_email()] {
        let device = app.device();
        let sent = device.send_code(&address).await;
        let answer = device.post(PATH, sent.body()).await.ok();
        assert!(answer["verification_token"].as_str().is_some_and(|token| token.len() >= 32), "{answer}");
        assert_eq!(answer["expires_in"], 600);
    }
}

#[tokio::test]
async fn additional_fields_do_no_harm() {
    let app = TestApp::start().await;
    let (device, phone) = (app.device(), unique_phone());
    let sent = device.send_code(&phone).await;
    let mut body = phone.with(sent.body());
    body["client_id"] = json!("any");
    body["verify_opt"] = json!({ "is_verified": true });
    device.post(PATH, body).await.ok();
}

#[tokio::test]
async fn a_wrong_code_says_verification_and_costs_one_try() {
    let app = TestApp::start().await;
    let device = app.device();
    let sent = device.send_code(&unique_phone()).await;
    for code in ["", "12345", "1234567", "abcdef", "１２３４５６", "000000x"] {
        if code != sent.code {
            device.post(PATH, sent.guess(code)).await.refused(INVALID_ARGUMENT);
        }
    }
    let other = device.send_code(&unique_phone()).await;
    let text = device.post(PATH, other.wrong()).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("verification"), "{text}");
    device.verify(&other).await;
}

#[tokio::test]
async fn a_code_has_five_tries_in_all() {
    let app = TestApp::start().await;
    let device = app.device();
    let sent = device.send_code(&unique_phone()).await;
    for distance in 1..=4 {
        device.post(PATH, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    device.verify(&sent).await;
    let sent = device.send_code(&unique_phone()).await;
    for distance in 1..=5 {
        device.post(PATH, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    for _ in 0..3 {
        device.post(PATH, sent.body()).await.refused(ABORTED);
    }
}

#[tokio::test]
async fn sending_again_gives_no_further_tries() {
    let app = TestApp::start().await;
    let (device, phone) = (app.device(), unique_phone());
    let sent = device.send_code(&phone).await;
    for distance in 1..=3 {
        device.post(PATH, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    app.wait_seconds(60);
    assert_eq!(device.send_code(&phone).await, sent);
    for distance in 4..=5 {
        device.post(PATH, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    device.post(PATH, sent.body()).await.refused(ABORTED);
}

#[tokio::test]
async fn a_code_lives_ten_minutes() {
    let app = TestApp::start().await;
    let device = app.device();
    let (used, late) = (device.send_code(&unique_phone()).await, device.send_code(&unique_phone()).await);
    app.wait_seconds(599);
    device.verify(&used).await;
    app.wait_seconds(1);
    let text = device.post(PATH, late.body()).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("verification") && text.contains("expired"), "{text}");
}

#[tokio::test]
async fn a_code_earns_one_token() {
    let app = TestApp::start().await;
    let device = app.device();
    let sent = device.send_code(&unique_phone()).await;
    device.verify(&sent).await;
    for _ in 0..10 {
        let text = device.post(PATH, sent.body()).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("verification"), "{text}");
    }
}

#[tokio::test]
async fn unknown_ids() {
    let app = TestApp::start().await;
    let ids = ["00000000-0000-4000-8000-000000000000", "x", "0", "../../etc/passwd", "' OR 1=1 --", "\u{0}"];
    for id in ids.map(str::to_owned).into_iter().chain(["a".repeat(10_000)]) {
        let body = json!({ "verification_id": id, "verification_code": "123456" });
        let text = app.anonymous().post(PATH, body).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("verification"), "{text}");
    }
}

#[tokio::test]
async fn missing_fields_are_named() {
    let app = TestApp::start().await;
    for (body, name) in [
        (json!({}), "verification_id"),
        (json!({ "verification_code": "123456" }), "verification_id"),
        (json!({ "verification_id": "", "verification_code": "123456" }), "verification_id"),
        (json!({ "verification_id": "x" }), "verification_code"),
        (json!({ "verification_id": "x", "verification_code": null }), "verification_code"),
        (json!({ "verification_id": "x", "verification_code": 123_456 }), "verification_code"),
        (json!({ "verification_id": ["x"], "verification_code": "123456" }), "verification_id"),
    ] {
        let text = app.anonymous().post(PATH, body).await.refused(INVALID_ARGUMENT);
        assert!(text.contains(name), "{text}");
    }
}

#[tokio::test]
async fn a_code_of_another_client_is_unknown() {
    let app = TestApp::start().await;
    let device = app.device();
    let sent = device.send_code(&unique_phone()).await;
    let other = app.beside().set("AUTH__CLIENTS__DEFAULT_CLIENT_ID", "another").start().await;
    for _ in 0..7 {
        let text = other.anonymous().post(PATH, sent.body()).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("unknown"), "{text}");
    }
    device.verify(&sent).await;
}

#[tokio::test]
async fn any_device_may_enter_the_code() {
    let app = TestApp::start().await;
    let sent = app.device().send_code(&unique_phone()).await;
    app.device().verify(&sent).await;
}
