//! `GET` and `DELETE /admin/v1/users/{id}/sessions`

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::admin::AdminUseCases;
use crate::admin::answers::SessionAnswer;
use crate::admin::caller::{MayRead, MayWrite};
use crate::admin::url::UserPath;
use crate::error::{ApiError, ErrorBody};

/// A user's live sessions, newest first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "sessions": [{
        "id": "9f1b6c1e-6d0a-4c57-8f3e-2a7d5b90c4e1", "client_id": "default",
        "device_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "network": "192.0.2.7", "user_agent": "Mozilla/5.0 …",
        "scope": "user", "method": "username", "created_at": "2026-01-01T00:00:00.000Z",
        "refreshed_at": "2026-01-01T02:00:00.000Z", "expires_at": "2026-02-01T00:00:00.000Z",
    }],
}))]
pub(crate) struct SessionsAnswer {
    /// The sessions.
    sessions: Vec<SessionAnswer>,
}

/// The sessions have ended.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"ended": 3}))]
pub(crate) struct EndedAnswer {
    /// The number of sessions that ended.
    ended: u64,
}

/// List a user's live sessions.
#[utoipa::path(get, path = "/admin/v1/users/{id}/sessions", tag = "users", security(("admin_key" = ["users:read"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    responses(
        (status = 200, body = SessionsAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn list_user_sessions(
    caller: MayRead<UserPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let UserPath(user) = caller.request;
    let sessions = use_cases.sessions.list(user, &caller.operator).await?;
    Ok(HttpResponse::Ok().json(SessionsAnswer { sessions: sessions.into_iter().map(Into::into).collect() }))
}

/// End all sessions of a user.
#[utoipa::path(delete, path = "/admin/v1/users/{id}/sessions", tag = "users", security(("admin_key" = ["users:write"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    responses(
        (status = 200, body = EndedAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn end_user_sessions(
    caller: MayWrite<UserPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let UserPath(user) = caller.request;
    let ended = use_cases.sessions.end_all(user, &caller.operator).await?;
    Ok(HttpResponse::Ok().json(EndedAnswer { ended }))
}
