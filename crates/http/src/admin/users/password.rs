//! `POST /admin/v1/users/{id}/password`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::admin::SetUserPasswordRefusal;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::AdminUseCases;
use crate::admin::caller::MayWrite;
use crate::admin::url::UserPath;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{JsonBody, text};

impl From<SetUserPasswordRefusal> for ApiError {
    fn from(refusal: SetUserPasswordRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            SetUserPasswordRefusal::NoSuchUser => Self::new(ErrorName::NotFound, description),
            SetUserPasswordRefusal::Password(_) => Self::invalid(description),
        }
    }
}

/// The new password.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"password": "Password@123"}))]
pub(crate) struct SetPasswordBody {
    /// The password: 8–256 characters. Without one, a random one is made and given in the answer.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
}

/// The password has been set.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"initial_password": "k7fq2-9xwtm-h3zpa-rc5vd-8nyeb"}))]
pub(crate) struct SetPasswordAnswer {
    /// The random password, when none was given. This is the only copy; it is valid until the user or
    /// an operator changes it, and the user should be asked to.
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_password: Option<String>,
}

/// Set the password of a user, who may be blocked, and end all of their sessions.
#[utoipa::path(post, path = "/admin/v1/users/{id}/password", tag = "users", security(("admin_key" = ["users:write"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    request_body = SetPasswordBody,
    responses(
        (status = 200, body = SetPasswordAnswer),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    ))]
pub(crate) async fn set_user_password(
    caller: MayWrite<(UserPath, JsonBody<SetPasswordBody>)>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let (UserPath(user), body) = caller.request;
    let initial = use_cases.set_password.run(user, body.fields.password, &caller.operator).await?;
    let initial_password = initial.map(|password| password.expose_secret().to_owned());
    Ok(HttpResponse::Ok().json(SetPasswordAnswer { initial_password }))
}
