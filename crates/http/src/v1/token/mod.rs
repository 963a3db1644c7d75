//! `POST /auth/v1/token`

pub(crate) mod introspect;

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::{RefreshSession, RefreshSessionError};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::token_answer::{TokenAnswer, answer};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, text};

impl From<RefreshSessionError> for ApiError {
    fn from(error: RefreshSessionError) -> Self {
        match error {
            RefreshSessionError::InvalidGrant => Self::new(ErrorName::InvalidGrant, error.to_string()),
            RefreshSessionError::Failed(failure) => failure.into(),
        }
    }
}

/// A grant (RFC 6749, 6).
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"grant_type": "refresh_token", "refresh_token": "m.…", "client_id": "default"}))]
pub(crate) struct TokenBody {
    /// `refresh_token`
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    grant_type: Option<String>,
    /// From the last token answer.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    refresh_token: Option<SecretString>,
}

/// Refresh a session. The refresh token changes at every use; the used one, again within a few
/// seconds, gives the same successor, and later ends the session.
#[utoipa::path(post, path = "/auth/v1/token", tag = "tokens", request_body = TokenBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_grant`, `unsupported_grant_type`, `invalid_argument`", body = ErrorBody),
    ))]
pub(crate) async fn token(
    context: Context,
    body: JsonBody<TokenBody>,
    use_case: Data<RefreshSession>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    match fields.grant_type.as_deref() {
        Some("refresh_token") => {}
        None => return Err(ApiError::invalid("grant_type is required")),
        Some(_) => {
            let description = "grant_type must be refresh_token";
            return Err(ApiError::new(ErrorName::UnsupportedGrantType, description));
        }
    }
    let refresh_token = fields.refresh_token.ok_or_else(|| ApiError::invalid("refresh_token is required"))?;
    let origin = context.origin(client_id.as_deref())?;
    Ok(answer(use_case.run(refresh_token.expose_secret(), &origin).await?))
}
