//! `POST /auth/v2/signin/username`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::sign_in::{DecryptRequest, DecryptRequestRefusal, SignInWithCode, SignInWithPassword};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answers::tokens::TokenAnswer;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Context, JsonBody, parse, text};
use crate::sign_in::with_password_or_code::{SignInBody, sign_in_with};

/// A sign-in, encrypted.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"params": "…", "public_key_thumbprint": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"}))]
pub(crate) struct EncryptedSignInBody {
    /// The body of `/auth/v1/signin` as JSON, encrypted (RSAES-PKCS1-v1_5), in base64.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    params: Option<String>,
    /// Of the key that it is encrypted to.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    public_key_thumbprint: Option<String>,
}

/// Sign in as at `/auth/v1/signin`, with a body that is encrypted once more than TLS does it.
#[utoipa::path(post, path = "/auth/v2/signin/username", tag = "signing in", request_body = EncryptedSignInBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_argument`, `invalid_password`, `password_not_set`", body = ErrorBody),
        (status = 403, description = "`user_blocked`", body = ErrorBody),
        (status = 404, description = "`not_found`: encrypted requests are switched off", body = ErrorBody),
        (status = 429, description = "`invalid_status`: too many tries", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    ))]
pub(crate) async fn username(
    context: Context,
    body: JsonBody<EncryptedSignInBody>,
    decrypt: Data<DecryptRequest>,
    by_password: Data<SignInWithPassword>,
    by_code: Data<SignInWithCode>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let origin = context.origin(client_id.as_deref())?;
    let required = |field: Option<String>, name| field.ok_or_else(|| ApiError::invalid(format!("{name} is required")));
    let params = required(fields.params, "params")?;
    let thumbprint = required(fields.public_key_thumbprint, "public_key_thumbprint")?;
    let text = decrypt.run(&thumbprint, &params, &origin).await?;
    // What is no sign-in looks like what cannot be decrypted.
    let sign_in = parse::<SignInBody>(text.expose_secret().as_bytes());
    let sign_in =
        sign_in.ok().filter(|sign_in| sign_in.fields.is_complete()).ok_or(DecryptRequestRefusal::Unreadable)?;
    sign_in_with(sign_in.fields, origin, &by_password, &by_code).await
}
