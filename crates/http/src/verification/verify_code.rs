//! `POST /auth/v1/verification/verify`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::verification::{VerifyCodeCommand, VerifyCodeRefusal};
use auth_domain::captcha::GatedCall;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::VerificationUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, text};

impl From<VerifyCodeRefusal> for ApiError {
    fn from(refusal: VerifyCodeRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            VerifyCodeRefusal::Unknown
            | VerifyCodeRefusal::Malformed
            | VerifyCodeRefusal::Wrong
            | VerifyCodeRefusal::Expired
            | VerifyCodeRefusal::Used => Self::invalid(description),
            VerifyCodeRefusal::Exhausted => Self::new(ErrorName::Aborted, description),
            VerifyCodeRefusal::OverBudget(over) => Self::over_guesses(ErrorName::ResourceExhausted, &description, over),
        }
    }
}

/// A code, and what it belongs to.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"verification_id": "0b5f…", "verification_code": "123456"}))]
pub(crate) struct VerifyCodeBody {
    /// The `verification_id` from `/auth/v1/verification`.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    verification_id: Option<String>,
    /// The code: six digits, in any width. Spaces, dashes and invisible marks do not count.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    verification_code: Option<String>,
}

/// A proof of control of the address.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"verification_token": "…", "expires_in": 600}))]
pub(crate) struct VerifyCodeAnswer {
    /// An opaque token, spent by the first success.
    verification_token: String,
    /// The life of the token, in seconds.
    expires_in: i64,
}

/// Trade the right code for a verification token. A code allows five tries; what cannot be a code costs none.
#[utoipa::path(post, path = "/auth/v1/verification/verify", tag = "signing up", request_body = VerifyCodeBody,
    responses(
        (status = 200, body = VerifyCodeAnswer),
        (status = 400, description = "`invalid_argument`: wrong, expired, used or unknown; `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 409, description = "`aborted`: no tries are left", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`: strangers made too many wrong tries at this account or from \
            this network; the code was not compared", body = ErrorBody),
    ))]
pub(crate) async fn verify_code(
    context: Context,
    body: JsonBody<VerifyCodeBody>,
    use_cases: Data<VerificationUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let required = |field: Option<String>, name| field.ok_or_else(|| ApiError::invalid(format!("{name} is required")));
    let receipt = use_cases
        .verify_code
        .run(VerifyCodeCommand {
            verification_id: required(fields.verification_id, "verification_id")?,
            code: required(fields.verification_code, "verification_code")?,
            origin: context.admit(GatedCall::VerifyCode, client_id.as_deref()).await?,
        })
        .await?;
    Ok(HttpResponse::Ok().json(VerifyCodeAnswer {
        verification_token: receipt.token.expose(),
        expires_in: receipt.expires_in.num_seconds(),
    }))
}
