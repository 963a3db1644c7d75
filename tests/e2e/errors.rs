//! What every answer has, and the answers to requests that match no endpoint.

use auth_tests::{
    Caller as _, INVALID_ARGUMENT, NOT_FOUND, TOO_LARGE, TestApp, UNAVAILABLE, WRONG_METHOD, unique_phone,
};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn unknown_paths() {
    let app = TestApp::start().await;
    for path in
        ["/auth", "/auth/v1", "/auth/v1/", "/auth/v1/signup/", "/auth/v1/nothing", "/auth/v2/signup", "/favicon.ico"]
    {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            app.anonymous().send(app.anonymous().request(method, path)).await.refused(NOT_FOUND);
        }
    }
    app.admin().get("/auth/v1/signup").await.refused(NOT_FOUND);
    // At the root, programs learn where everything else is; nothing else can be done there.
    let root = app.anonymous().get("/").await.ok();
    assert_eq!((&root["documentation"], &root["openapi"]), (&json!("/docs/"), &json!("/openapi.json")));
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        app.anonymous().send(app.anonymous().request(method, "/")).await.refused(NOT_FOUND);
    }
}

#[tokio::test]
async fn wrong_methods_name_the_right_one() {
    let app = TestApp::start().await;
    for (method, path, allowed) in [
        (Method::GET, "/auth/v1/signup", "POST"),
        (Method::PUT, "/auth/v1/signup", "POST"),
        (Method::DELETE, "/auth/v1/verification", "POST"),
        (Method::PATCH, "/auth/v1/verification/verify", "POST"),
        (Method::POST, "/auth/v1/provider/uri", "GET"),
        (Method::GET, "/auth/v1/provider/token", "POST"),
        (Method::POST, "/auth/v1/certs", "GET"),
        (Method::POST, "/healthz", "GET"),
        (Method::POST, "/openapi.json", "GET"),
        (Method::TRACE, "/auth/v1/signup", "POST"),
        (Method::from_bytes(b"PROPFIND").expect("a method"), "/auth/v1/signup", "POST"),
    ] {
        let answer = app.anonymous().send(app.anonymous().request(method, path)).await;
        answer.refused(WRONG_METHOD);
        assert!(answer.header("allow").contains(allowed), "{answer}");
    }
}

#[tokio::test]
async fn the_request_id_is_the_clients_own_or_a_new_one() {
    let app = TestApp::start().await;
    let ask = async |id: &[u8], path: &str| {
        let request = app.anonymous().request(Method::GET, path).header("x-request-id", id);
        app.anonymous().send(request).await.header("x-request-id").to_owned()
    };
    for path in ["/healthz", "/nothing", "/auth/v1/user/me", "/auth/v1/signup"] {
        assert_eq!(ask(b"0123456789abcdef0123456789abcdef", path).await, "0123456789abcdef0123456789abcdef");
        for unfit in [&b""[..], b"has space", b"caf\xc3\xa9", b"tab\there", &[b'a'; 129]] {
            let made = ask(unfit, path).await;
            assert!(made.len() == 32 && made.bytes().all(|b| b.is_ascii_hexdigit()), "{made}");
        }
    }
    let (one, other) = (app.anonymous().get("/healthz").await, app.anonymous().get("/healthz").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let app = TestApp::start().await;
    for path in ["/auth/v1/signup", "/auth/v1/verification", "/auth/v1/verification/verify", "/auth/v1/provider/token"]
    {
        let body = json!({ "padding": "a".repeat(1024 * 1024) }).to_string().into_bytes();
        app.anonymous().post_bytes(path, "application/json", body).await.refused(TOO_LARGE);
        let chunked = reqwest::Body::from(vec![b' '; 70_000]);
        let request = app.anonymous().request(Method::POST, path).body(chunked);
        app.anonymous().send(request).await.refused(TOO_LARGE);
    }
    let fits = format!("{{}}{}", " ".repeat(60_000)).into_bytes();
    app.anonymous().post_bytes("/auth/v1/signup", "application/json", fits).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn health_and_readiness() {
    let app = TestApp::builder().set("AUTH__DATABASE__ACQUIRE_TIMEOUT_SECONDS", "1").start().await;
    for caller in [app.anonymous(), app.admin()] {
        assert_eq!(caller.get("/healthz").await.ok()["status"], "ok");
        assert_eq!(caller.get("/readyz").await.ok()["status"], "ok");
    }
    app.database().let_in(false);
    for caller in [app.anonymous(), app.admin()] {
        caller.get("/readyz").await.refused(UNAVAILABLE);
        assert_eq!(caller.get("/healthz").await.ok()["status"], "ok");
    }
    let body = unique_phone().with(json!({}));
    app.anonymous().post("/auth/v1/verification", body.clone()).await.refused(UNAVAILABLE);
    app.database().let_in(true);
    app.anonymous().get("/readyz").await.ok();
    app.anonymous().post("/auth/v1/verification", body).await.ok();
}

#[tokio::test]
async fn a_schema_that_is_behind_is_not_ready() {
    let app = TestApp::start().await;
    // The newest may be one of the steps that the service can do without for a while.
    let one = "(SELECT min(version) FROM __diesel_schema_migrations)";
    app.database().execute(&format!("DELETE FROM __diesel_schema_migrations WHERE version = {one}"));
    app.anonymous().get("/readyz").await.refused(UNAVAILABLE);
    app.anonymous().get("/healthz").await.ok();
}

#[tokio::test]
async fn the_documentation_page_loads_nothing_from_elsewhere() {
    let app = TestApp::start().await;
    let redirect = app.anonymous().get("/docs").await;
    assert!((300..400).contains(&redirect.status), "{redirect}");
    assert_eq!(redirect.header("location"), "/docs/");
    let page = app.anonymous().get("/docs/").await;
    assert_eq!(page.status, 200, "{page}");
    assert!(page.header("content-type").starts_with("text/html"), "{page}");
    let text = String::from_utf8_lossy(&page.body).into_owned();
    for attribute in ["src=\"", "href=\""] {
        for link in text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(!link.contains("//"), "{link} is fetched from elsewhere");
            let asset = app.anonymous().get(&format!("/docs/{}", link.trim_start_matches("./"))).await;
            assert_eq!(asset.status, 200, "{asset}");
        }
    }
    assert!(!page.header("x-request-id").is_empty());
}
