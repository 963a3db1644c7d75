//! Which path leads where.

use actix_web::http::header::ALLOW;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder};
use utoipa_swagger_ui::SwaggerUi;

use crate::error::{ApiError, ErrorName};
use crate::{UseCases, admin, health, openapi, v1};

/// The public listener's endpoints: everything that users and clients need.
pub(crate) fn public_routes(config: &mut ServiceConfig, use_cases: &UseCases) {
    config
        .app_data(Data::from(use_cases.sign_up.clone()))
        .app_data(Data::from(use_cases.send_code.clone()))
        .app_data(Data::from(use_cases.verify_code.clone()))
        .app_data(Data::from(use_cases.locate_provider.clone()))
        .app_data(Data::from(use_cases.exchange_provider_code.clone()))
        .app_data(Data::from(use_cases.refresh_session.clone()))
        .app_data(Data::from(use_cases.issue_client_token.clone()))
        .app_data(Data::from(use_cases.introspect_token.clone()))
        .app_data(Data::from(use_cases.end_sessions.clone()))
        .app_data(Data::from(use_cases.sign_in_with_password.clone()))
        .app_data(Data::from(use_cases.sign_in_with_code.clone()))
        .app_data(Data::from(use_cases.sign_in_with_provider.clone()))
        .app_data(Data::from(use_cases.sign_in_anonymously.clone()))
        .app_data(Data::from(use_cases.prove_presence.clone()))
        .app_data(Data::from(use_cases.set_password.clone()))
        .app_data(Data::from(use_cases.reset_password.clone()))
        .app_data(Data::from(use_cases.edit_account.clone()))
        .app_data(Data::from(use_cases.change_contact.clone()))
        .app_data(Data::from(use_cases.bind_identity.clone()))
        .app_data(Data::from(use_cases.list_providers.clone()))
        .app_data(Data::from(use_cases.delete_account.clone()))
        .app_data(Data::from(use_cases.find_users.clone()))
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
        .service(post("/auth/v1/token", v1::token::token))
        .service(get("/auth/v1/token/introspect", v1::token::introspect::introspect))
        .service(post("/auth/v1/introspect", v1::introspect::introspect))
        .service(post("/auth/v1/revoke", v1::revoke::revoke))
        .service(post("/auth/v1/signin", v1::signin::sign_in))
        .service(post("/auth/v1/signin/with/provider", v1::signin::with_provider::with_provider))
        .service(post("/auth/v1/signin/anonymously", v1::signin::anonymously::anonymously))
        .service(post("/auth/v1/reset", v1::reset::reset))
        .service(get("/auth/v1/checkIfUserExist", v1::check_user::check_if_user_exist))
        .service(get("/auth/v1/checkUsername", v1::check_user::check_username))
        .service(
            Endpoint::at("/auth/v1/user/me")
                .on(Method::GET, v1::user::me::me)
                .on(Method::DELETE, v1::user::me::delete)
                .resource(),
        )
        .service(post("/auth/v1/user/basic/edit", v1::user::basic_edit::basic_edit))
        .service(patch("/auth/v1/user/profile", v1::user::profile::profile))
        .service(post("/auth/v1/user/sudo", v1::user::sudo::sudo))
        .service(patch("/auth/v1/user/password", v1::user::password::password))
        .service(patch("/auth/v1/user/contact", v1::user::contact::contact))
        .service(get("/auth/v1/user/query", v1::user::query::query))
        .service(get("/auth/v1/user/sessions", v1::user::sessions::list))
        .service(delete("/auth/v1/user/sessions/{id}", v1::user::sessions::end))
        .service(post("/auth/v1/user/signout", v1::user::sessions::sign_out))
        .service(delete("/auth/v1/user/revoke/all", v1::user::sessions::revoke_all))
        .service(delete("/auth/v1/user/authorized/devices/{device_id}", v1::user::sessions::end_on_device))
        .service(get("/auth/v1/user/provider", v1::user::provider::list))
        .service(post("/auth/v1/user/provider/bind", v1::user::provider::bind))
        .service(delete("/auth/v1/user/provider/{provider_id}", v1::user::provider::unbind))
        .service(get("/openapi.json", openapi::serve))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/openapi.json")))
        .default_service(web::to(not_found));
}

/// The admin listener's endpoints.
pub(crate) fn admin_routes(config: &mut ServiceConfig, use_cases: &UseCases) {
    config
        .app_data(Data::from(use_cases.readiness.clone()))
        .configure(|config| admin::configure(config, &use_cases.admin))
        .service(get("/healthz", health::healthz))
        .service(get("/readyz", health::readyz))
        .service(get("/openapi.json", admin::serve_openapi))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/openapi.json")))
        .default_service(web::to(not_found));
}

/// A path that takes GET.
pub(crate) fn get<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    Endpoint::at(path).on(Method::GET, handler).resource()
}

/// A path that takes POST.
pub(crate) fn post<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    Endpoint::at(path).on(Method::POST, handler).resource()
}

/// A path that takes PATCH.
pub(crate) fn patch<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    Endpoint::at(path).on(Method::PATCH, handler).resource()
}

/// A path that takes DELETE.
pub(crate) fn delete<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    Endpoint::at(path).on(Method::DELETE, handler).resource()
}

/// A path with its methods; others get an error in the contract's shape (RFC 9110, 15.5.6).
pub(crate) struct Endpoint {
    resource: Resource,
    methods: Vec<Method>,
}

impl Endpoint {
    pub(crate) fn at(path: &str) -> Self {
        Self { resource: web::resource(path), methods: Vec::new() }
    }

    pub(crate) fn on<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args, Output: Responder + 'static>,
        Args: FromRequest + 'static,
    {
        self.methods.push(method.clone());
        Self { resource: self.resource.route(web::method(method).to(handler)), ..self }
    }

    pub(crate) fn resource(self) -> Resource {
        let allowed = self.methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let wrong_method = move || {
            let error = ApiError::new(ErrorName::Unimplemented, format!("this path takes {allowed} only"))
                .with_status(StatusCode::METHOD_NOT_ALLOWED);
            let mut response = HttpResponse::from_error(error);
            if let Ok(allowed) = allowed.parse() {
                response.headers_mut().insert(ALLOW, allowed);
            }
            std::future::ready(response)
        };
        self.resource.default_service(web::to(wrong_method))
    }
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorName::NotFound, "there is nothing at this path"))
}
