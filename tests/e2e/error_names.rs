//! Every error name is reached over HTTP at least once, in this one place.

use std::collections::BTreeMap;

use auth_http::error::ErrorName;
use auth_providers::testing::{FakeEndpoint, FakeOidc, Lie, Misbehaviour};
use auth_tests::{AccountFlows as _, Answer, Caller as _, Flows as _, PASSWORD, TestApp, unique_phone};
use reqwest::Method;
use serde_json::json;

/// Names that no request reaches yet, each with its reason.
const UNREACHED: [(&str, &str); 0] = [];

#[tokio::test]
async fn every_error_name_is_reached() {
    let mut reached = BTreeMap::new();
    for answer in [
        faults_of_requests().await,
        faults_of_state().await,
        faults_of_users().await,
        faults_of_others().await,
        faults_of_bots().await,
    ]
    .concat()
    {
        answer.check();
        let name = answer.json()["error"].as_str().unwrap_or_default().to_owned();
        let number = answer.json()["error_code"].as_i64();
        reached.insert(name, (number, answer.status));
    }
    for name in ErrorName::ALL {
        let (name, number, status) = name.row();
        match (reached.get(name), UNREACHED.iter().find(|(unreached, _)| *unreached == name)) {
            (Some(seen), None) => assert_eq!(*seen, (Some(number.into()), status.as_u16()), "{name}"),
            (None, Some((_, reason))) => assert!(!reason.is_empty()),
            (Some(_), Some(_)) => panic!("{name} is reached, and listed as unreached"),
            (None, None) => panic!("no request reaches {name}: add one here, or a reason why not"),
        }
    }
}

async fn faults_of_requests() -> Vec<Answer> {
    let app = TestApp::builder()
        .set("AUTH__HTTP__ALLOWED_ORIGINS", "")
        .set("AUTH__CLIENTS__UNKNOWN", "refuse")
        .set("AUTH__SMS__KIND", "none")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__SCENARIOS", "email")
        .start()
        .await;
    let caller = app.anonymous();
    let page = caller.request(Method::GET, "/healthz").header("origin", "https://evil.example.com");
    vec![
        caller.post("/auth/v1/signup", json!({})).await,
        caller.get("/nothing").await,
        caller.send(page).await,
        caller.post("/auth/v1/verification", unique_phone().with(json!({}))).await,
        caller.get("/auth/v1/user/me").await,
        caller.post("/auth/v1/signup?client_id=stranger", json!({ "provider_token": "x" })).await,
        caller.post("/auth/v1/signup", json!({ "provider_token": "x" })).await,
        caller.post("/auth/v1/signup?client_id=shop", json!({ "provider_token": "x" })).await,
    ]
}

async fn faults_of_state() -> Vec<Answer> {
    let app = TestApp::start().await;
    let (device, phone) = (app.device(), unique_phone());
    let sent = device.send_code(&phone).await;
    let mut answers = vec![device.post("/auth/v1/verification", phone.with(json!({}))).await];
    for distance in 1..=5 {
        device.post("/auth/v1/verification/verify", sent.wrong_by(distance)).await;
    }
    answers.push(device.post("/auth/v1/verification/verify", sent.body()).await);
    let taken = unique_phone();
    device.sign_up(&taken, json!({})).await;
    let not_user = taken.with(json!({ "target": "NOT_USER" }));
    answers.push(app.device().post("/auth/v1/verification", not_user).await);
    answers
}

async fn faults_of_users() -> Vec<Answer> {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let user = app.device().sign_up(&unique_phone(), json!({ "username": "with.one", "password": PASSWORD })).await;
    app.device().sign_up(&unique_phone(), json!({ "username": "without.one" })).await;
    let mut answers = vec![
        caller.sign_in("with.one", "another secret").await,
        caller.sign_in("without.one", PASSWORD).await,
        caller.post("/auth/v1/token", json!({ "grant_type": "carrier_pigeon" })).await,
    ];
    app.database().execute(&format!("UPDATE users SET status = 'BLOCKED' WHERE id = {}", user.sub()));
    answers.push(caller.sign_in("with.one", PASSWORD).await);
    for _ in 0..30 {
        answers.push(caller.sign_in("nobody.at.all", PASSWORD).await);
        if answers.last().is_some_and(|answer| answer.status == 429) {
            break;
        }
    }
    answers
}

async fn faults_of_others() -> Vec<Answer> {
    let builder = TestApp::builder().set("AUTH__DATABASE__ACQUIRE_TIMEOUT_SECONDS", "1");
    let fake = FakeOidc::start(builder.shared_clock());
    fake.lie(Lie::At(FakeEndpoint::Discovery, Misbehaviour::Status(500)));
    let app = builder.with_oidc(&fake.issuer()).start().await;
    let caller = app.anonymous();
    let mut answers = vec![app.device().get("/auth/v1/provider/uri?provider_id=acme").await];
    let device = app.device();
    let sent = device.send_code(&unique_phone()).await;
    app.database().execute("UPDATE verifications SET kind = 'pigeon'");
    answers.push(device.post("/auth/v1/verification/verify", sent.body()).await);
    app.database().let_in(false);
    answers.push(caller.get("/readyz").await);
    app.database().let_in(true);
    answers
}

async fn faults_of_bots() -> Vec<Answer> {
    let app = TestApp::builder().set("AUTH__CAPTCHA__MODE", "always").start().await;
    let caller = app.anonymous();
    vec![
        caller.post("/auth/v1/verification", unique_phone().with(json!({}))).await,
        caller.post("/auth/v1/verification?captcha_token=forged", unique_phone().with(json!({}))).await,
    ]
}
