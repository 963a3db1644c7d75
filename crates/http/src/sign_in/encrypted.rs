//! `POST /auth/v2/signin/username`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::sign_in::DecryptRequestRefusal;
use auth_domain::captcha::GatedCall;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::SignInUseCases;
use super::with_password_or_code::{SignInBody, sign_in_with};
use crate::answers::TokenAnswer;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Context, JsonBody, parse, text};

/// An encrypted sign-in.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"params": "…", "public_key_thumbprint": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"}))]
pub(crate) struct EncryptedSignInBody {
    /// The body of `/auth/v1/signin` as JSON, encrypted (RSAES-PKCS1-v1_5) and in base64.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    params: Option<String>,
    /// The thumbprint of the key that `params` is encrypted to.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    public_key_thumbprint: Option<String>,
}

/// Sign in as at `/auth/v1/signin`, with a body that is encrypted in addition to TLS.
#[utoipa::path(post, path = "/auth/v2/signin/username", tag = "signing in", request_body = EncryptedSignInBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_argument`, `invalid_password`, `password_not_set`; `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 403, description = "`user_blocked`", body = ErrorBody),
        (status = 404, description = "`not_found`: encrypted requests are switched off", body = ErrorBody),
        (status = 429, description = "`invalid_status`: too many tries", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    ))]
pub(crate) async fn sign_in_encrypted(
    context: Context,
    body: JsonBody<EncryptedSignInBody>,
    use_cases: Data<SignInUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let origin = context.admit(GatedCall::SignIn, client_id.as_deref()).await?;
    let required = |field: Option<String>, name| field.ok_or_else(|| ApiError::invalid(format!("{name} is required")));
    let params = required(fields.params, "params")?;
    let thumbprint = required(fields.public_key_thumbprint, "public_key_thumbprint")?;
    let text = use_cases.decrypt_request.run(&thumbprint, &params, &origin).await?;
    // A text that is no sign-in gets the same answer as one that cannot be decrypted.
    let sign_in = parse::<SignInBody>(text.expose_secret().as_bytes());
    let sign_in =
        sign_in.ok().filter(|sign_in| sign_in.fields.is_complete()).ok_or(DecryptRequestRefusal::Unreadable)?;
    sign_in_with(sign_in.fields, origin, &use_cases).await
}
