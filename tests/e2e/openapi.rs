//! The OpenAPI document is what the service does, and what is committed.

use std::collections::BTreeSet;
use std::path::Path;

use auth_tests::{Caller as _, TestApp};
use reqwest::Method;
use serde_json::Value;

/// Served and not documented, each with its reason.
const UNDOCUMENTED: [(&str, &str); 2] = [
    ("get /.well-known/jwks.json", "the same as /auth/v1/certs"),
    ("get /openapi.json", "the document itself"),
];

#[tokio::test]
async fn the_committed_document_is_the_served_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/http/openapi.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let made = auth_http::openapi::document();
    assert!(committed == made, "the API has changed: if that is meant, run `just openapi` and commit {}", path.display());
    let app = TestApp::start().await;
    let served = app.anonymous().get("/openapi.json").await;
    served.ok();
    assert_eq!(String::from_utf8_lossy(&served.body), made);
}

#[test]
fn every_route_is_documented_and_every_documented_route_exists() {
    let documented = documented();
    let mut served: BTreeSet<String> = served();
    for (route, reason) in UNDOCUMENTED {
        assert!(served.remove(route), "{route} ({reason}) is not served any more");
    }
    assert_eq!(documented, served, "left: documented, right: served");
}

#[tokio::test]
async fn every_documented_route_answers() {
    let app = TestApp::start().await;
    for route in documented() {
        let (method, path) = route.split_once(' ').expect("method and path");
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
        let path = path.replace(['{', '}'], "");
        let callers = if path.starts_with("/admin") { app.admin() } else { app.anonymous() };
        let answer = callers.send(callers.request(method, &path)).await;
        answer.check_no_fault();
        assert!(!answer.to_string().contains("there is nothing at this path"), "{answer}");
        assert_ne!(answer.status, 405, "{answer}");
    }
}

#[test]
fn every_error_answer_has_the_three_fields() {
    let document = document();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let responses = operation["responses"].as_object().expect("responses");
            for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/ErrorBody", "{method} {path} {status}");
            }
        }
    }
    let fields = document["components"]["schemas"]["ErrorBody"]["required"].as_array().map(Vec::len);
    assert_eq!(fields, Some(3));
}

fn document() -> Value {
    serde_json::from_str(&auth_http::openapi::document()).expect("the document is JSON")
}

fn documented() -> BTreeSet<String> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let routes = paths.iter().flat_map(|(path, operations)| {
        operations.as_object().into_iter().flat_map(|o| o.keys()).map(move |method| format!("{method} {path}"))
    });
    routes.collect()
}

/// As `routes.rs` writes them: `get("/path", …)`.
fn served() -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/http/src/routes.rs");
    let source = std::fs::read_to_string(file).expect("the routes");
    let methods = ["get", "post", "put", "patch", "delete"];
    let of_method = |method: &'static str| {
        let call = format!("{method}(\"");
        let paths: Vec<String> = source
            .split(&call)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|path| format!("{method} {path}"))
            .collect();
        paths
    };
    methods.into_iter().flat_map(of_method).collect()
}
