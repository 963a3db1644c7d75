//! `POST /auth/v1/captcha/data/verify`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::captcha::{SolvePuzzleCommand, SolvePuzzleRefusal};
use auth_domain::captcha::PuzzleAnswer;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::data::ALGORITHM;
use super::use_cases::CaptchaUseCases;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Context, JsonBody, text};

/// Not `captcha_invalid`: to that SDKs answer with another puzzle, on top of the one that is being solved.
impl From<SolvePuzzleRefusal> for ApiError {
    fn from(refusal: SolvePuzzleRefusal) -> Self {
        match refusal {
            SolvePuzzleRefusal::Unknown | SolvePuzzleRefusal::Wrong | SolvePuzzleRefusal::Exhausted => {
                Self::invalid(refusal.to_string())
            }
        }
    }
}

/// An answer to a puzzle.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"token": "…", "key": "A4CE"}))]
pub(crate) struct VerifyCaptchaBody {
    /// The `token` from `/auth/v1/captcha/data`.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    token: Option<String>,
    /// The characters of the image, in either case; or ALTCHA's payload, as its widget gives it: the base64 of a JSON
    /// object with `algorithm`, `challenge`, `number`, `salt` and `signature`.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    key: Option<String>,
}

/// A pass for one call.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"captcha_token": "…", "expires_in": 10}))]
pub(crate) struct CaptchaTokenAnswer {
    /// To be shown beside one call, as `x-captcha-token` or as `captcha_token` in the query.
    captcha_token: String,
    /// 10 always. SDKs keep a token until 10 seconds before its end, and this one is good for one call only. It can be
    /// shown for 120 seconds.
    expires_in: i64,
}

/// Trade the answer to a puzzle for a pass. A puzzle allows three answers.
#[utoipa::path(post, path = "/auth/v1/captcha/data/verify", tag = "captcha", request_body = VerifyCaptchaBody,
    responses(
        (status = 200, body = CaptchaTokenAnswer),
        (status = 400, description = "`invalid_argument`: the answer is wrong, or the puzzle unknown or expired", body = ErrorBody),
    ))]
pub(crate) async fn verify_captcha(
    context: Context,
    body: JsonBody<VerifyCaptchaBody>,
    use_cases: Data<CaptchaUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let required = |field: Option<String>, name| field.ok_or_else(|| ApiError::invalid(format!("{name} is required")));
    let earned = use_cases
        .solve
        .run(SolvePuzzleCommand {
            token: required(fields.token, "token")?,
            answer: read_answer(required(fields.key, "key")?),
            origin: context.origin(client_id.as_deref())?,
        })
        .await?;
    Ok(HttpResponse::Ok()
        .json(CaptchaTokenAnswer { captcha_token: earned.token, expires_in: earned.expires_in.num_seconds() }))
}

/// ALTCHA's payload. Its libraries add `took`, the milliseconds that it cost.
#[derive(Deserialize)]
struct AltchaPayload {
    algorithm: String,
    challenge: String,
    number: u64,
    salt: String,
    signature: String,
}

/// Padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What is no payload was read in an image.
fn read_answer(key: String) -> PuzzleAnswer {
    let payload = BASE64.decode(key.trim()).ok().and_then(|json| serde_json::from_slice::<AltchaPayload>(&json).ok());
    match payload.filter(|payload| payload.algorithm == ALGORITHM) {
        Some(AltchaPayload { challenge, number, salt, signature, .. }) => {
            PuzzleAnswer::Work { salt, challenge, signature, number }
        }
        None => PuzzleAnswer::Text(key),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn payloads_are_told_from_characters() {
        let payload = |algorithm: &str| {
            let payload = json!({
                "algorithm": algorithm, "challenge": "c", "number": 7, "salt": "s", "signature": "g", "took": 12,
            });
            BASE64.encode(payload.to_string())
        };
        let (challenge, salt, signature) = ("c".to_owned(), "s".to_owned(), "g".to_owned());
        let work = PuzzleAnswer::Work { salt, challenge, signature, number: 7 };
        assert_eq!(read_answer(payload("SHA-256")), work);
        assert_eq!(read_answer(payload("SHA-256").trim_end_matches('=').to_owned()), work);
        for text in ["A4CE".to_owned(), payload("SHA-1"), "e30=".to_owned(), "é".to_owned()] {
            assert_eq!(read_answer(text.clone()), PuzzleAnswer::Text(text));
        }
    }
}
