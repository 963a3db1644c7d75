//! `POST /auth/v1/introspect`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::session::{IssueClientToken, LiveToken};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::SessionUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, OAuthBody, text};

/// A token to look up, as JSON or as a form.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"token": "eyJ…"}))]
pub(crate) struct IntrospectBody {
    /// An access or a refresh token.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(required, value_type = String)]
    token: Option<SecretString>,
}

/// What a token is worth now (RFC 7662, 2.2). Of one that is not alive, only that it is not.
#[derive(Default, Serialize, ToSchema)]
#[schema(example = json!({
    "active": true, "token_type": "Bearer", "scope": "user", "client_id": "default", "username": "user123",
    "sub": "3764823471234567890", "aud": "default", "iss": "https://id.example.com", "iat": 1800000000, "exp": 1800007200,
}))]
pub(crate) struct TokenState {
    /// Whether it is alive: genuine, not expired, not used, its session not ended, its user not blocked.
    active: bool,
    /// `Bearer` for an access token, `refresh_token` for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// What the token is good for: `user`, `anonymous` or `client`.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    /// The client that it was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// The user's name, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// The user's id; of a client's own token the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// The same as `client_id`; the address of this service, where a confidential client's token was asked for without its
    /// secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    /// The address of this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// When it was issued, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// When it ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

impl TokenState {
    fn of(token: LiveToken, issuer: &str) -> Self {
        let audience = if token.for_client { token.client.to_string() } else { issuer.to_owned() };
        Self {
            active: true,
            token_type: Some(token.token_type),
            scope: Some(token.scope),
            client_id: Some(token.client.to_string()),
            username: token.username,
            sub: Some(token.subject),
            aud: Some(audience),
            iss: Some(issuer.to_owned()),
            iat: Some(token.issued_at.timestamp()),
            exp: Some(token.expires_at.timestamp()),
        }
    }
}

/// What a token is worth now, for backends.
///
/// Confidential clients ask with their secret (`Authorization: Basic`) or with a token of their own
/// (`client_credentials`).
#[utoipa::path(post, path = "/auth/v1/introspect", tag = "tokens", request_body = IntrospectBody,
    security(("client" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "`{\"active\": false}` for every token that is not alive", body = TokenState),
        (status = 400, description = "`invalid_argument`: no token", body = ErrorBody),
        (status = 401, description = "`unauthorized_client`, `unauthenticated` (bearer token)", body = ErrorBody),
    ))]
pub(crate) async fn introspect_token(
    context: Context,
    body: OAuthBody<IntrospectBody>,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body.0;
    check_caller(&context, client_id.as_deref(), &use_cases.client_tokens)?;
    let token = fields.token.ok_or_else(|| ApiError::invalid("token is required"))?;
    let found = use_cases.introspect.run(token.expose_secret()).await?;
    Ok(HttpResponse::Ok()
        .json(found.map_or_else(TokenState::default, |token| TokenState::of(token, use_cases.introspect.issuer()))))
}

fn check_caller(context: &Context, in_body: Option<&str>, clients: &IssueClientToken) -> Result<(), ApiError> {
    if let Some(bearer) = &context.bearer {
        let description = "the access token is not a live one of a client";
        return clients.read(bearer).map(drop).ok_or_else(|| ApiError::new(ErrorName::Unauthenticated, description));
    }
    if context.is_by_confidential_client(in_body)? {
        return Ok(());
    }
    Err(ApiError::new(ErrorName::UnauthorizedClient, "only confidential clients may ask, with their secret"))
}
