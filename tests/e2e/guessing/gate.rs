//! The bot gate, and the total of all strangers.

use auth_tests::{
    AccountFlows as _, CAPTCHA_REQUIRED, Caller as _, CaptchaFlows as _, Flows as _, INVALID_ARGUMENT,
    INVALID_PASSWORD, NEW_PASSWORD, PASSWORD, RESOURCE_EXHAUSTED, TestApp, TestAppBuilder, everything_logged,
    unique_phone, unique_username,
};
use serde_json::json;

use super::support::{VERIFY, at, behind_a_proxy, owner};

/// Beyond the total there is a warning, and nobody is refused because of it.
#[tokio::test]
async fn all_strangers_together_are_not_refused() {
    let app = behind_a_proxy()
        .set("AUTH__GUESSES__WRONG_CODES_IN_ALL_PER_DAY", "2")
        .set("AUTH__GUESSES__WRONG_PASSWORDS_IN_ALL_PER_DAY", "2")
        .start()
        .await;
    for n in 0..4 {
        let owner = owner(&app).await;
        let stranger = at(&app, &format!("198.51.{n}.7"));
        stranger.sign_in(&owner.name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
        stranger.sign_in(&owner.name, PASSWORD).await.ok();
        let stranger = at(&app, &format!("198.52.{n}.7"));
        app.wait_seconds(60);
        let sent = stranger.send_code(&owner.phone).await;
        stranger.post(VERIFY, sent.wrong()).await.refused(INVALID_ARGUMENT);
        stranger.verify(&sent).await;
    }
    let logged = everything_logged();
    for limit in ["codes.all", "passwords.all"] {
        assert!(logged.lines().any(|line| line.contains("too_many_in_all") && line.contains(limit)), "{limit}");
    }
}

fn with_a_gate() -> TestAppBuilder {
    TestApp::builder().with_readable_images().set("AUTH__CAPTCHA__MODE", "soft")
}

/// Beyond the soft limit a person can still pass; what the gate sends away costs no try.
#[tokio::test]
async fn the_gate_is_asked_before_codes_are_refused() {
    let app = with_a_gate().start().await;
    let phone = unique_phone();
    app.device().sign_up(&phone, json!({})).await;
    let stranger = app.device();
    let sent = stranger.send_code(&phone).await;
    for distance in 1..=2 {
        stranger.post(VERIFY, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    for distance in 3..=4 {
        for _ in 0..3 {
            stranger.post(VERIFY, sent.wrong_by(distance)).await.refused(CAPTCHA_REQUIRED);
        }
        let path = format!("{VERIFY}?captcha_token={}", stranger.captcha_token(&app).await);
        stranger.post(&path, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    let path = format!("{VERIFY}?captcha_token={}", stranger.captcha_token(&app).await);
    stranger.post(&path, sent.body()).await.refused(RESOURCE_EXHAUSTED);
}

/// Too many wrong ones of all strangers: whoever comes next and belongs to no account is asked.
#[tokio::test]
async fn the_gate_is_asked_when_all_strangers_are_wrong_too_often() {
    let app = with_a_gate()
        .set("AUTH__GUESSES__WRONG_CODES_PER_NETWORK", "100")
        .set("AUTH__GUESSES__WRONG_CODES_IN_ALL_PER_DAY", "1")
        .set("AUTH__GUESSES__WRONG_PASSWORDS_IN_ALL_PER_DAY", "1")
        .start()
        .await;
    let (device, phone, name) = (app.device(), unique_phone(), unique_username());
    device.sign_up(&phone, json!({ "username": name, "password": PASSWORD })).await;
    for _ in 0..2 {
        let other = unique_phone();
        app.device().sign_up(&other, json!({})).await;
        let stranger = app.device();
        let sent = stranger.send_code(&other).await;
        stranger.post(VERIFY, sent.wrong()).await.refused(INVALID_ARGUMENT);
        stranger.sign_in(&unique_username(), NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    }
    let stranger = app.device();
    let sent = stranger.send_code(&phone).await;
    stranger.post(VERIFY, sent.body()).await.refused(CAPTCHA_REQUIRED);
    stranger.sign_in(&name, PASSWORD).await.refused(CAPTCHA_REQUIRED);
    device.sign_in(&name, PASSWORD).await.ok();
    app.device().prove(&unique_phone()).await;
    app.wait_seconds(60);
    device.prove(&phone).await;
    app.wait_seconds(3_600);
    stranger.sign_in(&name, PASSWORD).await.ok();
}
