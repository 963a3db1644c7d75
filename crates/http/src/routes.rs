//! Which path leads where.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use utoipa_swagger_ui::SwaggerUi;

use crate::endpoint::{Route, register};
use crate::error::{ApiError, ErrorName};
use crate::{UseCases, account, admin, openapi, provider, session, sign_in, sign_up, upkeep, verification};

/// Every endpoint of the public listener, once.
fn public_endpoints() -> Vec<Route> {
    vec![
        Route::get("/healthz", upkeep::health::healthz),
        Route::get("/readyz", upkeep::health::readyz),
        Route::get("/.well-known/jwks.json", upkeep::certs::certs),
        Route::get("/auth/v1/certs", upkeep::certs::certs),
        Route::post("/auth/v1/verification", verification::send_code::send),
        Route::post("/auth/v1/verification/verify", verification::verify_code::verify),
        Route::get("/auth/v1/provider/uri", provider::locate::uri),
        Route::post("/auth/v1/provider/token", provider::exchange::token),
        Route::post("/auth/v1/signup", sign_up::endpoint::sign_up),
        Route::post("/auth/v1/token", session::token::token),
        Route::get("/auth/v1/token/introspect", session::introspect_own::introspect),
        Route::post("/auth/v1/introspect", session::introspect::introspect),
        Route::post("/auth/v1/revoke", session::revoke::revoke),
        Route::post("/auth/v1/signin", sign_in::with_password_or_code::sign_in),
        Route::post("/auth/v1/signin/with/provider", sign_in::with_provider::with_provider),
        Route::post("/auth/v1/signin/anonymously", sign_in::anonymously::anonymously),
        Route::post("/auth/v1/reset", account::reset_password::reset),
        Route::get("/auth/v1/checkIfUserExist", account::check_user::check_if_user_exist),
        Route::get("/auth/v1/checkUsername", account::check_user::check_username),
        Route::get("/auth/v1/user/me", account::me::me),
        Route::delete("/auth/v1/user/me", account::me::delete),
        Route::post("/auth/v1/user/basic/edit", account::basic_edit::basic_edit),
        Route::patch("/auth/v1/user/profile", account::profile::profile),
        Route::post("/auth/v1/user/sudo", account::prove_presence::sudo),
        Route::patch("/auth/v1/user/password", account::set_password::password),
        Route::patch("/auth/v1/user/contact", account::change_contact::contact),
        Route::get("/auth/v1/user/query", account::query_users::query),
        Route::get("/auth/v1/user/sessions", session::of_user::list),
        Route::delete("/auth/v1/user/sessions/{id}", session::of_user::end),
        Route::post("/auth/v1/user/signout", session::of_user::sign_out),
        Route::delete("/auth/v1/user/revoke/all", session::of_user::revoke_all),
        Route::delete("/auth/v1/user/authorized/devices/{device_id}", session::of_user::end_on_device),
        Route::get("/auth/v1/user/provider", account::providers::list),
        Route::post("/auth/v1/user/provider/bind", account::providers::bind),
        Route::delete("/auth/v1/user/provider/{provider_id}", account::providers::unbind),
        Route::post("/auth/v2/signin/publichkey", sign_in::public_key::public_key),
        Route::post("/auth/v2/signin/username", sign_in::encrypted::username),
        Route::post("/auth/v2/token", session::token::token),
        Route::get("/auth/v2/user/me", account::me::me),
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
            Route::get("/healthz", upkeep::health::healthz),
            Route::get("/readyz", upkeep::health::readyz),
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
