//! `PATCH /auth/v1/user/password`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::account::{SetPasswordCommand, SetPasswordRefusal};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, SignedIn, SudoQuery, text};

impl From<SetPasswordRefusal> for ApiError {
    fn from(refusal: SetPasswordRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            SetPasswordRefusal::Password(_) => Self::invalid(description),
            SetPasswordRefusal::Unproven | SetPasswordRefusal::SudoToken | SetPasswordRefusal::Anonymous => {
                Self::new(ErrorName::PermissionDenied, description)
            }
            SetPasswordRefusal::NotPresent(refusal) => refusal.into(),
            SetPasswordRefusal::Present(error) => error.into(),
            SetPasswordRefusal::TooOften(over) => {
                Self::over_budget(ErrorName::ResourceExhausted, "too many costly requests", over)
            }
        }
    }
}

/// The new password, and a proof that it may be set.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"new_password": "DemoPass123!@#", "old_password": "Password@123"}))]
pub(crate) struct PasswordBody {
    /// The new password: 8–256 characters.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(required, value_type = String)]
    new_password: Option<SecretString>,
    /// The present password, which replaces a sudo token.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    old_password: Option<SecretString>,
    /// The `sudo_token` from `/auth/v1/user/sudo`, which may also stand in the query. While there is no password, a
    /// session that began or passed `/user/sudo` lately on the same device needs none.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    sudo_token: Option<SecretString>,
}

/// Set or change the password. The user's other sessions end.
#[utoipa::path(patch, path = "/auth/v1/user/password", tag = "account", request_body = PasswordBody,
    security(("bearer" = [])),
    params(("sudo_token" = Option<String>, Query, description = "From `/auth/v1/user/sudo`")),
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`invalid_argument`, `invalid_password`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 429, description = "`invalid_status`: too many tries; `resource_exhausted`: too many changes", body = ErrorBody),
        (status = 403, description = "`permission_denied`: bad sudo token, not present, or anonymous", body = ErrorBody),
    ))]
pub(crate) async fn set_password(
    caller: SignedIn,
    context: Context,
    sudo: SudoQuery,
    body: JsonBody<PasswordBody>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let command = SetPasswordCommand {
        new_password: fields.new_password.ok_or_else(|| ApiError::invalid("the new secret is required"))?,
        old_password: fields.old_password,
        sudo_token: sudo.0.or(fields.sudo_token),
        origin: context.origin(client_id.as_deref())?,
    };
    use_cases.set_password.run(&caller.0, command).await?;
    Ok(done())
}
