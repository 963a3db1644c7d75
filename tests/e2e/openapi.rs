//! The OpenAPI document matches what the service does, and is the committed one.

use std::path::Path;

use auth_tests::{Caller, Operator, TestApp};
use reqwest::Method;
use serde_json::Value;

#[tokio::test]
async fn the_committed_document_is_the_served_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/http/openapi.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let made = public_document();
    assert!(
        committed == made,
        "the API has changed: if this is intended, run `just openapi` and commit {}",
        path.display()
    );
    let app = TestApp::start().await;
    let served = app.anonymous().get("/openapi.json").await;
    served.ok();
    assert_eq!(String::from_utf8_lossy(&served.body), made);
}

#[tokio::test]
async fn every_documented_route_answers() {
    let app = TestApp::start().await;
    for (method, path) in documented_routes() {
        let path = path.replace(['{', '}'], "");
        let answer = app.anonymous().send(app.anonymous().request(method, &path)).await;
        answer.check_no_fault();
        assert!(!answer.to_string().contains("there is nothing at this path"), "{answer}");
        assert_ne!(answer.status, 405, "{answer}");
    }
}

/// RFC 9110, 9.1 and 9.3.2: the same answer without its body, on both listeners.
#[tokio::test]
async fn head_is_served_wherever_get_is() {
    let app = TestApp::start().await;
    let gets = |document: &str| routes_of(document).into_iter().filter(|(method, _)| *method == Method::GET);
    for (_, path) in gets(&public_document()) {
        check_head(&app.anonymous(), &path.replace(['{', '}'], "")).await;
    }
    let operator = Operator::of(&app);
    for (_, path) in gets(&admin_document()) {
        check_head(&operator, &path.replace(['{', '}'], "")).await;
    }
}

async fn check_head(caller: &impl Caller, path: &str) {
    let get = caller.get(path).await;
    let head = caller.send(caller.request(Method::HEAD, path)).await;
    assert_eq!((head.status, head.body.len()), (get.status, 0), "{head}");
    assert_eq!(head.header("content-type"), get.header("content-type"), "{head}");
    assert!(path != "/healthz" || head.status == 200, "{head}");
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

#[test]
fn every_body_and_every_answer_has_an_example() {
    let mut lacking = Vec::new();
    for text in [public_document(), admin_document()] {
        let document: Value = serde_json::from_str(&text).expect("the document is JSON");
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let parts = [("body", &operation["requestBody"]), ("answer", &operation["responses"]["200"])];
                for (what, part) in parts {
                    let mut contents = part["content"].as_object().into_iter().flat_map(|contents| contents.values());
                    if contents.any(|content| !has_example(&document, content)) {
                        lacking.push(format!("{} {path} {what}", method.to_uppercase()));
                    }
                }
            }
        }
    }
    assert!(lacking.is_empty(), "without an example:\n{}", lacking.join("\n"));
}

/// Whether a body or an answer has an example, next to its schema or in it.
fn has_example(document: &Value, content: &Value) -> bool {
    let schema = &content["schema"];
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    let schema = reference.map_or(schema, |path| document.pointer(path).expect("the reference resolves"));
    [content, schema].into_iter().any(|place| ["example", "examples"].iter().any(|key| place.get(key).is_some()))
}

pub(crate) fn public_document() -> String {
    auth_http::public_document(&auth_http::public_endpoints()).expect("our endpoints go together")
}

pub(crate) fn admin_document() -> String {
    auth_http::admin_document(&auth_http::admin_endpoints()).expect("our endpoints go together")
}

fn document() -> Value {
    serde_json::from_str(&public_document()).expect("the document is JSON")
}

/// Every documented method and path of the public listener.
pub(crate) fn documented_routes() -> Vec<(Method, String)> {
    routes_of(&public_document())
}

/// Every method and path of a document.
pub(crate) fn routes_of(document: &str) -> Vec<(Method, String)> {
    let document: Value = serde_json::from_str(document).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths").iter();
    let routes = paths.flat_map(|(path, operations)| {
        let methods = operations.as_object().into_iter().flat_map(|operations| operations.keys());
        methods
            .filter_map(move |method| Some((Method::from_bytes(method.to_uppercase().as_bytes()).ok()?, path.clone())))
    });
    routes.collect()
}

/// A field of the JSON body of an operation.
pub(crate) struct BodyField {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) name: String,
    /// What the whole body looks like.
    pub(crate) example: Value,
}

/// Every field of every JSON body of a document.
pub(crate) fn body_fields(document: &str) -> Vec<BodyField> {
    let document: Value = serde_json::from_str(document).expect("the document is JSON");
    let mut fields = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let content = &operation["requestBody"]["content"]["application/json"];
            let Some(reference) = content["schema"]["$ref"].as_str() else { continue };
            let schema = document.pointer(reference.trim_start_matches('#')).expect("the reference resolves");
            let named = content["examples"].as_object().and_then(|examples| examples.values().next());
            let example = named.map_or(&schema["example"], |named| &named["value"]);
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            for name in schema["properties"].as_object().into_iter().flat_map(|properties| properties.keys()) {
                let (method, path) = (method.clone(), path.clone());
                fields.push(BodyField { method, path, name: name.clone(), example: example.clone() });
            }
        }
    }
    fields
}
