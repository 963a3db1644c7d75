//! Endpoints that conflict are refused before anything is served, and the error names both sides.

use auth_http::actix_web::HttpResponse;
use auth_http::endpoint;
use auth_http::endpoints::{Endpoints, EndpointsError};
use auth_http::utoipa::{self, ToSchema};

use crate::badge;
use crate::support::with_ours;

#[utoipa::path(get, path = "/auth/v1/user/me", responses((status = 200)))]
async fn our_path() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(put, path = "/auth/v1/user/sessions/{session}", responses((status = 200)))]
async fn our_path_with_another_parameter() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/", responses((status = 200)))]
async fn at_the_root() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/docs/extra", responses((status = 200)))]
async fn among_the_pages() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/badge.{ending}", responses((status = 200)))]
async fn malformed() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(head, path = "/auth/v1/face", responses((status = 200)))]
async fn head() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(put, path = "/auth/v1/user/me", responses((status = 200)))]
async fn another_method_of_our_path() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/up", responses((status = 200)))]
async fn sign_up() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// A schema with the name of one of ours.
#[derive(ToSchema)]
struct Me {
    _face: String,
}

#[utoipa::path(get, path = "/auth/v1/face", responses((status = 200, body = Me)))]
async fn face() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn theirs() -> Endpoints {
    Endpoints::new("theirs")
}

#[test]
fn a_path_is_registered_once() {
    let same = |ours: &str, theirs: &str, tables| {
        Err(EndpointsError::SamePath { routes: [ours.to_owned(), theirs.to_owned()], tables })
    };
    let me = "GET /auth/v1/user/me";
    assert_eq!(with_ours(theirs().with(endpoint!(our_path))), same(me, me, ["account", "theirs"]));
    let (ours, their) = ("DELETE /auth/v1/user/sessions/{id}", "PUT /auth/v1/user/sessions/{session}");
    assert_eq!(
        with_ours(theirs().with(endpoint!(our_path_with_another_parameter))),
        same(ours, their, ["session", "theirs"])
    );
    let refused = with_ours(theirs().with(endpoint!(at_the_root)));
    assert_eq!(refused, same("GET /", "GET /", ["the first page", "theirs"]));
    let refused = with_ours(theirs().with(endpoint!(among_the_pages)));
    assert_eq!(refused, same("GET /docs", "GET /docs/extra", ["the documentation's pages", "theirs"]));
    // Handlers of one path share their state, so all methods of a path are in one table.
    let refused = with_ours(theirs().with(endpoint!(another_method_of_our_path)));
    assert_eq!(refused, same("GET /auth/v1/user/me", "PUT /auth/v1/user/me", ["account", "theirs"]));
    let alias = endpoint!(badge::badge).also_at("/auth/v1/user/me", "by mistake");
    let message = with_ours(theirs().with(alias)).expect_err("ours").to_string();
    assert_eq!(
        message,
        "GET /auth/v1/user/me cannot be served beside GET /auth/v1/user/me (endpoints of theirs and of account)"
    );
}

#[test]
fn a_path_is_words_and_whole_parameters() {
    let route = "GET /auth/v1/badge.{ending}".to_owned();
    let refused = with_ours(theirs().with(endpoint!(malformed)));
    assert_eq!(refused, Err(EndpointsError::MalformedPath { route, table: "theirs" }));
}

#[test]
fn head_belongs_to_get() {
    let refused = with_ours(theirs().with(endpoint!(head)));
    assert_eq!(refused, Err(EndpointsError::OwnHead { route: "HEAD /auth/v1/face".to_owned(), table: "theirs" }));
}

#[test]
fn names_in_the_document_mean_one_thing() {
    let (id, tables) = ("sign_up".to_owned(), ["sign_up", "theirs"]);
    assert_eq!(with_ours(theirs().with(endpoint!(sign_up))), Err(EndpointsError::SameOperationId { id, tables }));
    let (name, tables) = ("Me".to_owned(), ["account", "theirs"]);
    assert_eq!(with_ours(theirs().with(endpoint!(face))), Err(EndpointsError::SameSchemaName { name, tables }));
}
