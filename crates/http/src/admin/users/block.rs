//! `POST /admin/v1/users/{id}/block`, `POST /admin/v1/users/{id}/unblock`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::admin::SetUserStatus;
use auth_domain::accounts::UserStatus;

use crate::admin::AdminUseCases;
use crate::admin::caller::MayWrite;
use crate::admin::url::UserPath;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody};

/// Block a user. All sessions end at once, and the user can do nothing until they are unblocked. There is no body.
#[utoipa::path(post, path = "/admin/v1/users/{id}/block", tag = "users", security(("admin_key" = ["users:write"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    responses(
        (status = 200, body = Empty),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn block_user(
    caller: MayWrite<UserPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    set(caller, &use_cases.set_status, UserStatus::Blocked).await
}

/// Unblock a user. Sessions that have ended stay ended. There is no body.
#[utoipa::path(post, path = "/admin/v1/users/{id}/unblock", tag = "users", security(("admin_key" = ["users:write"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    responses(
        (status = 200, body = Empty),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn unblock_user(
    caller: MayWrite<UserPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    set(caller, &use_cases.set_status, UserStatus::Active).await
}

async fn set(
    caller: MayWrite<UserPath>,
    use_case: &SetUserStatus,
    status: UserStatus,
) -> Result<HttpResponse, ApiError> {
    let UserPath(user) = caller.request;
    use_case.run(user, status, &caller.operator).await?;
    Ok(done())
}
