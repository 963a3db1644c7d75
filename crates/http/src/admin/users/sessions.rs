//! `GET` and `DELETE /admin/v1/users/{id}/sessions`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::admin::UserSessions;
use serde::Serialize;
use utoipa::ToSchema;

use crate::admin::answers::SessionAnswer;
use crate::admin::caller::{MayRead, MayWrite};
use crate::admin::url::UserPath;
use crate::error::{ApiError, ErrorBody};

/// Live sessions, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionsAnswer {
    /// The sessions.
    sessions: Vec<SessionAnswer>,
}

/// They have ended.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"ended": 3}))]
pub(crate) struct EndedAnswer {
    /// How many there were.
    ended: u64,
}

/// A user's live sessions.
#[utoipa::path(get, path = "/admin/v1/users/{id}/sessions", tag = "users", security(("admin key" = [])),
    params(("id" = String, Path, description = "The user's id", example = "3742118560412631040")),
    responses(
        (status = 200, body = SessionsAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn list(caller: MayRead<UserPath>, use_case: Data<UserSessions>) -> Result<HttpResponse, ApiError> {
    let UserPath(user) = caller.request;
    let sessions = use_case.list(user).await?;
    Ok(HttpResponse::Ok().json(SessionsAnswer { sessions: sessions.into_iter().map(Into::into).collect() }))
}

/// End all sessions of a user.
#[utoipa::path(delete, path = "/admin/v1/users/{id}/sessions", tag = "users", security(("admin key" = [])),
    params(("id" = String, Path, description = "The user's id", example = "3742118560412631040")),
    responses(
        (status = 200, body = EndedAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn end(caller: MayWrite<UserPath>, use_case: Data<UserSessions>) -> Result<HttpResponse, ApiError> {
    let UserPath(user) = caller.request;
    let ended = use_case.end_all(user, &caller.operator).await?;
    Ok(HttpResponse::Ok().json(EndedAnswer { ended }))
}
