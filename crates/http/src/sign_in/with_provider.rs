//! `POST /auth/v1/signin/with/provider`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::sign_in::{ProviderCommand, ProviderSignInRefusal};
use auth_domain::captcha::GatedCall;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::SignInUseCases;
use crate::answers::{TokenAnswer, token_answer};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, text};

impl From<ProviderSignInRefusal> for ApiError {
    fn from(refusal: ProviderSignInRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            ProviderSignInRefusal::ProviderToken(_) => Self::new(ErrorName::InvalidGrant, description),
            ProviderSignInRefusal::NoSuchUser => Self::new(ErrorName::NotFound, description),
            ProviderSignInRefusal::Blocked => Self::new(ErrorName::UserBlocked, description),
            ProviderSignInRefusal::SignUp(error) => (*error).into(),
        }
    }
}

/// A proof of an identity at a third party.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"provider_token": "…"}))]
pub(crate) struct ProviderSignInBody {
    /// The `provider_token` from `/auth/v1/provider/token`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(required, value_type = String)]
    provider_token: Option<SecretString>,
    /// The third party. If it is sent, it must be the token's.
    #[serde(default, deserialize_with = "text::optional")]
    provider_id: Option<String>,
    /// Whether a person who is new is refused instead of signed up.
    #[serde(default)]
    force_disable_sign_up: Option<bool>,
    /// Whether name and picture are copied from the third party.
    #[serde(default)]
    sync_profile: Option<bool>,
}

/// Sign in with a third party's identity. A person who is new is signed up. An e-mail address never links accounts.
#[utoipa::path(post, path = "/auth/v1/signin/with/provider", tag = "signing in", request_body = ProviderSignInBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_argument`, `invalid_grant`, `failed_precondition`; `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 403, description = "`user_blocked`; `login_type_disabled`: new, and the client's users may not sign up this way", body = ErrorBody),
        (status = 404, description = "`not_found`: new, and `force_disable_sign_up`", body = ErrorBody),
    ))]
pub(crate) async fn sign_in_with_provider(
    context: Context,
    body: JsonBody<ProviderSignInBody>,
    use_cases: Data<SignInUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let command = ProviderCommand {
        token: fields.provider_token.ok_or_else(|| ApiError::invalid("provider_token is required"))?,
        provider_id: fields.provider_id,
        force_disable_sign_up: fields.force_disable_sign_up.unwrap_or(false),
        sync_profile: fields.sync_profile.unwrap_or(false),
        origin: context.admit(GatedCall::SignInWithProvider, client_id.as_deref()).await?,
    };
    Ok(token_answer(use_cases.with_provider.run(command).await?))
}
