//! `POST /auth/v1/signin/with/provider`.

use auth_providers::testing::{FakeGitHub, Person};
use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, INVALID_ARGUMENT, INVALID_GRANT, NOT_FOUND, SignedIn, TestApp,
    ThirdPartyFlows as _, USER_BLOCKED, sdk_verdict, together, unique_email, unique_person, unique_phone,
};
use serde_json::json;

const PATH: &str = "/auth/v1/signin/with/provider";

async fn app_with_github() -> (TestApp, FakeGitHub) {
    let github = FakeGitHub::start();
    (TestApp::builder().without_limits().with_github(&github.base()).start().await, github)
}

async fn sign_in(app: &TestApp, github: &FakeGitHub, person: &Person) -> SignedIn {
    let device = app.device();
    let token = device.prove_identity(github, person).await;
    SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await)
}

#[tokio::test]
async fn a_new_person_is_signed_up_and_found_later() {
    let (app, github) = app_with_github().await;
    let person = unique_person();
    let created = sign_in(&app, &github, &person).await;
    let me = created.me().await;
    assert_eq!((&me["providers"][0]["id"], &me["has_password"]), (&json!("github"), &json!(false)), "{me}");
    assert_eq!(sign_in(&app, &github, &person).await.sub(), created.sub());
    assert_ne!(sign_in(&app, &github, &unique_person()).await.sub(), created.sub());
    assert_eq!(app.database().count("users"), 2);
}

#[tokio::test]
async fn an_email_that_a_third_party_reports_finds_nobody() {
    let (app, github) = app_with_github().await;
    let (email, mut person) = (unique_email(), unique_person());
    let owner = app.device().sign_up(&email, json!({})).await;
    person.email = Some(email.text().to_owned());
    let other = sign_in(&app, &github, &person).await;
    assert_ne!(other.sub(), owner.sub());
    assert!(other.me().await["email"].is_null());
    assert_eq!(owner.me().await["providers"], json!([]));
}

#[tokio::test]
async fn signing_up_can_be_declined() {
    let (app, github) = app_with_github().await;
    let (device, person) = (app.device(), unique_person());
    let token = device.prove_identity(&github, &person).await;
    let answer = device.post(PATH, json!({ "provider_token": token, "force_disable_sign_up": true })).await;
    answer.refused(NOT_FOUND);
    assert_eq!(sdk_verdict(&answer), "USER_NOT_FOUND");
    assert_eq!(app.database().count("users"), 0);
    let created = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    let token = device.prove_identity(&github, &person).await;
    let known = json!({ "provider_token": token, "force_disable_sign_up": true });
    assert_eq!(device.post(PATH, known).await.ok()["sub"], created.sub());
}

#[tokio::test]
async fn the_profile_is_copied_only_on_request() {
    let (app, github) = app_with_github().await;
    let mut person = unique_person();
    person.name = Some("First Name".to_owned());
    let user = sign_in(&app, &github, &person).await;
    let edited = json!({ "nickname": "Chosen Here" });
    user.post("/auth/v1/user/basic/edit", edited).await.ok();
    person.name = Some("Second Name".to_owned());
    person.picture = Some("https://pictures.example/second.png".to_owned());
    sign_in(&app, &github, &person).await;
    assert_eq!(user.me().await["name"], "Chosen Here");
    let device = app.device();
    let token = device.prove_identity(&github, &person).await;
    device.post(PATH, json!({ "provider_token": token, "sync_profile": true })).await.ok();
    let me = user.me().await;
    assert_eq!((&me["name"], &me["picture"]), (&json!("Second Name"), &json!("https://pictures.example/second.png")));
}

#[tokio::test]
async fn a_provider_id_must_be_the_tokens() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let token = device.prove_identity(&github, &unique_person()).await;
    for id in ["acme", "GitHub", "unknown", "\u{0}"] {
        device.post(PATH, json!({ "provider_token": token, "provider_id": id })).await.refused(INVALID_GRANT);
    }
    device.post(PATH, json!({ "provider_token": token, "provider_id": "github" })).await.ok();
}

#[tokio::test]
async fn tokens_that_do_not_pay() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let stale = device.prove_identity(&github, &unique_person()).await;
    app.wait_seconds(3600);
    let verification = device.prove(&unique_phone()).await;
    for token in [&stale, &verification, "x", "\u{0}", &"a".repeat(9_000)] {
        let answer = device.sign_in_with_provider(token).await;
        answer.refused(INVALID_GRANT);
        assert_eq!(sdk_verdict(&answer), "INVALID_CREDENTIALS");
    }
    for body in [json!({}), json!({ "provider_token": "" }), json!({ "provider_token": 1 })] {
        device.post(PATH, body).await.refused(INVALID_ARGUMENT);
    }
    assert_eq!(app.database().count("users"), 0);
}

#[tokio::test]
async fn a_sign_in_may_be_repeated_for_two_minutes() {
    let (app, github) = app_with_github().await;
    let person = unique_person();
    for known in [false, true] {
        let device = app.device();
        let token = device.prove_identity(&github, &person).await;
        let first = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
        app.wait_seconds(119);
        let again = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
        assert_eq!(first.sub(), again.sub(), "known before: {known}");
        app.wait_seconds(1);
        device.sign_in_with_provider(&token).await.refused(INVALID_GRANT);
    }
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn equal_concurrent_sign_ins_are_one_user() {
    let (app, github) = app_with_github().await;
    let token = app.device().prove_identity(&github, &unique_person()).await;
    let racers = (0..20).map(|_| {
        let (device, token) = (app.device(), token.clone());
        async move { device.sign_in_with_provider(&token).await }
    });
    let subs: Vec<_> = together(racers).await.iter().map(|answer| answer.ok()["sub"].clone()).collect();
    assert!(subs.iter().all(|sub| *sub == subs[0]), "{subs:?}");
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn a_person_with_two_concurrent_tokens_is_one_user() {
    let (app, github) = app_with_github().await;
    let person = unique_person();
    let mut tokens = Vec::new();
    for _ in 0..8 {
        tokens.push(app.device().prove_identity(&github, &person).await);
    }
    let racers = tokens.into_iter().map(|token| {
        let device = app.device();
        async move { device.sign_in_with_provider(&token).await }
    });
    for answer in together(racers).await {
        answer.check_no_fault();
    }
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn a_blocked_user() {
    let (app, github) = app_with_github().await;
    let person = unique_person();
    let user = sign_in(&app, &github, &person).await;
    app.database().execute(&format!("UPDATE users SET status = 'BLOCKED' WHERE id = {}", user.sub()));
    let device = app.device();
    let token = device.prove_identity(&github, &person).await;
    device.sign_in_with_provider(&token).await.refused(USER_BLOCKED);
}
