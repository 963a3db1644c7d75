//! `POST /auth/v1/signin/anonymously`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use auth_application::sign_in::{AnonymousSignInRefusal, SignInAnonymously};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answers::tokens::{TokenAnswer, answer};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody};

impl From<AnonymousSignInRefusal> for ApiError {
    fn from(refusal: AnonymousSignInRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            // This one status differs: the protocol answers 403 here.
            AnonymousSignInRefusal::Off => {
                Self::new(ErrorName::Unimplemented, description).with_status(StatusCode::FORBIDDEN)
            }
            AnonymousSignInRefusal::NoDevice => Self::invalid(description),
            AnonymousSignInRefusal::Blocked => Self::new(ErrorName::UserBlocked, description),
            AnonymousSignInRefusal::TooMany(limit) => {
                Self::too_often(ErrorName::ResourceExhausted, &description, limit.retry_after)
            }
        }
    }
}

/// Nothing is needed.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({}))]
pub(crate) struct AnonymousBody {}

/// Sign in by device only. The same device gets the same user.
#[utoipa::path(post, path = "/auth/v1/signin/anonymously", tag = "signing in", request_body = AnonymousBody,
    params(("x-device-id" = String, Header, description = "Who knows it is the user: 32 random hexadecimal characters")),
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_argument`: no `x-device-id`", body = ErrorBody),
        (status = 403, description = "`unimplemented`: switched off; `user_blocked`", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
    ))]
pub(crate) async fn anonymously(
    context: Context,
    body: JsonBody<AnonymousBody>,
    use_case: Data<SignInAnonymously>,
) -> Result<HttpResponse, ApiError> {
    Ok(answer(use_case.run(&context.origin(body.client_id.as_deref())?).await?))
}
