//! Which path leads where.

use actix_web::http::header::ALLOW;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, Route};
use utoipa_swagger_ui::SwaggerUi;

use crate::error::{ApiError, ErrorName};
use crate::{UseCases, health, openapi, v1};

/// The public listener's endpoints: everything that users and clients need.
pub(crate) fn public_routes(config: &mut ServiceConfig, use_cases: &UseCases) {
    config
        .app_data(Data::from(use_cases.sign_up.clone()))
        .app_data(Data::from(use_cases.send_code.clone()))
        .app_data(Data::from(use_cases.verify_code.clone()))
        .app_data(Data::from(use_cases.locate_provider.clone()))
        .app_data(Data::from(use_cases.exchange_provider_code.clone()))
        .app_data(Data::from(use_cases.authenticate.clone()))
        .app_data(Data::from(use_cases.readiness.clone()))
        .service(endpoint("/healthz", web::get().to(health::healthz)))
        .service(endpoint("/readyz", web::get().to(health::readyz)))
        .service(endpoint("/.well-known/jwks.json", web::get().to(v1::certs::certs)))
        .service(endpoint("/auth/v1/certs", web::get().to(v1::certs::certs)))
        .service(endpoint("/auth/v1/verification", web::post().to(v1::verification::send::send)))
        .service(endpoint("/auth/v1/verification/verify", web::post().to(v1::verification::verify::verify)))
        .service(endpoint("/auth/v1/provider/uri", web::get().to(v1::provider::uri::uri)))
        .service(endpoint("/auth/v1/provider/token", web::post().to(v1::provider::token::token)))
        .service(endpoint("/auth/v1/signup", web::post().to(v1::signup::sign_up)))
        .service(endpoint("/auth/v1/user/me", web::get().to(v1::user::me::me)))
        .service(endpoint("/openapi.json", web::get().to(openapi::serve)))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/openapi.json")))
        .default_service(web::to(not_found));
}

/// The admin listener's endpoints.
pub(crate) fn admin_routes(config: &mut ServiceConfig, use_cases: &UseCases) {
    config
        .app_data(Data::from(use_cases.authenticate.clone()))
        .app_data(Data::from(use_cases.readiness.clone()))
        .service(endpoint("/healthz", web::get().to(health::healthz)))
        .service(endpoint("/readyz", web::get().to(health::readyz)))
        .default_service(web::to(not_found));
}

/// A path with its one route; other methods get an error in the contract's shape.
fn endpoint(path: &str, route: Route) -> Resource {
    web::resource(path).route(route).default_service(web::to(wrong_method))
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorName::NotFound, "there is nothing at this path"))
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let error = ApiError::new(ErrorName::Unimplemented, "this path does not take this method")
        .with_status(StatusCode::METHOD_NOT_ALLOWED);
    let other = if request.method() == Method::GET { "POST" } else { "GET" };
    let mut response = HttpResponse::from_error(error);
    response.headers_mut().insert(ALLOW, actix_web::http::header::HeaderValue::from_static(other));
    response
}
