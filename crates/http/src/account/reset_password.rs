//! `POST /auth/v1/reset`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::account::{ResetCommand, ResetPasswordRefusal};
use auth_domain::captcha::GatedCall;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::HttpOptions;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Addresses, Context, JsonBody, OtherFields, text};

impl From<ResetPasswordRefusal> for ApiError {
    fn from(refusal: ResetPasswordRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            ResetPasswordRefusal::Identifier(_)
            | ResetPasswordRefusal::Password(_)
            | ResetPasswordRefusal::VerificationToken(_) => Self::invalid(description),
            ResetPasswordRefusal::NoSuchUser => Self::new(ErrorName::NotFound, description),
            ResetPasswordRefusal::Blocked => Self::new(ErrorName::UserBlocked, description),
            ResetPasswordRefusal::TooOften(over) => {
                Self::over_budget(ErrorName::ResourceExhausted, "too many costly requests", over)
            }
        }
    }
}

/// An address with its verification token, and the new password.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"email": "user@example", "verification_token": "…", "new_password": "DemoPass123!@#"}))]
pub(crate) struct ResetBody {
    /// A phone number such as `+86 13000000000`. Exactly one of `phone_number` and `email` is required.
    #[serde(default, deserialize_with = "text::optional")]
    phone_number: Option<String>,
    /// An e-mail address. Exactly one of `phone_number` and `email` is required.
    #[serde(default, deserialize_with = "text::optional")]
    email: Option<String>,
    /// The `verification_token` from `/auth/v1/verification/verify`, for the same address.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(required, value_type = String)]
    verification_token: Option<SecretString>,
    /// The new password: 8–256 characters.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(required, value_type = String)]
    new_password: Option<SecretString>,
    /// Addresses of kinds that the program registered. Other fields are ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    others: OtherFields,
}

/// Set a forgotten password with a code. All sessions of the user end.
#[utoipa::path(post, path = "/auth/v1/reset", tag = "signing in", request_body = ResetBody,
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`invalid_argument`; `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn reset_password(
    context: Context,
    options: Data<HttpOptions>,
    body: JsonBody<ResetBody>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let (kind, address) =
        Addresses::new(vec![("phone_number", fields.phone_number), ("email", fields.email)], fields.others)
            .one(&options.schemes)?;
    let command = ResetCommand {
        kind,
        address,
        token: fields.verification_token.ok_or_else(|| ApiError::invalid("verification_token is required"))?,
        new_password: fields.new_password.ok_or_else(|| ApiError::invalid("the new secret is required"))?,
        origin: context.admit(GatedCall::ResetPassword, client_id.as_deref()).await?,
    };
    use_cases.reset_password.run(command).await?;
    Ok(done())
}
