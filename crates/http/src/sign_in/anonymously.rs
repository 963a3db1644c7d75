//! `POST /auth/v1/signin/anonymously`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use auth_application::sign_in::AnonymousSignInRefusal;
use auth_domain::captcha::GatedCall;
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::SignInUseCases;
use crate::answers::{TokenAnswer, token_answer};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody};

impl From<AnonymousSignInRefusal> for ApiError {
    fn from(error: AnonymousSignInRefusal) -> Self {
        let description = error.to_string();
        match error {
            // The protocol answers 403 here, not the name's usual status.
            AnonymousSignInRefusal::Off => {
                Self::new(ErrorName::Unimplemented, description).with_status(StatusCode::FORBIDDEN)
            }
            AnonymousSignInRefusal::NoDevice | AnonymousSignInRefusal::ShortDevice => Self::invalid(description),
            AnonymousSignInRefusal::Blocked => Self::new(ErrorName::UserBlocked, description),
            AnonymousSignInRefusal::TooMany(over) => {
                Self::over_budget(ErrorName::ResourceExhausted, &description, over)
            }
        }
    }
}

/// No field is needed.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({}))]
pub(crate) struct AnonymousBody {}

/// Sign in by device only. The same device is the same user.
#[utoipa::path(post, path = "/auth/v1/signin/anonymously", tag = "signing in", request_body = AnonymousBody,
    params(("x-device-id" = String, Header, description = "Whoever knows it is the user: 32 random hexadecimal characters, at least 16")),
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_argument`: no `x-device-id`, or one of less than 16 characters; `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 403, description = "`unimplemented`: switched off; `user_blocked`", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
    ))]
pub(crate) async fn sign_in_anonymously(
    context: Context,
    body: JsonBody<AnonymousBody>,
    use_cases: Data<SignInUseCases>,
) -> Result<HttpResponse, ApiError> {
    Ok(token_answer(
        use_cases
            .anonymously
            .run(&context.admit(GatedCall::SignInAnonymously, body.client_id.as_deref()).await?)
            .await?,
    ))
}
