//! `POST /auth/v1/provider/token`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::provider::{ExchangeCommand, ExchangeProviderRefusal};
use auth_domain::captcha::GatedCall;
use auth_domain::external_identities::ExternalProfile;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::ProviderUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, text};

impl From<ExchangeProviderRefusal> for ApiError {
    fn from(refusal: ExchangeProviderRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            ExchangeProviderRefusal::UnknownProvider => Self::new(ErrorName::NotFound, description),
            ExchangeProviderRefusal::RedirectUri
            | ExchangeProviderRefusal::NotOneGrant
            | ExchangeProviderRefusal::NoDevice => Self::invalid(description),
            ExchangeProviderRefusal::Unsupported => Self::new(ErrorName::Unimplemented, description),
            ExchangeProviderRefusal::NoFlow | ExchangeProviderRefusal::Refused(_) => {
                Self::new(ErrorName::FailedPrecondition, description)
            }
            ExchangeProviderRefusal::Faulty(cause) => Self::new(ErrorName::ProviderError, description).caused_by(cause),
            ExchangeProviderRefusal::TooOften(over) => {
                Self::over_budget(ErrorName::ResourceExhausted, &description, over)
            }
        }
    }
}

/// What the client brought back from the third party.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"provider_id": "github", "provider_code": "…"}))]
pub(crate) struct ProviderTokenBody {
    /// The third party.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(required, value_type = String)]
    provider_id: Option<String>,
    /// The third party's code. Exactly one of `provider_code`, `provider_id_token` and `provider_access_token` is
    /// required.
    #[serde(default, deserialize_with = "text::optional")]
    provider_code: Option<String>,
    /// An ID token that the client obtained by itself.
    #[serde(default, deserialize_with = "text::optional")]
    provider_id_token: Option<String>,
    /// The nonce with which the client asked for this ID token, if it used one. The token has it as it is, or its SHA-256.
    #[serde(default, deserialize_with = "text::optional")]
    nonce: Option<String>,
    /// The third party's access token.
    #[serde(default, deserialize_with = "text::optional")]
    provider_access_token: Option<String>,
    /// The `redirect_uri` that was sent to `/auth/v1/provider/uri`.
    #[serde(default, deserialize_with = "text::optional")]
    provider_redirect_uri: Option<String>,
}

/// A proof of an identity at a third party.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "provider_token": "…", "expires_in": 3600,
    "provider_profile": {
        "provider_id": "github", "provider": "github", "sub": "583231", "name": "Ann",
        "picture": "https://example.com/ann.png", "email": "user@example.com",
    },
}))]
pub(crate) struct ProviderTokenAnswer {
    /// An opaque token, spent by the first success.
    provider_token: String,
    /// The life of the token, in seconds.
    expires_in: i64,
    /// What the third party says about the person.
    provider_profile: ProviderProfile,
}

/// What the third party says of the person.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderProfile {
    /// The third party.
    provider_id: String,
    /// The same as `provider_id`.
    provider: String,
    /// The third party's id of the person.
    sub: String,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// The e-mail address that the third party reports. It never links accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The phone number that the third party reports. It never links accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
}

impl From<ExternalProfile> for ProviderProfile {
    fn from(profile: ExternalProfile) -> Self {
        Self {
            provider_id: profile.provider.to_string(),
            provider: profile.provider.to_string(),
            sub: profile.subject,
            name: profile.name,
            picture: profile.picture,
            email: profile.email,
            phone_number: profile.phone_number,
        }
    }
}

/// Trade the third party's code or ID token for a provider token.
#[utoipa::path(post, path = "/auth/v1/provider/token", tag = "signing up", request_body = ProviderTokenBody,
    params(("x-device-id" = Option<String>, Header, description = "Required with a `provider_code`: the device for which `/auth/v1/provider/uri` gave the address")),
    responses(
        (status = 200, body = ProviderTokenAnswer),
        (status = 400, description = "`invalid_argument`, `failed_precondition` (refused, or no flow has begun), `provider_error` (the third party failed); `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such provider", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
        (status = 501, description = "`unimplemented`: this sort of grant is not taken", body = ErrorBody),
    ))]
pub(crate) async fn exchange_provider_code(
    context: Context,
    body: JsonBody<ProviderTokenBody>,
    use_cases: Data<ProviderUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let receipt = use_cases
        .exchange
        .run(ExchangeCommand {
            provider_id: fields.provider_id.ok_or_else(|| ApiError::invalid("provider_id is required"))?,
            code: fields.provider_code.map(Into::into),
            id_token: fields.provider_id_token.map(Into::into),
            nonce: fields.nonce.map(Into::into),
            access_token: fields.provider_access_token.map(Into::into),
            redirect_uri: fields.provider_redirect_uri,
            origin: context.admit(GatedCall::ExchangeProviderCode, client_id.as_deref()).await?,
        })
        .await?;
    Ok(HttpResponse::Ok().json(ProviderTokenAnswer {
        provider_token: receipt.token.expose(),
        expires_in: receipt.expires_in.num_seconds(),
        provider_profile: receipt.profile.into(),
    }))
}
