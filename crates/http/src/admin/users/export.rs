//! `GET /admin/v1/users/{id}/export`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::admin::ExportedUser;
use auth_domain::known_devices::KnownDevice;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::admin::AdminUseCases;
use crate::admin::answers::{EventAnswer, SessionAnswer, UserAnswer, rfc3339};
use crate::admin::caller::MayRead;
use crate::admin::cursor;
use crate::admin::url::UserPath;
use crate::error::{ApiError, ErrorBody};

/// What an export leaves out.
const LEFT_OUT: [&str; 4] = [
    "the password's hash",
    "codes that were sent to the user's addresses, which are removed a day after they expire",
    "proofs (verification, provider and sudo tokens), likewise",
    "messages and notices to backends that are still waiting to be delivered",
];

/// What is kept about one user, and what of it is not exported.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "user": {
        "id": "3764823471234567890", "status": "ACTIVE", "username": "ann", "email": "ann@example.com",
        "identifiers": [{"kind": "email", "value": "ann@example.com"}, {"kind": "username", "value": "ann"}],
        "identities": [], "has_password": true, "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z", "password_updated_at": "2026-01-01T00:00:00.000Z",
        "last_sign_in_at": "2026-01-01T00:00:00.000Z",
    },
    "sessions": [{
        "id": "9f1b6c1e-6d0a-4c57-8f3e-2a7d5b90c4e1", "client_id": "default",
        "device_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "network": "192.0.2.7", "user_agent": "Mozilla/5.0 …",
        "scope": "user", "method": "username", "created_at": "2026-01-01T00:00:00.000Z",
        "refreshed_at": "2026-01-01T02:00:00.000Z", "expires_at": "2026-02-01T00:00:00.000Z",
    }],
    "past_sessions": [{
        "id": "5b7d0a3c-91c4-4f3e-b6f0-8a2f4c1d7e90", "client_id": "default", "network": "192.0.2.7",
        "user_agent": "Mozilla/5.0 …", "scope": "user", "method": "email", "created_at": "2025-12-31T00:00:00.000Z",
        "expires_at": "2026-01-31T00:00:00.000Z", "ended_at": "2025-12-31T08:00:00.000Z",
    }],
    "known_devices": [{"mark": "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "last_seen": "2025-10-01T00:00:00.000Z"}],
    "left_out": ["the password's hash"],
    "events": [{
        "id": "0b5f8c1e-5c1d-4f0e-9a53-1d1f6a4f7c2b", "at": "2026-01-01T03:00:00.000Z", "kind": "user_exported",
        "user_id": "3764823471234567890", "actor": "operator:support", "network": "192.0.2.7",
    }],
}))]
pub(crate) struct ExportAnswer {
    /// The account with its login names and identities.
    user: UserAnswer,
    /// The live sessions, newest first.
    sessions: Vec<SessionAnswer>,
    /// The sessions that ended or expired and are still kept, newest first. With the live ones they are at most 10 000.
    past_sessions: Vec<SessionAnswer>,
    /// Devices of sessions that are gone, newest first, at most 10 000. Limits keep a share for them.
    known_devices: Vec<KnownDeviceAnswer>,
    /// What is kept besides and not exported, in English: what is secret, and what is removed within days.
    #[schema(value_type = Vec<String>)]
    left_out: [&'static str; 4],
    /// What happened, newest first, this export included; at most 10 000.
    events: Vec<EventAnswer>,
    /// The cursor for `GET /admin/v1/events?user=…&cursor=…`, when there are older events than these.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_events_cursor: Option<String>,
}

impl From<ExportedUser> for ExportAnswer {
    fn from(exported: ExportedUser) -> Self {
        let oldest = exported.events.last().filter(|_| exported.has_more_events);
        Self {
            next_events_cursor: oldest.map(|event| cursor::of_event(event.at, event.id)),
            user: exported.account.into(),
            sessions: exported.sessions.into_iter().map(Into::into).collect(),
            past_sessions: exported.past_sessions.into_iter().map(Into::into).collect(),
            known_devices: exported.known_devices.into_iter().map(Into::into).collect(),
            left_out: LEFT_OUT,
            events: exported.events.into_iter().map(Into::into).collect(),
        }
    }
}

/// A device on which the user signed in within 180 days.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownDeviceAnswer {
    /// A keyed hash of the device's id.
    mark: String,
    /// When the last of the sessions that are gone began there (RFC 3339).
    last_seen: String,
}

impl From<KnownDevice> for KnownDeviceAnswer {
    fn from(device: KnownDevice) -> Self {
        Self { mark: URL_SAFE_NO_PAD.encode(device.mark.as_bytes()), last_seen: rfc3339(device.last_seen) }
    }
}

/// Export what is kept about one user; `left_out` says what is not in it. The export itself is recorded.
#[utoipa::path(get, path = "/admin/v1/users/{id}/export", tag = "users", security(("admin_key" = ["users:read"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    responses(
        (status = 200, body = ExportAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn export_user(
    caller: MayRead<UserPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let UserPath(user) = caller.request;
    let exported = use_cases.export_user.run(user, &caller.operator).await?;
    Ok(HttpResponse::Ok().json(ExportAnswer::from(exported)))
}
