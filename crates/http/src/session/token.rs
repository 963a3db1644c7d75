//! `POST /auth/v1/token`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::session::{ClientToken, ClientTokenRefusal, RefreshSessionRefusal};
use auth_domain::access::CLIENT_SCOPE;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::SessionUseCases;
use crate::answers::TokenAnswer;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, OAuthBody, text};

impl From<RefreshSessionRefusal> for ApiError {
    fn from(refusal: RefreshSessionRefusal) -> Self {
        match refusal {
            RefreshSessionRefusal::InvalidGrant => Self::new(ErrorName::InvalidGrant, refusal.to_string()),
        }
    }
}

impl From<ClientTokenRefusal> for ApiError {
    fn from(refusal: ClientTokenRefusal) -> Self {
        match refusal {
            ClientTokenRefusal::NotConfidential => Self::new(ErrorName::UnauthorizedClient, refusal.to_string()),
        }
    }
}

/// A grant (RFC 6749, 4.4 and 6), as JSON or as a form.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"grant_type": "refresh_token", "refresh_token": "m.…"}))]
pub(crate) struct TokenBody {
    /// `refresh_token`, or `client_credentials` by a confidential client.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    grant_type: Option<String>,
    /// From the last token answer.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    refresh_token: Option<SecretString>,
}

/// A client's token for itself.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"token_type": "Bearer", "access_token": "eyJ…", "expires_in": 7200, "scope": "client"}))]
pub(crate) struct ClientTokenAnswer {
    /// Always `Bearer`.
    token_type: &'static str,
    /// A JWT whose `sub` is the client's id.
    access_token: String,
    /// The life of the token, in seconds.
    expires_in: i64,
    /// Always `client`.
    #[schema(pattern = "^client$")]
    scope: &'static str,
}

impl From<ClientToken> for ClientTokenAnswer {
    fn from(token: ClientToken) -> Self {
        Self {
            token_type: "Bearer",
            access_token: token.access_token,
            expires_in: token.expires_in.num_seconds(),
            scope: CLIENT_SCOPE,
        }
    }
}

/// Tokens of a session; or, for `client_credentials`, a client's token for itself.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = json!({
    "token_type": "Bearer", "access_token": "eyJ…", "refresh_token": "m.…", "expires_in": 7200,
    "sub": "3764823471234567890", "scope": "user",
}))]
pub(crate) enum GrantAnswer {
    /// Tokens of a session.
    Session(TokenAnswer),
    /// A client's token for itself.
    Client(ClientTokenAnswer),
}

/// Refresh a session, or get a token for a client itself.
///
/// The refresh token changes at every use; the used one, again within a few seconds, gives the same successor, and
/// later ends the session. It is good for the client that it was issued to. A client's token for itself opens no user's
/// account.
///
/// A confidential client shows its secret in both cases (`Authorization: Basic`).
#[utoipa::path(post, path = "/auth/v1/token", tag = "tokens", request_body = TokenBody, security((), ("client" = [])),
    responses(
        (status = 200, body = GrantAnswer),
        (status = 400, description = "`invalid_grant`, `unsupported_grant_type`, `invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthorized_client`", body = ErrorBody),
    ))]
pub(crate) async fn issue_token(
    context: Context,
    body: OAuthBody<TokenBody>,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body.0;
    let origin = || context.authenticated_origin(client_id.as_deref());
    let answer = match fields.grant_type.as_deref() {
        Some("refresh_token") => {
            let token = fields.refresh_token.ok_or_else(|| ApiError::invalid("refresh_token is required"))?;
            GrantAnswer::Session(use_cases.refresh.run(token.expose_secret(), &origin()?).await?.into())
        }
        Some("client_credentials") => GrantAnswer::Client(use_cases.client_tokens.run(&origin()?.client)?.into()),
        None => return Err(ApiError::invalid("grant_type is required")),
        Some(_) => {
            let description = "grant_type must be refresh_token or client_credentials";
            return Err(ApiError::new(ErrorName::UnsupportedGrantType, description));
        }
    };
    Ok(HttpResponse::Ok().json(answer))
}
