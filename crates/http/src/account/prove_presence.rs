//! `POST /auth/v1/user/sudo`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::account::{PresenceEvidence, PresentPasswordRefusal, ProvePresenceRefusal};
use auth_application::kit::NotPresent;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, SignedIn, text};

impl From<PresentPasswordRefusal> for ApiError {
    fn from(refusal: PresentPasswordRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            PresentPasswordRefusal::Wrong => Self::new(ErrorName::InvalidPassword, description),
            PresentPasswordRefusal::NotSet => Self::new(ErrorName::PasswordNotSet, description),
            PresentPasswordRefusal::TooManyTries(over) => {
                Self::over_guesses(ErrorName::InvalidStatus, &description, over)
            }
        }
    }
}

/// SDKs read what an error means from the words of its text as well: this one must not speak of what was wrong with a
/// sign-in.
impl From<NotPresent> for ApiError {
    fn from(refusal: NotPresent) -> Self {
        Self::new(ErrorName::PermissionDenied, format!("{refusal}: call /auth/v1/user/sudo first"))
    }
}

impl From<ProvePresenceRefusal> for ApiError {
    fn from(refusal: ProvePresenceRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            ProvePresenceRefusal::Password(error) => error.into(),
            ProvePresenceRefusal::VerificationToken(_) => Self::invalid(description),
            ProvePresenceRefusal::ProviderToken(_) => Self::new(ErrorName::InvalidGrant, description),
        }
    }
}

/// The password, a verification token for an address of the user's own, or a provider token for an identity that is
/// bound to the account.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"password": "Password@123"}))]
pub(crate) struct SudoBody {
    /// The password.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    /// The `verification_token` from `/auth/v1/verification/verify`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    verification_token: Option<SecretString>,
    /// The `provider_token` from `/auth/v1/provider/token`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    provider_token: Option<SecretString>,
}

/// A proof that the user is present.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"sudo_token": "…", "expires_in": 900}))]
pub(crate) struct SudoAnswer {
    /// An opaque token, spent by the first success.
    sudo_token: String,
    /// The life of the token, in seconds.
    expires_in: i64,
}

/// Prove that the user is present, before a sensitive change.
///
/// Changes that need no `sudo_token` may then be made for a while from the same device.
#[utoipa::path(post, path = "/auth/v1/user/sudo", tag = "account", request_body = SudoBody, security(("bearer" = [])),
    responses(
        (status = 200, body = SudoAnswer),
        (status = 400, description = "`invalid_password`, `password_not_set`, `invalid_argument`, `invalid_grant`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 429, description = "`invalid_status`", body = ErrorBody),
    ))]
pub(crate) async fn prove_presence(
    caller: SignedIn,
    context: Context,
    body: JsonBody<SudoBody>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let SudoBody { password, verification_token, provider_token } = body.fields;
    let evidence = match (verification_token, provider_token, password) {
        (Some(token), _, _) => PresenceEvidence::VerificationToken(token),
        (None, Some(token), _) => PresenceEvidence::ProviderToken(token),
        (None, None, Some(password)) => PresenceEvidence::Password(password),
        (None, None, None) => {
            let needed = "verification_token, provider_token or the account's secret is required";
            return Err(ApiError::invalid(needed));
        }
    };
    let receipt =
        use_cases.prove_presence.run(&caller.0, evidence, &context.origin(body.client_id.as_deref())?).await?;
    Ok(HttpResponse::Ok()
        .json(SudoAnswer { sudo_token: receipt.token.expose(), expires_in: receipt.expires_in.num_seconds() }))
}
