//! What may write is bounded, whatever it is for, and what hashes passwords has one budget.

use auth_tests::{
    AccountFlows as _, Answer, Caller as _, Flows as _, INVALID_STATUS, NEW_PASSWORD, PASSWORD, RESOURCE_EXHAUSTED,
    TestApp, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::openapi::documented_routes;

/// Every documented route is called by a network that has used up its bound. A route that writes and is not bounded fails
/// here, whoever adds it.
#[tokio::test]
async fn every_route_that_may_write_is_bounded_by_network() {
    let app = TestApp::builder()
        .set("AUTH__LIMITS__WRITES_PER_NETWORK", "1")
        .set("AUTH__LIMITS__WRITES_PER_NETWORK_SECONDS", "86400")
        .start()
        .await;
    let client = app.anonymous();
    client.post("/auth/v1/signout", json!({})).await.check_no_fault();
    for (method, path) in documented_routes() {
        let reads = method == Method::GET || path == "/auth/v1/introspect";
        let answer = client.send(client.request(method, &path.replace(['{', '}'], "")).json(&json!({}))).await;
        if reads {
            assert_ne!(answer.status, 429, "{answer}");
        } else {
            answer.refused(RESOURCE_EXHAUSTED);
            assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 80_000), "{answer}");
        }
    }
}

#[tokio::test]
async fn passwords_of_one_network_are_hashed_within_one_budget_whatever_asks() {
    let app = TestApp::builder()
        .set("AUTH__LIMITS__PASSWORD_TRIES_PER_NETWORK", "3")
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let from = async |network: &str, path: &str, body: Value| {
        let request = app.anonymous().request(Method::POST, path).header("x-forwarded-for", network);
        app.anonymous().send(request.json(&body)).await
    };
    let sign_up = async |network: &str, password: Option<&str>| -> Answer {
        let phone = unique_phone();
        let token = app.device().prove(&phone).await;
        let mut body = phone.with(json!({ "verification_token": token, "username": unique_username() }));
        if let Some(password) = password {
            body["password"] = password.into();
        }
        from(network, "/auth/v1/signup", body).await
    };
    let name = unique_username();
    app.device().sign_up(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    let sign_in = |password: &str| json!({ "username": name, "password": password });
    sign_up("198.51.100.7", Some(PASSWORD)).await.ok();
    from("198.51.100.7", "/auth/v1/signin", sign_in(PASSWORD)).await.ok();
    from("198.51.100.7", "/auth/v1/signin", sign_in(NEW_PASSWORD)).await.check_no_fault();
    sign_up("198.51.100.7", Some(PASSWORD)).await.refused(RESOURCE_EXHAUSTED);
    from("198.51.100.7", "/auth/v1/signin", sign_in(PASSWORD)).await.refused(INVALID_STATUS);
    sign_up("198.51.100.7", None).await.ok();
    sign_up("198.51.100.8", Some(PASSWORD)).await.ok();
    app.wait_seconds(200);
    sign_up("198.51.100.7", Some(PASSWORD)).await.ok();
}

/// Whoever is not told by words whether an account exists is not told by time either, whatever the account's hash costs.
#[tokio::test]
async fn a_refusal_takes_as_long_for_an_account_whose_hash_is_dearer() {
    let app = TestApp::builder().with_system_clock().without_limits().start().await;
    let (name, nobody) = (unique_username(), unique_username());
    let user = app.device().sign_up(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    // Of another password, and dearer than the hashes that are made here.
    let dearer = "$2b$10$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
    app.database()
        .execute(&format!("UPDATE credentials SET password_hash = '{dearer}' WHERE user_id = {}", user.sub()));
    let refused_after = async |login: &str| {
        let started = tokio::time::Instant::now();
        app.device().sign_in(login, NEW_PASSWORD).await.check_no_fault();
        started.elapsed().as_secs_f64()
    };
    refused_after(&name).await;
    // The least of several times is what it takes: whatever else the machine does adds to it. So there are more tries
    // if five are not enough to see it.
    let (mut known, mut unknown) = (f64::INFINITY, f64::INFINITY);
    let are_alike = |known: f64, unknown: f64| (0.6..1.6).contains(&(known / unknown));
    for tries in 1..=40 {
        known = known.min(refused_after(&name).await);
        unknown = unknown.min(refused_after(&nobody).await);
        if tries >= 5 && are_alike(known, unknown) {
            break;
        }
    }
    assert!(are_alike(known, unknown), "{known} s for an account, {unknown} s for nobody");
}
