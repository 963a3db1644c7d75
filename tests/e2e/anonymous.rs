//! `POST /auth/v1/signin/anonymously`, and how anonymous users become real ones.

use auth_tests::{
    ANONYMOUS_OFF, AccountFlows as _, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, PASSWORD,
    PERMISSION_DENIED, RESOURCE_EXHAUSTED, TestApp, sdk_verdict, together, unique_phone, unique_username,
};
use serde_json::json;

const PATH: &str = "/auth/v1/signin/anonymously";
const SIGN_UP: &str = "/auth/v1/signup";

#[tokio::test]
async fn a_device_is_required() {
    let app = TestApp::start().await;
    let answer = app.anonymous().post(PATH, json!({})).await;
    assert!(answer.refused(INVALID_ARGUMENT).contains("x-device-id"), "{answer}");
    for id in ["a b", "日本", &"a".repeat(65), "a/b"] {
        let request = app.anonymous().request(reqwest::Method::POST, PATH).header("x-device-id", id.as_bytes());
        app.anonymous().send(request.json(&json!({}))).await.refused(INVALID_ARGUMENT);
    }
    let guessed = app.anonymous().request(reqwest::Method::POST, PATH).header("x-device-id", "0123456789abcde");
    let answer = app.anonymous().send(guessed.json(&json!({}))).await;
    assert!(answer.refused(INVALID_ARGUMENT).contains("at least 16 characters"), "{answer}");
    assert_eq!(app.database().count("users"), 0);
}

#[tokio::test]
async fn a_device_has_one_user() {
    let app = TestApp::start().await;
    let device = app.device();
    let first = device.sign_in_anonymously().await;
    let again = device.sign_in_anonymously().await;
    let other = app.device().sign_in_anonymously().await;
    assert_eq!(first.sub(), again.sub());
    assert_ne!(first.sub(), other.sub());
    for session in [&first, &again] {
        session.assert_alive().await;
        assert_eq!(session.tokens()["scope"], "anonymous");
        session.refreshed().await;
    }
    let stored = format!("{:?}", app.database().rows("SELECT * FROM identifiers"));
    assert!(!stored.contains(device.id()), "the device's id is enough to sign in, so only a hash is kept");
}

