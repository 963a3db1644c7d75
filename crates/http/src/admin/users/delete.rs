//! `DELETE /admin/v1/users/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::admin::AdminUseCases;
use crate::admin::caller::MayWrite;
use crate::admin::url::UserPath;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody};

/// Delete a user with everything personal.
///
/// The login names are free again at once; the record of it keeps keyed hashes of them.
#[utoipa::path(delete, path = "/admin/v1/users/{id}", tag = "users", security(("admin_key" = ["users:write"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    responses(
        (status = 200, body = Empty),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn delete_user(
    caller: MayWrite<UserPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let UserPath(user) = caller.request;
    use_cases.delete_user.run(user, &caller.operator).await?;
    Ok(done())
}
