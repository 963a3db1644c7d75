//! `POST /auth/v1/revoke`

use actix_web::HttpResponse;
use actix_web::web::Data;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::SessionUseCases;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Context, JsonBody, OAuthBody, text};

/// A token, if it is not in the header; as JSON or as a form.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"refresh_token": "m.…"}))]
pub(crate) struct RevokeBody {
    /// An access token or a refresh token.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    token: Option<SecretString>,
    /// A refresh token.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    refresh_token: Option<SecretString>,
}

/// End the session of a token: of the header's, or of the body's `token` or `refresh_token`. Unknown
/// tokens are fine (RFC 7009, 2.2).
#[utoipa::path(post, path = "/auth/v1/revoke", tag = "tokens", request_body = RevokeBody,
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`invalid_argument`: neither JSON nor a form", body = ErrorBody),
    ))]
pub(crate) async fn revoke(
    context: Context,
    body: OAuthBody<RevokeBody>,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body.0;
    let in_body = [&fields.token, &fields.refresh_token].into_iter().flatten().map(|token| token.expose_secret());
    let tokens: Vec<&str> = context.bearer.as_deref().into_iter().chain(in_body).collect();
    use_cases.end.by_tokens(&tokens, &context.origin(client_id.as_deref())?).await?;
    Ok(done())
}