#[tokio::test]
async fn concurrent_first_sign_ins_of_a_device() {
    let app = TestApp::start().await;
    let device = app.device();
    let racers = (0..20).map(|_| {
        let device = device.clone();
        async move { device.sign_in_anonymously().await }
    });
    let sessions = together(racers).await;
    assert!(sessions.iter().all(|session| session.sub() == sessions[0].sub()));
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn what_an_anonymous_user_is() {
    let app = TestApp::start().await;
    let user = app.device().sign_in_anonymously().await;
    let me = user.me().await;
    assert_eq!(me["name"], "anonymous", "the SDK tells by this very name: {me}");
    assert_eq!((&me["has_password"], &me["groups"]), (&json!(false), &json!([{ "id": "anonymous" }])), "{me}");
    for field in ["username", "email", "phone_number", "anonymous_device"] {
        assert!(me[field].is_null(), "{field}: {me}");
    }
    let refreshed = user.refreshed().await;
    assert_eq!(refreshed.tokens()["scope"], "anonymous");
    assert_eq!(refreshed.me().await["name"], "anonymous");
}

#[tokio::test]
async fn an_anonymous_user_cannot_look_others_up() {
    let app = TestApp::start().await;
    let name = unique_username();
    app.device().sign_up(&unique_phone(), json!({ "username": name })).await;
    let user = app.device().sign_in_anonymously().await;
    let path = format!("/auth/v1/user/query?username={name}");
    user.get(&path).await.refused(PERMISSION_DENIED);
}

#[tokio::test]
async fn signing_up_keeps_the_id() {
    let app = TestApp::builder().without_limits().start().await;
    for address in [unique_phone(), auth_tests::unique_email()] {
        let device = app.device();
        let anonymous = device.sign_in_anonymously().await;
        let extra = json!({ "anonymous_token": anonymous.access_token(), "password": PASSWORD, "name": "Ann" });
        let user = device.sign_up(&address, extra).await;
        assert_eq!((user.sub(), &user.tokens()["scope"]), (anonymous.sub(), &json!("user")));
        let me = user.me().await;
        assert_eq!((&me["name"], &me[address.field()]), (&json!("Ann"), &json!(address.text())), "{me}");
        anonymous.assert_ended().await;
        assert_eq!(app.device().sign_in(address.text(), PASSWORD).await.ok()["sub"], anonymous.sub());
        // The device gets a new anonymous user.
        assert_ne!(device.sign_in_anonymously().await.sub(), user.sub());
    }
}

#[tokio::test]
async fn a_conversion_is_repeated_after_a_lost_response() {
    let app = TestApp::start().await;
    let device = app.device();
    let anonymous = device.sign_in_anonymously().await;
    let extra = json!({ "anonymous_token": anonymous.access_token() });
    let body = device.sign_up_body(&unique_phone(), extra).await;
    for _ in 0..2 {
        assert_eq!(device.post(SIGN_UP, body.clone()).await.ok()["sub"], anonymous.sub());
    }
}

#[tokio::test]
async fn a_token_converts_once() {
    let app = TestApp::start().await;
    let device = app.device();
    let anonymous = device.sign_in_anonymously().await;
    let extra = json!({ "anonymous_token": anonymous.access_token() });
    let user = device.sign_up(&unique_phone(), extra.clone()).await;
    let body = device.sign_up_body(&unique_phone(), extra).await;
    let text = device.post(SIGN_UP, body).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("anonymous_token"), "{text}");
    user.assert_alive().await;
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn tokens_that_convert_no_user() {
    let app = TestApp::start().await;
    let device = app.device();
    let expired = app.device().sign_in_anonymously().await;
    app.wait_seconds(7200);
    let (real, other) = (app.device().sign_up_by_phone().await, TestApp::start().await);
    let foreign = other.device().sign_in_anonymously().await;
    let refresh = device.sign_in_anonymously().await.refresh_token().to_owned();
    let good = device.sign_up_body(&unique_phone(), json!({})).await;
    for token in [real.access_token(), expired.access_token(), foreign.access_token(), &refresh, "x", "a.b.c"] {
        let mut body = good.clone();
        body["anonymous_token"] = json!(token);
        let answer = device.post(SIGN_UP, body).await;
        assert!(answer.refused(INVALID_ARGUMENT).contains("anonymous_token"), "{answer}");
    }
    real.assert_alive().await;
    device.post(SIGN_UP, good).await.ok();
}

/// Whoever finds the token of a session that has ended must not become that user.
#[tokio::test]
async fn the_token_of_an_ended_session_converts_nobody() {
    let app = TestApp::start().await;
    let device = app.device();
    let anonymous = device.sign_in_anonymously().await;
    anonymous.post("/auth/v1/revoke", json!({})).await.ok();
    let extra = json!({ "anonymous_token": anonymous.access_token() });
    let body = device.sign_up_body(&unique_phone(), extra).await;
    device.post(SIGN_UP, body).await.refused(INVALID_ARGUMENT);
    assert_eq!(device.sign_in_anonymously().await.sub(), anonymous.sub(), "the user is unchanged");
}

#[tokio::test]
async fn a_taken_address_leaves_the_anonymous_user_unchanged() {
    let app = TestApp::builder().without_limits().start().await;
    let (device, phone) = (app.device(), unique_phone());
    app.device().sign_up(&phone, json!({})).await;
    let anonymous = device.sign_in_anonymously().await;
    let extra = json!({ "anonymous_token": anonymous.access_token() });
    let body = device.sign_up_body(&phone, extra.clone()).await;
    device.post(SIGN_UP, body).await.refused(FAILED_PRECONDITION);
    anonymous.assert_alive().await;
    assert_eq!(device.sign_up(&unique_phone(), extra).await.sub(), anonymous.sub());
}

#[tokio::test]
async fn concurrent_conversions_of_one_user() {
    let app = TestApp::builder().without_limits().start().await;
    let device = app.device();
    let anonymous = device.sign_in_anonymously().await;
    let mut bodies = Vec::new();
    for _ in 0..10 {
        let extra = json!({ "anonymous_token": anonymous.access_token() });
        bodies.push(app.device().sign_up_body(&unique_phone(), extra).await);
    }
    let racers = bodies.into_iter().map(|body| {
        let device = app.device();
        async move { device.post(SIGN_UP, body).await }
    });
    let answers = together(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    answers.iter().filter(|answer| answer.status != 200).for_each(|answer| drop(answer.refused(INVALID_ARGUMENT)));
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn equal_concurrent_conversions_all_succeed() {
    let app = TestApp::builder().without_limits().start().await;
    let device = app.device();
    let anonymous = device.sign_in_anonymously().await;
    let extra = json!({ "anonymous_token": anonymous.access_token() });
    let body = device.sign_up_body(&unique_phone(), extra).await;
    let racers = (0..10).map(|_| {
        let (device, body) = (device.clone(), body.clone());
        async move { device.post(SIGN_UP, body).await }
    });
    for answer in together(racers).await {
        assert_eq!(answer.ok()["sub"], anonymous.sub());
    }
}

#[tokio::test]
async fn anonymous_sign_in_can_be_switched_off() {
    let app = TestApp::builder().set("AUTH__ANONYMOUS__ENABLED", "false").start().await;
    let answer = app.device().post(PATH, json!({})).await;
    answer.refused(ANONYMOUS_OFF);
    assert_eq!(sdk_verdict(&answer), "SERVICE_ERROR");
    assert_eq!(app.database().count("users"), 0);
}

#[tokio::test]
async fn sign_ins_of_one_network_are_limited() {
    let app = TestApp::builder().set("AUTH__LIMITS__ANONYMOUS_SIGN_INS_PER_NETWORK", "3").start().await;
    let known = app.device();
    for device in [&known, &app.device(), &known] {
        device.sign_in_anonymously().await;
    }
    // This holds for known devices as well: each sign-in leaves a row.
    for device in [&app.device(), &known] {
        device.post(PATH, json!({})).await.refused(RESOURCE_EXHAUSTED);
    }
    app.wait_seconds(20 * 60);
    known.sign_in_anonymously().await;
}
