//! Who may use the admin backend.

use std::collections::BTreeSet;
use std::path::Path;

use auth_ports::Clock as _;
use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, NOT_FOUND, Operator, PERMISSION_DENIED, TestApp, UNAUTHENTICATED,
    WRONG_METHOD,
};
use reqwest::Method;
use serde_json::Value;

use super::support::{endpoints, endpoints_of};
use crate::openapi::admin_document;

const SOMEBODY: &str = "3742118560412631040";

#[tokio::test]
async fn strangers_and_wrong_keys_are_refused_everywhere() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_email().await;
    let anonymous = app.device().sign_in_anonymously().await;
    let never_made = format!("ak_{}", "A".repeat(43));
    let tokens = [user.access_token(), user.refresh_token(), anonymous.access_token()];
    for key in [never_made.as_str(), "ak_short", "nonsense", "ak_\u{e4}"].into_iter().chain(tokens) {
        let operator = Operator::with_key(&app, key);
        for (method, path, _) in endpoints(SOMEBODY) {
            operator.send(operator.request(method, &path)).await.refused(UNAUTHENTICATED);
        }
    }
    for (method, path, _) in endpoints(SOMEBODY) {
        let stranger = app.admin();
        stranger.send(stranger.request(method.clone(), &path)).await.refused(UNAUTHENTICATED);
        // This holds whatever else is wrong with the request.
        let broken = stranger.request(method, &format!("{path}?limit=x")).body("{");
        stranger.send(broken).await.refused(UNAUTHENTICATED);
    }
}

/// The other tests take the endpoints and their scopes from the document, whose text must name the same scopes.
#[test]
fn every_endpoint_names_the_scope_that_it_needs() {
    let document: Value = serde_json::from_str(&admin_document()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths").iter().filter(|(path, _)| path.starts_with("/admin/"));
    let operations = paths.flat_map(|(_, methods)| methods.as_object().expect("methods").values());
    let scopes: Vec<&str> = operations
        .map(|operation| {
            let scope = operation["security"][0]["admin_key"][0].as_str().expect("a scope");
            let refusal = operation["responses"]["403"]["description"].as_str().expect("a description");
            assert!(refusal.contains(scope), "{operation}");
            scope
        })
        .collect();
    assert_eq!(scopes.len(), endpoints("{id}").len());
    assert_eq!(BTreeSet::from_iter(scopes), BTreeSet::from(["events:write", "users:read", "users:write"]));
}

#[tokio::test]
async fn keys_expire_and_can_be_revoked() {
    let app = TestApp::start().await;
    let (expiring, revoked, both) = (Operator::of(&app), Operator::of(&app), Operator::of(&app));
    let at = app.clock().now();
    let set = |name: &str, what: String| {
        app.database().execute(&format!("UPDATE admin_keys SET {what} WHERE name = '{name}'"))
    };
    set(expiring.name(), format!("expires_at = '{at}'::timestamptz + interval '60 s'"));
    expiring.get("/admin/v1/users").await.ok();
    revoked.get("/admin/v1/users").await.ok();
    app.wait_seconds(60);
    set(revoked.name(), format!("revoked_at = '{at}'"));
    expiring.get("/admin/v1/users").await.refused(UNAUTHENTICATED);
    revoked.get("/admin/v1/users").await.refused(UNAUTHENTICATED);
    both.get("/admin/v1/users").await.ok();
}

#[tokio::test]
async fn scopes() {
    let app = TestApp::start().await;
    for scope in ["users:read", "users:write", "events:write"] {
        let operator = Operator::with_scopes(&app, &[scope]);
        for (method, path, needed) in endpoints(SOMEBODY) {
            let answer = operator.send(operator.request(method, &path)).await;
            if scope == needed {
                assert!(![401, 403].contains(&answer.status), "{answer}");
            } else {
                let description = answer.refused(PERMISSION_DENIED);
                assert!(description.contains(&needed), "{description}");
            }
        }
    }
    let without = Operator::with_scopes(&app, &["users:all"]);
    without.get("/admin/v1/users").await.refused(PERMISSION_DENIED);
}

#[tokio::test]
async fn unknown_users_are_not_found() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    for user in [SOMEBODY, "1", "me", "9999999999999999999", "%00", "..%2f"] {
        for (method, path, _) in endpoints_of(user) {
            operator.send(operator.request(method, &path)).await.refused(NOT_FOUND);
        }
    }
}

#[tokio::test]
async fn the_public_listener_has_no_admin_backend() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let outside = app.anonymous();
    for (method, path, _) in endpoints(SOMEBODY) {
        let request = outside.request(method, &path).headers(operator.headers());
        outside.send(request).await.refused(NOT_FOUND);
    }
}

#[tokio::test]
async fn wrong_methods_name_the_right_one() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let answer = operator.send(operator.request(Method::PUT, "/admin/v1/users")).await;
    answer.refused(WRONG_METHOD);
    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
}

#[tokio::test]
async fn the_committed_document_is_served_with_the_endpoints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/http/openapi-admin.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let made = admin_document();
    assert!(committed == made, "if this is intended, run `just openapi` and commit {}", path.display());
    let app = TestApp::start().await;
    let served = app.admin().get("/openapi.json").await;
    assert_eq!(String::from_utf8_lossy(&served.body), made);
    let public = app.anonymous().get("/openapi.json").await;
    assert!(!String::from_utf8_lossy(&public.body).contains("/admin/"), "{public}");
}
