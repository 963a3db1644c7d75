//! `GET /admin/v1/users/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::admin::AdminUseCases;
use crate::admin::answers::UserAnswer;
use crate::admin::caller::MayRead;
use crate::admin::url::UserPath;
use crate::error::{ApiError, ErrorBody};

/// Read one user.
#[utoipa::path(get, path = "/admin/v1/users/{id}", tag = "users", security(("admin_key" = ["users:read"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    responses(
        (status = 200, body = UserAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn read_user(
    caller: MayRead<UserPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let UserPath(user) = caller.request;
    Ok(HttpResponse::Ok().json(UserAnswer::from(use_cases.find_users.by_id(user, &caller.operator).await?)))
}
