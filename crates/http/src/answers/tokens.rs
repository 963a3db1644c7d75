//! The token answer: how every sign-up and sign-in ends.

use actix_web::HttpResponse;
use auth_application::kit::Tokens;
use serde::Serialize;
use utoipa::ToSchema;

/// Tokens of a session.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "token_type": "Bearer", "access_token": "eyJ…", "refresh_token": "m.…", "expires_in": 7200,
    "sub": "3764823471234567890", "scope": "user",
}))]
pub struct TokenAnswer {
    /// Always `Bearer`.
    token_type: &'static str,
    /// The access token, a JWT.
    access_token: String,
    /// The refresh token, which is opaque and changes whenever it is used.
    refresh_token: String,
    /// The life of the access token, in seconds.
    expires_in: i64,
    /// The user's id: 19 decimal digits.
    sub: String,
    /// What the tokens are good for: `user` or `anonymous`.
    #[schema(pattern = "^(user|anonymous)$")]
    scope: &'static str,
}

impl From<Tokens> for TokenAnswer {
    fn from(tokens: Tokens) -> Self {
        Self {
            token_type: "Bearer",
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expires_in: tokens.expires_in.num_seconds(),
            sub: tokens.user.to_string(),
            scope: tokens.scope.name(),
        }
    }
}

/// The answer [`TokenAnswer`], with status 200.
#[must_use]
pub fn token_answer(tokens: Tokens) -> HttpResponse {
    HttpResponse::Ok().json(TokenAnswer::from(tokens))
}
