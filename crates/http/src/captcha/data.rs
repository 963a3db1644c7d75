//! `POST /auth/v1/captcha/data`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::captcha::PosePuzzleRefusal;
use auth_domain::captcha::{Puzzle, PuzzleKind, Work};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::CaptchaUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, text};

impl From<PosePuzzleRefusal> for ApiError {
    fn from(refusal: PosePuzzleRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            PosePuzzleRefusal::KindOff => Self::new(ErrorName::Unimplemented, description),
            PosePuzzleRefusal::TooOften { retry_after } => {
                Self::too_often(ErrorName::ResourceExhausted, &description, retry_after)
            }
        }
    }
}

/// Which puzzle is wanted. SDKs also send `state` and `redirect_uri`, which are ignored.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({}))]
pub(crate) struct CaptchaDataBody {
    /// `image` (default), or `pow` for a proof of work.
    #[serde(default, rename = "type", deserialize_with = "text::optional")]
    kind: Option<String>,
}

/// A puzzle.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"data": "data:image/png;base64,iVBORw0KGgo…", "type": "image", "token": "…", "expires_in": 300}))]
pub(crate) struct CaptchaDataAnswer {
    /// An image as a `data:` address, or a challenge of ALTCHA's.
    data: PuzzleData,
    /// `image` or `pow`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// To be sent with the answer.
    token: String,
    /// How long the puzzle may be solved, in seconds.
    expires_in: i64,
}

/// What is to be read or computed.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum PuzzleData {
    /// An image as a `data:` address (RFC 2397).
    Image(String),
    /// A challenge as ALTCHA's libraries and widgets take it.
    Work(AltchaChallenge),
}

/// A challenge of ALTCHA's: the number from 0 to `maxnumber` is to be found whose SHA-256 after the salt is `challenge`.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"algorithm": "SHA-256", "challenge": "…", "maxnumber": 250000, "salt": "…?expires=1790000000&", "signature": "…"}))]
pub(crate) struct AltchaChallenge {
    /// Always `SHA-256`.
    algorithm: &'static str,
    /// The hash to be reached, in hexadecimal digits.
    challenge: String,
    /// The largest number to try.
    maxnumber: u32,
    /// What stands before the number.
    salt: String,
    /// By which the service knows its challenges.
    signature: String,
}

/// The one algorithm of our challenges.
pub(super) const ALGORITHM: &str = "SHA-256";

/// Ask for a puzzle of the bot gate. Its answer goes to `/auth/v1/captcha/data/verify`.
#[utoipa::path(post, path = "/auth/v1/captcha/data", tag = "captcha", request_body = CaptchaDataBody,
    responses(
        (status = 200, body = CaptchaDataAnswer),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
        (status = 501, description = "`unimplemented`: puzzles of this type are switched off", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    ))]
pub(crate) async fn get_captcha(
    context: Context,
    body: JsonBody<CaptchaDataBody>,
    use_cases: Data<CaptchaUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let (name, kind) = match fields.kind.as_deref() {
        None | Some("image") => ("image", PuzzleKind::Image),
        Some("pow") => ("pow", PuzzleKind::Work),
        Some(_) => return Err(ApiError::invalid("type must be image or pow")),
    };
    let posed = use_cases.pose.run(kind, &context.origin(client_id.as_deref())?).await?;
    Ok(HttpResponse::Ok().json(CaptchaDataAnswer {
        data: data(posed.puzzle),
        kind: name,
        token: posed.token,
        expires_in: posed.expires_in.num_seconds(),
    }))
}

fn data(puzzle: Puzzle) -> PuzzleData {
    match puzzle {
        Puzzle::Image { media_type, bytes } => PuzzleData::Image(image_address(media_type, &bytes)),
        Puzzle::Work(Work { salt, challenge, max_number, signature }) => PuzzleData::Work(AltchaChallenge {
            algorithm: ALGORITHM,
            challenge,
            maxnumber: max_number,
            salt,
            signature,
        }),
    }
}

/// The image as an address that shows it (RFC 2397).
pub(super) fn image_address(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
}
