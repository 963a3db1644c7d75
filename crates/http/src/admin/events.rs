//! `GET /admin/v1/events`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_domain::admin::EventPage;
use serde::Serialize;
use utoipa::ToSchema;

use super::AdminUseCases;
use super::answers::EventAnswer;
use super::caller::MayRead;
use super::cursor;
use super::url::{QueryFields, cut};
use crate::error::{ApiError, ErrorBody};

/// A page of events, newest first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "events": [{
        "id": "0b5f8c1e-5c1d-4f0e-9a53-1d1f6a4f7c2b", "at": "2026-01-01T00:00:00.000Z", "kind": "user_blocked",
        "user_id": "3764823471234567890", "actor": "operator:support", "network": "192.0.2.7",
    }],
    "next_cursor": "AAZHSEYgQAALX4weXB1PDppTHR9qT3wr",
}))]
pub(crate) struct EventsAnswer {
    /// The events.
    events: Vec<EventAnswer>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// List events, newest first. Events outlive the users that they are about.
#[utoipa::path(get, path = "/admin/v1/events", tag = "audit", security(("admin_key" = ["users:read"])),
    params(
        ("user" = Option<String>, Query, description = "Only events of this user's account", example = "3764823471234567890"),
        ("limit" = Option<u16>, Query, description = "1 to 500; 50 by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, body = EventsAnswer),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
    ))]
pub(crate) async fn list_events(
    caller: MayRead<QueryFields>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let fields = caller.request;
    let limit = fields.limit()?;
    let page = EventPage { user: fields.value("user")?, before: fields.cursor(cursor::to_event)?, limit: limit + 1 };
    let mut events = use_cases.list_events.page(page).await?;
    let next_cursor = cut(&mut events, limit).map(|last| cursor::of_event(last.at, last.id));
    Ok(HttpResponse::Ok().json(EventsAnswer { events: events.into_iter().map(Into::into).collect(), next_cursor }))
}
