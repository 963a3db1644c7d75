//! Which path leads where.

use actix_web::http::header::ALLOW;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder};
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
        .service(get("/healthz", health::healthz))
        .service(get("/readyz", health::readyz))
        .service(get("/.well-known/jwks.json", v1::certs::certs))
        .service(get("/auth/v1/certs", v1::certs::certs))
        .service(post("/auth/v1/verification", v1::verification::send::send))
        .service(post("/auth/v1/verification/verify", v1::verification::verify::verify))
        .service(get("/auth/v1/provider/uri", v1::provider::uri::uri))
        .service(post("/auth/v1/provider/token", v1::provider::token::token))
        .service(post("/auth/v1/signup", v1::signup::sign_up))
        .service(get("/auth/v1/user/me", v1::user::me::me))
        .service(get("/openapi.json", openapi::serve))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/openapi.json")))
        .default_service(web::to(not_found));
}

/// The admin listener's endpoints.
pub(crate) fn admin_routes(config: &mut ServiceConfig, use_cases: &UseCases) {
    config
        .app_data(Data::from(use_cases.authenticate.clone()))
        .app_data(Data::from(use_cases.readiness.clone()))
        .service(get("/healthz", health::healthz))
        .service(get("/readyz", health::readyz))
        .default_service(web::to(not_found));
}

/// A path that takes GET.
fn get<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    endpoint(path, Method::GET, handler)
}

/// A path that takes POST.
fn post<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    endpoint(path, Method::POST, handler)
}

/// A path with its one method; others get an error in the contract's shape (RFC 9110, 15.5.6).
fn endpoint<F, Args>(path: &str, method: Method, handler: F) -> Resource
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    let allowed = method.to_string();
    let wrong_method = move || {
        let error = ApiError::new(ErrorName::Unimplemented, format!("this path takes {allowed} only"))
            .with_status(StatusCode::METHOD_NOT_ALLOWED);
        let mut response = HttpResponse::from_error(error);
        if let Ok(allowed) = allowed.parse() {
            response.headers_mut().insert(ALLOW, allowed);
        }
        std::future::ready(response)
    };
    web::resource(path).route(web::method(method).to(handler)).default_service(web::to(wrong_method))
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorName::NotFound, "there is nothing at this path"))
}
