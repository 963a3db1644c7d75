//! Endpoints of another team beside ours. This is all that such a crate needs, and it uses public names only.

mod badge;
mod document;
mod flaws;
mod pages;
mod support;
mod together;
mod told;

use auth_http::actix_web;
use auth_http::actix_web::http::Method;
use auth_http::actix_web::test::TestRequest;
use serde_json::json;

use self::support::{App, TOKEN};

const BADGE: &str = "/auth/v1/user/badge";

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn bearer(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header(("authorization", format!("Bearer {token}")))
}

fn signed_in(request: TestRequest) -> TestRequest {
    bearer(request, TOKEN)
}

#[actix_web::test]
async fn is_served_with_its_own_state_to_signed_in_users() {
    let app = App::start().await;
    let answer = app.call(signed_in(get(BADGE))).await;
    assert_eq!((answer.status, &answer.body["badge"]), (200, &json!(format!("gold for {}", app.user))));
    let answer = app.call(get(BADGE)).await;
    answer.refused(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
}

#[actix_web::test]
async fn teams_do_not_share_state() {
    let app = App::start().await;
    assert_eq!(app.call(get("/auth/v1/medal")).await.body["badge"], "tin");
}

#[actix_web::test]
async fn is_served_to_operators_on_the_admin_listener() {
    let app = App::start().await;
    let badges = || get("/admin/v1/badges");
    app.call_admin(badges()).await.refused(401, "unauthenticated");
    app.call_admin(signed_in(badges())).await.refused(401, "unauthenticated");
    let answer = app.call_admin(bearer(badges(), &app.key)).await;
    assert_eq!((answer.status, &answer.body["badge"]), (200, &json!("gold sample-key")));
    app.call(bearer(badges(), &app.key)).await.refused(404, "not_found");
    let document = app.call_admin(get("/openapi.json")).await.body;
    assert_eq!(document["paths"]["/admin/v1/badges"]["get"]["security"], json!([{ "admin_key": ["users:read"] }]));
}

#[actix_web::test]
async fn answers_around_its_handler_as_ours_do() {
    let app = App::start().await;
    app.call(get(BADGE).insert_header(("origin", "https://evil.example"))).await.refused(403, "permission_denied");
    let answer = app.call(get(BADGE).insert_header(("x-request-id", "mine"))).await;
    assert_eq!((answer.header("x-request-id"), answer.header("cache-control")), ("mine", "no-store"));
}

#[actix_web::test]
async fn other_methods_are_refused_by_name() {
    let app = App::start().await;
    for (path, allowed) in [(BADGE, "GET, HEAD, PUT"), ("/auth/v1/user/me", "GET, HEAD, DELETE")] {
        let answer = app.call(get(path).method(Method::PATCH)).await;
        answer.refused(405, "unimplemented");
        assert_eq!(answer.header("allow"), allowed);
    }
}

#[actix_web::test]
async fn bodies_are_read_as_ours_are() {
    let app = App::start().await;
    let put = |body: &str| signed_in(get(BADGE)).method(Method::PUT).set_payload(body.to_owned());
    assert_eq!(app.call(put(r#"{"colour":"red"}"#)).await.status, 200);
    for (body, status, description) in [
        ("", 400, "colour is required"),
        (r#"{"colour":""}"#, 400, "colour is required"),
        (r#"{"colour":[]}"#, 400, "colour has the wrong type"),
        ("[]", 400, "JSON object"),
        (&" ".repeat(1001), 413, "1000 bytes"),
    ] {
        let answer = app.call(put(body)).await;
        assert!(answer.refused(status, "invalid_argument").contains(description), "{}", answer.body);
    }
}

/// A team may use the extractors of actix-web, whose errors are plain texts.
#[actix_web::test]
async fn errors_of_libraries_have_the_contracts_shape() {
    let app = App::start().await;
    let wear = |days: &str| get(&format!("{BADGE}/wear?days={days}")).method(Method::POST);
    assert_eq!(app.call(wear("3")).await.body["days"], 3);
    let description = app.call(wear("hunter2")).await.refused(400, "invalid_argument").to_owned();
    assert!(!description.contains("hunter2"), "{description}");
}

#[actix_web::test]
async fn is_in_the_document_that_is_served() {
    let app = App::start().await;
    let document = app.call(get("/openapi.json")).await.body;
    let operation = &document["paths"][BADGE]["get"];
    assert_eq!((&operation["operationId"], &operation["tags"]), (&json!("badge"), &json!(["badge"])));
    // The description comes from the body's type, so the attribute does not repeat it.
    assert_eq!(operation["responses"]["200"]["description"], "The badge of a user.");
    // Answers that any call may get are added.
    let of_ours = &document["paths"]["/auth/v1/signup"]["post"]["responses"]["429"];
    assert_eq!(&operation["responses"]["429"], of_ours);
    // Schemas are included, and so are nested ones.
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    assert!(["Badge", "Metal", "SetBadgeBody", "SignUpBody"].iter().all(|name| schemas.contains_key(*name)));
}

#[actix_web::test]
async fn another_path_is_served_and_not_described() {
    let app = App::start().await;
    assert_eq!(app.call(signed_in(get("/auth/v1/badge"))).await.status, 200);
    assert_eq!(app.call(get("/openapi.json")).await.body["paths"].get("/auth/v1/badge"), None);
}
