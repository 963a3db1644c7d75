//! `GET /auth/v1/user/provider`, `POST /auth/v1/user/provider/bind`,
//! `DELETE /auth/v1/user/provider/{provider_id}`

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use auth_application::account::BindIdentityRefusal;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, SignedIn, SudoQuery, text};

impl From<BindIdentityRefusal> for ApiError {
    fn from(refusal: BindIdentityRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            BindIdentityRefusal::ProviderToken(_) => Self::new(ErrorName::InvalidGrant, description),
            BindIdentityRefusal::SudoToken => Self::new(ErrorName::PermissionDenied, description),
            BindIdentityRefusal::NotPresent(refusal) => refusal.into(),
            BindIdentityRefusal::Conversion(refusal) => refusal.into(),
            BindIdentityRefusal::Taken | BindIdentityRefusal::OtherBound | BindIdentityRefusal::LastWayIn => {
                Self::new(ErrorName::FailedPrecondition, description)
            }
            BindIdentityRefusal::NotBound => Self::new(ErrorName::NotFound, description),
        }
    }
}

/// The third parties of an account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "total": 2,
    "data": [
        {
            "id": "github", "name": "github", "provider_user_name": "Ann", "provider_user_id": "583231",
            "picture": "https://example.com/ann.png", "provider_type": "oauth", "bind": true,
        },
        {"id": "google", "name": "google", "provider_type": "oauth", "bind": false},
    ],
}))]
pub(crate) struct UserProviders {
    /// The number of entries.
    total: usize,
    /// The third parties that are bound, and those that could be.
    data: Vec<UserProvider>,
}

/// A third party, and who the user is there.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserProvider {
    /// The third party.
    id: String,
    /// The same as `id`.
    name: String,
    /// The user's name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_user_name: Option<String>,
    /// The user's id there.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_user_id: Option<String>,
    /// The address of the user's picture there.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// Always `oauth`.
    provider_type: &'static str,
    /// Whether it is bound to the account.
    bind: bool,
}

/// The account's third parties, and those it could be bound to.
#[utoipa::path(get, path = "/auth/v1/user/provider", tag = "account", security(("bearer" = [])),
    responses((status = 200, body = UserProviders), (status = 401, description = "`unauthenticated`", body = ErrorBody)))]
pub(crate) async fn list_providers(
    caller: SignedIn,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let providers = use_cases.list_providers.of(&caller.0.account).into_iter().map(|(id, identity)| {
        let profile = identity.map(|identity| identity.profile);
        UserProvider {
            id: id.to_string(),
            name: id.to_string(),
            provider_user_name: profile.as_ref().and_then(|profile| profile.name.clone()),
            picture: profile.as_ref().and_then(|profile| profile.picture.clone()),
            bind: profile.is_some(),
            provider_user_id: profile.map(|profile| profile.subject),
            provider_type: "oauth",
        }
    });
    let data: Vec<_> = providers.collect();
    Ok(HttpResponse::Ok().json(UserProviders { total: data.len(), data }))
}

/// A proof of an identity at a third party.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"provider_token": "…"}))]
pub(crate) struct BindBody {
    /// The `provider_token` from `/auth/v1/provider/token`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(required, value_type = String)]
    provider_token: Option<SecretString>,
    /// The `sudo_token` from `/auth/v1/user/sudo`, which may also stand in the query. A session that began or passed
    /// `/user/sudo` lately on the same device needs none.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    sudo_token: Option<SecretString>,
}

/// Bind a third party's identity to the account. It does not replace another one of the same third party.
#[utoipa::path(post, path = "/auth/v1/user/provider/bind", tag = "account", request_body = BindBody,
    security(("bearer" = [])),
    params(("sudo_token" = Option<String>, Query, description = "From `/auth/v1/user/sudo`")),
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`invalid_grant`, `invalid_argument`, `failed_precondition` (another user's, another one is bound, or a rule of the operator's refuses)", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: bad sudo token, or not present; `login_type_disabled`: an anonymous user, and the client's users may not sign up this way", body = ErrorBody),
    ))]
pub(crate) async fn bind_provider(
    caller: SignedIn,
    context: Context,
    sudo: SudoQuery,
    body: JsonBody<BindBody>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    let token = fields.provider_token.ok_or_else(|| ApiError::invalid("provider_token is required"))?;
    let (sudo_token, origin) = (sudo.0.or(fields.sudo_token), context.origin(client_id.as_deref())?);
    use_cases.bind_identity.bind(&caller.0, &token, sudo_token.as_ref(), &origin).await?;
    Ok(done())
}

/// Unbind a third party's identity, unless it is the last way to sign in.
#[utoipa::path(delete, path = "/auth/v1/user/provider/{provider_id}", tag = "account", security(("bearer" = [])),
    params(
        ("provider_id" = String, Path, description = "Which third party"),
        ("sudo_token" = Option<String>, Query, description = "From `/auth/v1/user/sudo`"),
    ),
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`failed_precondition`: the last way to sign in", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: bad sudo token, or not present", body = ErrorBody),
        (status = 404, description = "`not_found`: not bound", body = ErrorBody),
    ))]
pub(crate) async fn unbind_provider(
    caller: SignedIn,
    context: Context,
    sudo: SudoQuery,
    provider: Path<String>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    use_cases.bind_identity.unbind(&caller.0, &provider, sudo.0.as_ref(), &context.origin(None)?).await?;
    Ok(done())
}
