//! `GET /admin/v1/events`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::admin::{ListEvents, Operator};
use auth_domain::admin::{EventFeedRequest, EventFilter, EventPage, EventPosition};
use auth_domain::events::EventKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::AdminUseCases;
use super::answers::EventAnswer;
use super::caller::MayRead;
use super::cursor;
use super::url::{QueryFields, cut, no_cursor};
use crate::error::{ApiError, ErrorBody};

/// A page of events, newest first; or events read forward.
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
    /// Where the next page begins; absent on the last one. With `after`: where to go on, which is always there.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// With `after`: whether more may follow at once. Events may then be missing from the answer although there are
    /// more.
    #[serde(skip_serializing_if = "Option::is_none")]
    has_more: Option<bool>,
}

/// List events, newest first; or read them forward, with `after`.
///
/// Events outlive the users that they are about. Other query parameters than these are refused. Reading the events of one
/// user leaves a `user_read` of that user; forward, only if there is anything else than that to read.
///
/// Whoever reads forward gets each event once, however late it is committed. They begin with an empty `after`, and go on
/// with the `next_cursor` of each answer: at once while `has_more` is true, and otherwise whenever they want to know
/// what has happened since.
#[utoipa::path(get, path = "/admin/v1/events", tag = "audit", security(("admin_key" = ["users:read"])),
    params(
        ("user" = Option<String>, Query, description = "Only events of this user's account", example = "3764823471234567890"),
        ("kind" = Option<Vec<String>>, Query, style = Form, explode,
            description = "Only events of these kinds, such as `signed_up`: several times, or separated by commas"),
        ("from" = Option<String>, Query, description = "Only events of this instant or later (RFC 3339)"),
        ("until" = Option<String>, Query, description = "Only events before this instant (RFC 3339)"),
        ("after" = Option<String>, Query,
            description = "Read forward: empty at first, then `next_cursor` of the answer before"),
        ("limit" = Option<u16>, Query, description = "1 to 500; 50 by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before; not with `after`"),
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
    let (fields, operator) = (caller.request, &caller.operator);
    let answer = match fields.given("after") {
        Some(after) => forward(&fields, after, &use_cases.list_events, operator).await?,
        None => backward(&fields, &use_cases.list_events, operator).await?,
    };
    Ok(HttpResponse::Ok().json(answer))
}

async fn backward(
    fields: &QueryFields,
    list_events: &ListEvents,
    operator: &Operator,
) -> Result<EventsAnswer, ApiError> {
    let limit = fields.limit()?;
    let before = fields.cursor(cursor::to_event)?;
    let page = EventPage { filter: filter(fields)?, before, limit: limit + 1 };
    let mut events = list_events.page(page, operator).await?;
    let next_cursor = cut(&mut events, limit).map(|last| cursor::of_event(last.at, last.id));
    Ok(EventsAnswer { events: events.into_iter().map(Into::into).collect(), next_cursor, has_more: None })
}

async fn forward(
    fields: &QueryFields,
    after: &str,
    list_events: &ListEvents,
    operator: &Operator,
) -> Result<EventsAnswer, ApiError> {
    if fields.text("cursor").is_some() {
        return Err(ApiError::invalid("cursor goes on with a list, and after reads forward: only one of them"));
    }
    let after = match after {
        "" => EventPosition::START,
        text => cursor::to_position(text).ok_or_else(|| no_cursor("after"))?,
    };
    let request = EventFeedRequest { filter: filter(fields)?, after, limit: fields.limit()? };
    let feed = list_events.after(request, operator).await?;
    Ok(EventsAnswer {
        events: feed.events.into_iter().map(Into::into).collect(),
        next_cursor: Some(cursor::of_position(feed.next)),
        has_more: Some(feed.has_more),
    })
}

fn filter(fields: &QueryFields) -> Result<EventFilter, ApiError> {
    let unknown = || ApiError::invalid("kind must be kinds of events, such as signed_up, with commas between them");
    let kinds = fields.texts("kind").map(|name| EventKind::from_name(name).ok_or_else(unknown));
    let period = fields.period("from", "until")?;
    Ok(EventFilter { user: fields.value("user")?, kinds: kinds.collect::<Result<_, _>>()?, period })
}
