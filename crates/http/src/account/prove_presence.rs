//! `POST /auth/v1/user/sudo`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::account::{PresenceEvidence, PresentPasswordRefusal, ProvePresenceRefusal};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, SignedIn, text};

impl From<PresentPasswordRefusal> for ApiError {
    fn from(refusal: PresentPasswordRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            PresentPasswordRefusal::Wrong => Self::new(ErrorName::InvalidPassword, description),
            PresentPasswordRefusal::NotSet => Self::new(ErrorName::PasswordNotSet, description),
            PresentPasswordRefusal::TooManyTries(limit) => {
                Self::too_often(ErrorName::InvalidStatus, &description, limit.retry_after)
            }
        }
    }
}

impl From<ProvePresenceRefusal> for ApiError {
    fn from(refusal: ProvePresenceRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            ProvePresenceRefusal::Password(error) => error.into(),
            ProvePresenceRefusal::VerificationToken(_) => Self::invalid(description),
        }
    }
}

/// The password, or a verification token for an address of the user's own.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"password": "Password@123"}))]
pub(crate) struct SudoBody {
    /// The password.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    /// The `verification_token` from `/auth/v1/verification/verify`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    verification_token: Option<SecretString>,
}

/// A proof that the user is present.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"sudo_token": "…", "expires_in": 900}))]
pub(crate) struct SudoAnswer {
    /// An opaque token, spent by the first success.
    sudo_token: String,
    /// The life of the token, in seconds.
    expires_in: i64,
}

/// Prove that the user is present, before a sensitive change.
#[utoipa::path(post, path = "/auth/v1/user/sudo", tag = "account", request_body = SudoBody, security(("bearer" = [])),
    responses(
        (status = 200, body = SudoAnswer),
        (status = 400, description = "`invalid_password`, `password_not_set`, `invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 429, description = "`invalid_status`", body = ErrorBody),
    ))]
pub(crate) async fn sudo(
    caller: SignedIn,
    context: Context,
    body: JsonBody<SudoBody>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let evidence = match (body.fields.password, body.fields.verification_token) {
        (_, Some(token)) => PresenceEvidence::VerificationToken(token),
        (Some(password), None) => PresenceEvidence::Password(password),
        (None, None) => return Err(ApiError::invalid("verification_token or the account's secret is required")),
    };
    let receipt =
        use_cases.prove_presence.run(&caller.0, evidence, &context.origin(body.client_id.as_deref())?).await?;
    Ok(HttpResponse::Ok()
        .json(SudoAnswer { sudo_token: receipt.token.expose(), expires_in: receipt.expires_in.num_seconds() }))
}
