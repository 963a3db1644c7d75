//! `GET /auth/v1/token/introspect`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::kit::Halted as _;
use auth_application::session::AuthenticateRefusal;
use serde::Serialize;
use utoipa::ToSchema;

use super::use_cases::SessionUseCases;
use crate::answers::done;
use crate::error::ApiError;
use crate::extract::Context;

/// What a live access token says. Of any other token no field is there.
#[derive(Serialize, ToSchema)]
pub(crate) struct Introspection {
    /// Always `Bearer`.
    #[schema(required = false)]
    token_type: &'static str,
    /// The client that it was issued to.
    #[schema(required = false)]
    client_id: String,
    /// The user's id.
    #[schema(required = false)]
    sub: String,
    /// What it is good for: `user` or `anonymous`.
    #[schema(required = false)]
    scope: &'static str,
}

/// What the access token of this request says. `{}` for one that is wrong, expired or revoked.
#[utoipa::path(get, path = "/auth/v1/token/introspect", tag = "tokens", security((), ("bearer" = [])),
    responses((status = 200, description = "`{}` when the token is not alive", body = Introspection,
        examples(
            ("a live token" = (value = json!({
                "token_type": "Bearer", "client_id": "default", "sub": "3764823471234567890", "scope": "user",
            }))),
            ("any other token" = (value = json!({}))),
        ))))]
pub(crate) async fn introspect_own_token(
    context: Context,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    match use_cases.authenticate.run(context.bearer.as_deref()).await.decided()? {
        Ok(caller) => Ok(HttpResponse::Ok().json(Introspection {
            token_type: "Bearer",
            client_id: caller.claims.client.to_string(),
            sub: caller.claims.user.to_string(),
            scope: caller.claims.scope.name(),
        })),
        Err(AuthenticateRefusal::Unauthenticated) => Ok(done()),
    }
}
