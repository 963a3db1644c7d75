//! `POST /auth/v1/captcha/init`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_domain::captcha::{Puzzle, PuzzleKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::data::image_address;
use super::use_cases::CaptchaUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, text};

/// What older SDKs send.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"state": "POST:/auth/v1/verification"}))]
pub(crate) struct InitCaptchaBody {
    /// Comes back in the address.
    #[serde(default, deserialize_with = "text::optional")]
    state: Option<String>,
}

/// Where the puzzle is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"url": "data:image/png;base64,iVBORw0KGgo…?state=…&token=…", "expires_in": 300}))]
pub(crate) struct InitCaptchaAnswer {
    /// The image as a `data:` address. Behind a question mark follow `state`, and the `token` to be sent with the answer:
    /// it is the address that newer SDKs make of `/auth/v1/captcha/data` themselves.
    url: String,
    /// How long the puzzle may be solved, in seconds.
    expires_in: i64,
}

/// Ask for an image, as older SDKs do. The answer goes to `/auth/v1/captcha/data/verify`.
#[utoipa::path(post, path = "/auth/v1/captcha/init", tag = "captcha", request_body = InitCaptchaBody,
    responses(
        (status = 200, body = InitCaptchaAnswer),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    ))]
pub(crate) async fn init_captcha(
    context: Context,
    body: JsonBody<InitCaptchaBody>,
    use_cases: Data<CaptchaUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let posed = use_cases.pose.run(PuzzleKind::Image, &context.origin(client_id.as_deref())?).await?;
    let Puzzle::Image { media_type, bytes } = posed.puzzle else {
        return Err(ApiError::new(ErrorName::Internal, "the service failed"));
    };
    let query = [("state", fields.state.unwrap_or_default()), ("token", posed.token)];
    let query = query.map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC)));
    let url = format!("{}?{}", image_address(media_type, &bytes), query.join("&"));
    Ok(HttpResponse::Ok().json(InitCaptchaAnswer { url, expires_in: posed.expires_in.num_seconds() }))
}
