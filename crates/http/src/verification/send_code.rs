//! `POST /auth/v1/verification`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::kit::Halted as _;
use auth_application::verification::{SendCodeCommand, SendCodeRefusal, Target};
use auth_domain::captcha::GatedCall;
use auth_domain::messages::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::VerificationUseCases;
use crate::HttpOptions;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Addresses, Context, JsonBody, OtherFields, text};
use crate::rate_limit;

impl From<SendCodeRefusal> for ApiError {
    fn from(refusal: SendCodeRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            SendCodeRefusal::Identifier(_) | SendCodeRefusal::NotOwn => Self::invalid(description),
            SendCodeRefusal::ChannelOff => Self::new(ErrorName::Unimplemented, description),
            SendCodeRefusal::CountryOff => Self::invalid(description),
            SendCodeRefusal::NoSuchUser => Self::new(ErrorName::NotFound, description),
            SendCodeRefusal::Registered => Self::new(ErrorName::FailedPrecondition, description),
            SendCodeRefusal::Gate(refusal) => refusal.into(),
            SendCodeRefusal::TooOften { limit, retry_after, reached } => {
                let error = Self::too_often(ErrorName::ResourceExhausted, limit, retry_after);
                if let Some(reached) = reached { error.at_limit(reached) } else { error }
            }
        }
    }
}

/// Where to send a code, and to whom.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"phone_number": "+86 13000000000", "target": "ANY"}))]
pub(crate) struct SendCodeBody {
    /// A phone number such as `+86 13000000000`. Exactly one of `phone_number` and `email` is required.
    #[serde(default, deserialize_with = "text::optional")]
    phone_number: Option<String>,
    /// An e-mail address. Exactly one of `phone_number` and `email` is required.
    #[serde(default, deserialize_with = "text::optional")]
    email: Option<String>,
    /// Whose address it may be: `ANY` (default), `USER`, `NOT_USER` or `CUR_USER`.
    #[serde(default, deserialize_with = "text::optional")]
    target: Option<String>,
    /// The language of the message. By default it is that of `Accept-Language`.
    #[serde(default, deserialize_with = "text::shown")]
    locale: Option<String>,
    /// Addresses of kinds that the program registered. Other fields are ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    others: OtherFields,
}

/// A code is on its way.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"verification_id": "0b5f…", "expires_in": 600, "is_user": false}))]
pub(crate) struct SendCodeAnswer {
    /// The id to send with the code.
    verification_id: String,
    /// How long the code still lives, in seconds.
    expires_in: i64,
    /// Whether the address belongs to a user. It is always false where the operator hides that.
    is_user: bool,
}

/// Send a code to a phone number or an e-mail address. Asking again sends the same code.
#[utoipa::path(post, path = "/auth/v1/verification", tag = "signing up", request_body = SendCodeBody,
    responses(
        (status = 200, body = SendCodeAnswer),
        (status = 400, description = "`invalid_argument`, `failed_precondition` (`NOT_USER`, but there is one); `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 401, description = "`unauthenticated` (`CUR_USER` without a token)", body = ErrorBody),
        (status = 404, description = "`not_found` (`USER`, but there is none)", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
        (status = 501, description = "`unimplemented`: nothing is sent to addresses of this kind", body = ErrorBody),
    ))]
pub(crate) async fn send_code(
    context: Context,
    options: Data<HttpOptions>,
    body: JsonBody<SendCodeBody>,
    use_cases: Data<VerificationUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let (kind, address) =
        Addresses::new(vec![("phone_number", fields.phone_number), ("email", fields.email)], fields.others)
            .one(&options.schemes)?;
    let is_own = fields.target.as_deref() == Some("CUR_USER");
    let caller = match context.token_user() {
        None if !is_own => None,
        _ => match use_cases.authenticate.run(context.bearer.as_deref()).await.decided()? {
            Ok(caller) => Some(caller),
            Err(refusal) if is_own => return Err(refusal.into()),
            // Its session has ended. Anybody may ask, with whatever token.
            Err(_) => None,
        },
    };
    let present = caller.as_ref().map(|caller| caller.account.id);
    let target = match (fields.target.as_deref(), caller) {
        (None | Some("ANY"), _) => Target::Any,
        (Some("USER"), _) => Target::User,
        (Some("NOT_USER"), _) => Target::NotUser,
        (Some("CUR_USER"), Some(caller)) => Target::CurrentUser(Box::new(caller.account)),
        (Some(_), _) => return Err(ApiError::invalid("target must be ANY, USER, NOT_USER or CUR_USER")),
    };
    let sent = use_cases
        .send_code
        .run(SendCodeCommand {
            kind,
            address,
            target,
            holder: context.token_user(),
            present,
            language: fields.locale.as_deref().and_then(Language::choose).or(context.language),
            origin: context.admit(GatedCall::SendCode, client_id.as_deref()).await?,
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    if let Some(left) = sent.left {
        rate_limit::add_left(&mut answer, left);
    }
    Ok(answer.json(SendCodeAnswer {
        verification_id: sent.verification.to_string(),
        expires_in: sent.expires_in.num_seconds(),
        is_user: sent.is_user,
    }))
}
