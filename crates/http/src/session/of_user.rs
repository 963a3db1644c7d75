//! `GET /auth/v1/user/sessions`, `DELETE /auth/v1/user/sessions/{id}`,
//! `POST /auth/v1/user/signout`, `DELETE /auth/v1/user/revoke/all`,
//! `DELETE /auth/v1/user/authorized/devices/{device_id}`

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use auth_domain::origin::DeviceId;
use auth_domain::sessions::{Session, SessionId};
use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::SessionUseCases;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, SignedIn, text};

/// The user's live sessions.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "total": 1,
    "data": [{
        "id": "9f1b6c1e-6d0a-4c57-8f3e-2a7d5b90c4e1", "current": true, "client_id": "default",
        "device_id": "q0Zp7mVxT3vYk1cQb2nRrS8dFgHjKlMwEoUiAaXzPpY", "network": "192.0.2.7", "user_agent": "Mozilla/5.0 …",
        "provider_type": "phone_number", "created_at": "2026-01-01T00:00:00.000Z",
        "refreshed_at": "2026-01-01T02:00:00.000Z", "expires_at": "2026-02-01T00:00:00.000Z",
    }],
}))]
pub(crate) struct Sessions {
    /// The number of entries.
    total: usize,
    /// The sessions, newest first.
    data: Vec<SessionEntry>,
}

/// One session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionEntry {
    /// The session's id.
    id: String,
    /// Whether this request belongs to it.
    current: bool,
    /// The client that the user signed in with.
    client_id: String,
    /// The device that the user signed in on: a name that is made from its id, which is a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<String>,
    /// The network that the session began in.
    network: String,
    /// What the device called itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// How the user signed in.
    provider_type: String,
    /// When the session began (RFC 3339).
    created_at: String,
    /// When the session was last refreshed (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    refreshed_at: Option<String>,
    /// When the session ends if it is not refreshed (RFC 3339).
    expires_at: String,
}

impl SessionEntry {
    fn new(session: Session, current: SessionId) -> Self {
        let rfc3339 = |at: auth_domain::Timestamp| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        Self {
            id: session.id.to_string(),
            current: session.id == current,
            client_id: session.client.to_string(),
            device_id: session.device,
            network: session.network,
            user_agent: session.user_agent,
            provider_type: session.method.name().to_owned(),
            created_at: rfc3339(session.created_at),
            refreshed_at: session.rotated_at.map(rfc3339),
            expires_at: rfc3339(session.expires_at),
        }
    }
}

/// The user's live sessions.
#[utoipa::path(get, path = "/auth/v1/user/sessions", tag = "account", security(("bearer" = [])),
    responses((status = 200, body = Sessions), (status = 401, description = "`unauthenticated`", body = ErrorBody)))]
pub(crate) async fn list_sessions(
    caller: SignedIn,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    let sessions = use_cases.end.list(&caller.0).await?;
    let current = caller.0.claims.session;
    let data: Vec<_> = sessions.into_iter().map(|session| SessionEntry::new(session, current)).collect();
    Ok(HttpResponse::Ok().json(Sessions { total: data.len(), data }))
}

/// End one of the user's sessions.
#[utoipa::path(delete, path = "/auth/v1/user/sessions/{id}", tag = "account", security(("bearer" = [])),
    params(("id" = String, Path, description = "The session's id")),
    responses(
        (status = 200, body = Empty),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn end_session(
    caller: SignedIn,
    context: Context,
    id: Path<String>,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    let not_found = || ApiError::new(ErrorName::NotFound, "there is no such session");
    let session = SessionId::parse(&id).ok_or_else(not_found)?;
    if use_cases.end.one(&caller.0, session, &context.origin(None)?).await? { Ok(done()) } else { Err(not_found()) }
}

/// Where to go after signing out.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"redirect_uri": "https://app.example.com/signed-out"}))]
pub(crate) struct SignOutBody {
    /// An address, which is handed back.
    #[serde(default, deserialize_with = "text::optional")]
    redirect_uri: Option<String>,
}

/// Signed out.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"redirect_uri": "https://app.example.com/signed-out"}))]
pub(crate) struct SignOutAnswer {
    /// The address that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
}

/// End the session of this request.
#[utoipa::path(post, path = "/auth/v1/user/signout", tag = "account", request_body = SignOutBody,
    security(("bearer" = [])),
    responses(
        (status = 200, body = SignOutAnswer),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
    ))]
pub(crate) async fn sign_out(
    caller: SignedIn,
    context: Context,
    body: JsonBody<SignOutBody>,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    let origin = context.origin(body.client_id.as_deref())?;
    use_cases.end.one(&caller.0, caller.0.claims.session, &origin).await?;
    Ok(HttpResponse::Ok().json(SignOutAnswer { redirect_uri: body.fields.redirect_uri }))
}

/// End all of the user's sessions.
#[utoipa::path(delete, path = "/auth/v1/user/revoke/all", tag = "account", security(("bearer" = [])),
    responses((status = 200, body = Empty), (status = 401, description = "`unauthenticated`", body = ErrorBody)))]
pub(crate) async fn end_all_sessions(
    caller: SignedIn,
    context: Context,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    use_cases.end.all(&caller.0, &context.origin(None)?).await?;
    Ok(done())
}

/// End the user's sessions on one device.
#[utoipa::path(delete, path = "/auth/v1/user/authorized/devices/{device_id}", tag = "account",
    security(("bearer" = [])),
    params(("device_id" = String, Path, description = "The device's id, or its `device_id` in the list of sessions")),
    responses((status = 200, body = Empty), (status = 401, description = "`unauthenticated`", body = ErrorBody)))]
pub(crate) async fn end_sessions_on_device(
    caller: SignedIn,
    context: Context,
    device: Path<String>,
    use_cases: Data<SessionUseCases>,
) -> Result<HttpResponse, ApiError> {
    // What no device can be called has no sessions.
    if DeviceId::parse(&device).is_ok() {
        use_cases.end.on_device(&caller.0, &device, &context.origin(None)?).await?;
    }
    Ok(done())
}
