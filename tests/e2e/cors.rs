//! Calls from pages of other origins.

use auth_tests::{Answer, Caller as _, INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, TestApp, WRONG_METHOD};
use reqwest::Method;
use serde_json::json;

const APP: &str = "https://app.example.com";
const STRANGER: &str = "https://evil.example.com";
const SDK_HEADERS: &str = "authorization,content-type,accept-language,x-request-id,x-device-id,x-sdk-version,\
    x-captcha-token,undefined";

async fn strict() -> TestApp {
    TestApp::builder().set("AUTH__HTTP__ALLOWED_ORIGINS", APP).start().await
}

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    let request = app.anonymous().request(Method::OPTIONS, path).header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    app.anonymous().send(request.header("access-control-request-headers", SDK_HEADERS)).await
}

async fn post(app: &TestApp, origin: &str) -> Answer {
    let request = app.anonymous().request(Method::POST, "/auth/v1/signup").header("origin", origin);
    app.anonymous().send(request.json(&json!({}))).await
}

#[tokio::test]
async fn a_preflight_of_an_sdk() {
    let app = strict().await;
    for path in ["/auth/v1/signup", "/auth/v1/verification", "/auth/v1/user/me", "/auth/v1/nothing"] {
        let answer = preflight(&app, path, APP).await;
        answer.ok();
        assert_eq!(answer.header("access-control-allow-origin"), APP);
        for method in ["GET", "POST", "PATCH", "DELETE", "OPTIONS"] {
            assert!(answer.header("access-control-allow-methods").contains(method), "{method}");
        }
        for name in SDK_HEADERS.split(',') {
            assert!(answer.header("access-control-allow-headers").contains(name), "{name}");
        }
        assert!(answer.header("access-control-allow-credentials").is_empty(), "cookies are not used");
    }
}

#[tokio::test]
async fn answers_can_be_read_by_the_page() {
    let app = strict().await;
    let refused = post(&app, APP).await;
    refused.refused(INVALID_ARGUMENT);
    let unknown = app.anonymous().request(Method::GET, "/nothing").header("origin", APP);
    let unknown = app.anonymous().send(unknown).await;
    unknown.refused(NOT_FOUND);
    let wrong_method = app.anonymous().request(Method::DELETE, "/auth/v1/signup").header("origin", APP);
    let wrong_method = app.anonymous().send(wrong_method).await;
    wrong_method.refused(WRONG_METHOD);
    for answer in [refused, unknown, wrong_method] {
        assert_eq!(answer.header("access-control-allow-origin"), APP, "{answer}");
        assert!(answer.header("access-control-expose-headers").contains("x-request-id"), "{answer}");
        assert!(answer.header("vary").to_lowercase().contains("origin"), "{answer}");
    }
}

#[tokio::test]
async fn another_origin_is_refused_by_name() {
    let app = strict().await;
    for origin in
        [STRANGER, "null", "https://app.example.com.evil.com", "http://app.example.com", "https://app.example.com:8443"]
    {
        for answer in [preflight(&app, "/auth/v1/signup", origin).await, post(&app, origin).await] {
            let text = answer.refused(PERMISSION_DENIED);
            assert!(text.contains(origin), "{text}");
            assert!(answer.header("access-control-allow-origin").is_empty(), "{answer}");
        }
    }
}

#[tokio::test]
async fn the_services_own_pages_and_programs_may_always_call() {
    let app = TestApp::builder().set("AUTH__HTTP__ALLOWED_ORIGINS", "").start().await;
    post(&app, &format!("http://{}", app.address())).await.refused(INVALID_ARGUMENT);
    post(&app, STRANGER).await.refused(PERMISSION_DENIED);
    app.anonymous().post("/auth/v1/signup", json!({})).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn behind_a_proxy_the_services_own_pages_have_the_public_address() {
    let builder = TestApp::builder().set("AUTH__HTTP__ALLOWED_ORIGINS", "");
    let app = builder.set("AUTH__HTTP__PUBLIC_URL", "https://ID.example.com:443/accounts/").start().await;
    post(&app, "https://id.example.com").await.refused(INVALID_ARGUMENT);
    post(&app, "https://id.example.com:8443").await.refused(PERMISSION_DENIED);
}

#[tokio::test]
async fn an_operator_may_allow_every_origin() {
    let app = TestApp::builder().set("AUTH__HTTP__ALLOWED_ORIGINS", "*").start().await;
    let answer = post(&app, STRANGER).await;
    answer.refused(INVALID_ARGUMENT);
    assert_eq!(answer.header("access-control-allow-origin"), STRANGER);
}

#[tokio::test]
async fn no_page_may_call_the_admin_listener() {
    let app = TestApp::builder().set("AUTH__HTTP__ALLOWED_ORIGINS", "*").start().await;
    let request = app.admin().request(Method::GET, "/healthz").header("origin", STRANGER);
    let answer = app.admin().send(request).await;
    answer.ok();
    assert!(answer.header("access-control-allow-origin").is_empty(), "{answer}");
}
