//! Descriptions that validators or generators of clients refuse stop the start, and the error says what to change.

use auth_http::actix_web::HttpResponse;
use auth_http::endpoint;
use auth_http::endpoints::{DescriptionFlaw, Endpoint, Endpoints, EndpointsError};
use auth_http::error::ErrorBody;
use auth_http::utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use auth_http::utoipa::{self, OpenApi, ToSchema};

use crate::support::with_ours;

/// A body.
#[derive(ToSchema)]
struct Flawed {
    _face: String,
}

#[utoipa::path(get, path = "/auth/v1/flaw", operation_id = "get flaw", responses((status = 200)))]
async fn id_of_two_words() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/flaw/{id}", responses((status = 200)))]
async fn without_parameter() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/flaw", params(("id" = String, Path)), responses((status = 200)))]
async fn stray_parameter() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/flaw", params(("id" = String, Query), ("id" = u8, Query)),
    responses((status = 200)))]
async fn parameter_twice() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/flaw", security(("Bearer" = [])), responses((status = 200)))]
async fn unknown_scheme() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/flaw", responses((status = 404, body = ErrorBody)))]
async fn only_errors() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/flaw", responses((status = 200, body = inline(Flawed))))]
async fn nameless_answer() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(post, path = "/auth/v1/flaw", request_body = inline(Vec<Flawed>), responses((status = 200)))]
async fn nameless_body() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/flaw", security(("api key" = [])), responses((status = 200)))]
async fn own_scheme() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(get, path = "/auth/v1/up", operation_id = "signUp", responses((status = 200)))]
async fn sign_up_elsewhere() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// An endpoint with a security scheme of the team's own.
fn with_own_scheme() -> Endpoint {
    #[derive(OpenApi)]
    #[openapi(paths(own_scheme))]
    struct Described;

    let describe = || {
        let mut document = Described::openapi();
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        document.components.get_or_insert_default().add_security_scheme("api key", scheme);
        document
    };
    Endpoint::new(describe, own_scheme)
}

#[test]
fn a_description_that_cannot_be_used_is_refused() {
    let flaws = [
        (endpoint!(id_of_two_words), DescriptionFlaw::OperationId("get flaw".to_owned())),
        (endpoint!(without_parameter), DescriptionFlaw::MissingParameter("id".to_owned())),
        (endpoint!(stray_parameter), DescriptionFlaw::StrayParameter("id".to_owned())),
        (endpoint!(parameter_twice), DescriptionFlaw::SameParameter("id".to_owned())),
        (endpoint!(unknown_scheme), DescriptionFlaw::UnknownSecurityScheme("Bearer".to_owned())),
        (endpoint!(only_errors), DescriptionFlaw::NoSuccess),
        (endpoint!(nameless_answer), DescriptionFlaw::NamelessSchema("the answer 200".to_owned())),
        (endpoint!(nameless_body), DescriptionFlaw::NamelessSchema("the request's body".to_owned())),
        (with_own_scheme(), DescriptionFlaw::ComponentName("api key".to_owned())),
    ];
    for (endpoint, expected) in flaws {
        match with_ours(Endpoints::new("theirs").with(endpoint)) {
            Err(EndpointsError::Description { flaw, table, .. }) => assert_eq!((flaw, table), (expected, "theirs")),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn the_error_says_where_and_what() {
    let refused = with_ours(Endpoints::new("theirs").with(endpoint!(without_parameter)));
    let expected = "the description of GET /auth/v1/flaw/{id} cannot be used: the path has {id}, but `params` \
                    describes no `Path` parameter of this name (endpoints of theirs)";
    assert_eq!(refused.map_err(|error| error.to_string()), Err(expected.to_owned()));
}

/// Clients write names in their own language's case.
#[test]
fn operation_ids_differ_in_more_than_their_case() {
    let (id, tables) = ("signUp".to_owned(), ["sign_up", "theirs"]);
    let refused = with_ours(Endpoints::new("theirs").with(endpoint!(sign_up_elsewhere)));
    assert_eq!(refused, Err(EndpointsError::SameOperationId { id, tables }));
}
