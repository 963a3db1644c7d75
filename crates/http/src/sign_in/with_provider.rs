//! `POST /auth/v1/signin/with/provider`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::sign_in::{ProviderCommand, ProviderSignInRefusal, SignInWithProvider};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answers::tokens::{TokenAnswer, answer};
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

/// A provider token.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"provider_token": "…"}))]
pub(crate) struct ProviderSignInBody {
    /// From `/auth/v1/provider/token`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(required, value_type = String)]
    provider_token: Option<SecretString>,
    /// If sent, it must be the token's.
    #[serde(default, deserialize_with = "text::optional")]
    provider_id: Option<String>,
    /// Whether who is new is refused instead of signed up.
    #[serde(default)]
    force_disable_sign_up: Option<bool>,
    /// Whether name and picture are copied from the third party.
    #[serde(default)]
    sync_profile: Option<bool>,
}

/// Sign in with a third party's identity; who is new is signed up. Never finds an account by e-mail.
#[utoipa::path(post, path = "/auth/v1/signin/with/provider", tag = "signing in", request_body = ProviderSignInBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_argument`, `invalid_grant`, `failed_precondition`", body = ErrorBody),
        (status = 403, description = "`user_blocked`; `login_type_disabled`: new, and the client's users may not sign up this way", body = ErrorBody),
        (status = 404, description = "`not_found`: new, and `force_disable_sign_up`", body = ErrorBody),
    ))]
pub(crate) async fn with_provider(
    context: Context,
    body: JsonBody<ProviderSignInBody>,
    use_case: Data<SignInWithProvider>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let command = ProviderCommand {
        token: fields.provider_token.ok_or_else(|| ApiError::invalid("provider_token is required"))?,
        provider_id: fields.provider_id,
        force_disable_sign_up: fields.force_disable_sign_up.unwrap_or(false),
        sync_profile: fields.sync_profile.unwrap_or(false),
        origin: context.origin(client_id.as_deref())?,
    };
    Ok(answer(use_case.run(command).await?))
}
