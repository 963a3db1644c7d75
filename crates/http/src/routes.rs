//! Which path leads where.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use utoipa_swagger_ui::SwaggerUi;

use crate::endpoint::{Route, register};
use crate::error::{ApiError, ErrorName};
use crate::{UseCases, admin, health, openapi, v1, v2};

/// Every endpoint of the public listener, once.
fn public_endpoints() -> Vec<Route> {
    vec![
        Route::get("/healthz", health::healthz),
        Route::get("/readyz", health::readyz),
        Route::get("/.well-known/jwks.json", v1::certs::certs),
        Route::get("/auth/v1/certs", v1::certs::certs),
        Route::post("/auth/v1/verification", v1::verification::send::send),
        Route::post("/auth/v1/verification/verify", v1::verification::verify::verify),
        Route::get("/auth/v1/provider/uri", v1::provider::uri::uri),
        Route::post("/auth/v1/provider/token", v1::provider::token::token),
        Route::post("/auth/v1/signup", v1::signup::sign_up),
        Route::post("/auth/v1/token", v1::token::token),
        Route::get("/auth/v1/token/introspect", v1::token::introspect::introspect),
        Route::post("/auth/v1/introspect", v1::introspect::introspect),
        Route::post("/auth/v1/revoke", v1::revoke::revoke),
        Route::post("/auth/v1/signin", v1::signin::sign_in),
        Route::post("/auth/v1/signin/with/provider", v1::signin::with_provider::with_provider),
        Route::post("/auth/v1/signin/anonymously", v1::signin::anonymously::anonymously),
        Route::post("/auth/v1/reset", v1::reset::reset),
        Route::get("/auth/v1/checkIfUserExist", v1::check_user::check_if_user_exist),
        Route::get("/auth/v1/checkUsername", v1::check_user::check_username),
        Route::get("/auth/v1/user/me", v1::user::me::me),
        Route::delete("/auth/v1/user/me", v1::user::me::delete),
        Route::post("/auth/v1/user/basic/edit", v1::user::basic_edit::basic_edit),
        Route::patch("/auth/v1/user/profile", v1::user::profile::profile),
        Route::post("/auth/v1/user/sudo", v1::user::sudo::sudo),
        Route::patch("/auth/v1/user/password", v1::user::password::password),
        Route::patch("/auth/v1/user/contact", v1::user::contact::contact),
        Route::get("/auth/v1/user/query", v1::user::query::query),
        Route::get("/auth/v1/user/sessions", v1::user::sessions::list),
        Route::delete("/auth/v1/user/sessions/{id}", v1::user::sessions::end),
        Route::post("/auth/v1/user/signout", v1::user::sessions::sign_out),
        Route::delete("/auth/v1/user/revoke/all", v1::user::sessions::revoke_all),
        Route::delete("/auth/v1/user/authorized/devices/{device_id}", v1::user::sessions::end_on_device),
        Route::get("/auth/v1/user/provider", v1::user::provider::list),
        Route::post("/auth/v1/user/provider/bind", v1::user::provider::bind),
        Route::delete("/auth/v1/user/provider/{provider_id}", v1::user::provider::unbind),
        Route::post("/auth/v2/signin/publichkey", v2::signin::publickey::public_key),
        Route::post("/auth/v2/signin/username", v2::signin::username::username),
        Route::post("/auth/v2/token", v1::token::token),
        Route::get("/auth/v2/user/me", v1::user::me::me),
        Route::get("/openapi.json", openapi::serve),
    ]
}

/// The public listener: everything that users and clients need.
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
        .app_data(Data::from(use_cases.decrypt_request.clone()))
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
        .app_data(Data::from(use_cases.query_users.clone()))
        .app_data(Data::from(use_cases.authenticate.clone()))
        .app_data(Data::from(use_cases.readiness.clone()));
    register(config, public_endpoints());
    everything_else(config);
}

/// The admin listener.
pub(crate) fn admin_routes(config: &mut ServiceConfig, use_cases: &UseCases) {
    config.app_data(Data::from(use_cases.readiness.clone()));
    admin::configure(config, &use_cases.admin);
    register(
        config,
        vec![
            Route::get("/healthz", health::healthz),
            Route::get("/readyz", health::readyz),
            Route::get("/openapi.json", admin::serve_openapi),
        ],
    );
    everything_else(config);
}

fn everything_else(config: &mut ServiceConfig) {
    config
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/openapi.json")))
        .default_service(web::to(not_found));
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorName::NotFound, "there is nothing at this path"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{documented, names};

    #[test]
    fn the_document_has_these_endpoints_and_no_others() {
        let mut ours = names(public_endpoints());
        for (route, reason) in [
            ("GET /.well-known/jwks.json", "the same as /auth/v1/certs"),
            ("POST /auth/v2/token", "the same as /auth/v1/token"),
            ("GET /auth/v2/user/me", "the same as /auth/v1/user/me"),
            ("GET /openapi.json", "the document itself"),
        ] {
            assert!(ours.remove(route), "{route} ({reason}) is not served any more");
        }
        assert_eq!(ours, documented(&openapi::document()), "left: served, right: documented");
    }
}
