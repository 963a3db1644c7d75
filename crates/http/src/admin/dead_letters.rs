//! `/admin/v1/dead-letters`, `/admin/v1/subscriptions/{subscription}/dead-letters/…`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::events::NoSuchDeadLetter;
use auth_domain::outbox::{DeadLetter, DeadLetterPage, SubscriberId};
use serde::Serialize;
use utoipa::ToSchema;

use super::AdminUseCases;
use super::answers::rfc3339;
use super::caller::{MayHandleEvents, MayRead};
use super::cursor;
use super::url::{DeadLetterPath, QueryFields, SubscriptionPath, cut};
use crate::error::{ApiError, ErrorBody, ErrorName};

impl From<NoSuchDeadLetter> for ApiError {
    fn from(refusal: NoSuchDeadLetter) -> Self {
        Self::new(ErrorName::NotFound, refusal.to_string())
    }
}

/// An event that was given up for a subscription.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "subscription": "crm", "id": "0b5f8c1e-5c1d-4f0e-9a53-1d1f6a4f7c2b", "type": "user.created",
    "recorded_as": "signed_up", "user_id": "3764823471234567890", "actor": "user", "method": "email",
    "client_id": "shop", "at": "2026-01-01T00:00:00.000Z", "attempts": 10, "problem": "the receiver answered 500",
    "given_up_at": "2026-01-04T05:00:00.000Z",
}))]
pub(crate) struct DeadLetterAnswer {
    /// The subscription for which it was given up.
    subscription: String,
    /// The event's id, as in `webhook-id`.
    id: String,
    /// What happened, such as `user.created`.
    r#type: &'static str,
    /// The kind by which `GET /admin/v1/events` lists it, such as `signed_up`.
    recorded_as: String,
    /// The user to whose account it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// The session that began or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// Who did it: `user`, or `operator:` and the name of the admin key.
    actor: String,
    /// The way in which it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// The client that it was done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// When it happened (RFC 3339).
    at: String,
    /// How often it was tried.
    attempts: u16,
    /// Why the last attempt failed.
    problem: String,
    /// When it was given up (RFC 3339).
    given_up_at: String,
}

impl From<DeadLetter> for DeadLetterAnswer {
    fn from(letter: DeadLetter) -> Self {
        let DeadLetter { subscriber, event, failures, problem, died_at } = letter;
        Self {
            subscription: subscriber.to_string(),
            id: event.id.to_string(),
            r#type: event.kind.name(),
            recorded_as: event.recorded_as,
            user_id: event.user.map(|user| user.to_string()),
            session_id: event.session.map(|session| session.to_string()),
            actor: event.actor,
            method: event.method,
            client_id: event.client.map(|client| client.to_string()),
            at: rfc3339(event.at),
            attempts: failures,
            problem,
            given_up_at: rfc3339(died_at),
        }
    }
}

/// A page of dead letters, those given up last first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "dead_letters": [{
        "subscription": "crm", "id": "0b5f8c1e-5c1d-4f0e-9a53-1d1f6a4f7c2b", "type": "user.created",
        "recorded_as": "signed_up", "user_id": "3764823471234567890", "actor": "user",
        "at": "2026-01-01T00:00:00.000Z", "attempts": 10, "problem": "the receiver answered 500",
        "given_up_at": "2026-01-04T05:00:00.000Z",
    }],
    "next_cursor": "AAZHh-sXKAALX4weXB1PDppTHR9qT3wrY3Jt",
}))]
pub(crate) struct DeadLettersAnswer {
    /// The dead letters.
    dead_letters: Vec<DeadLetterAnswer>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// List events that were given up, those given up last first. Other query parameters than these are refused.
#[utoipa::path(get, path = "/admin/v1/dead-letters", tag = "events", security(("admin_key" = ["users:read"])),
    params(
        ("subscription" = Option<String>, Query, description = "Only those of this subscription", example = "crm"),
        ("limit" = Option<u16>, Query, description = "1 to 500; 50 by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, body = DeadLettersAnswer),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
    ))]
pub(crate) async fn list_dead_letters(
    caller: MayRead<QueryFields>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let fields = caller.request;
    let limit = fields.limit()?;
    let subscriber = fields.text("subscription").map(SubscriberId::parse).transpose();
    let subscriber = subscriber.map_err(|error| ApiError::invalid(format!("subscription cannot be read: {error}")))?;
    let before = fields.cursor(cursor::to_letter)?;
    let page = DeadLetterPage { subscriber, event: None, before, limit: limit + 1 };
    let mut letters = use_cases.dead_letters.page(page, &caller.operator).await?;
    let next_cursor = cut(&mut letters, limit).map(cursor::of_letter);
    let dead_letters = letters.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(DeadLettersAnswer { dead_letters, next_cursor }))
}

/// Read one event that was given up.
#[utoipa::path(get, path = "/admin/v1/subscriptions/{subscription}/dead-letters/{event}", tag = "events",
    security(("admin_key" = ["users:read"])),
    params(
        ("subscription" = String, Path, description = "The subscription's id", example = "crm"),
        ("event" = String, Path, description = "The event's id", example = "0b5f8c1e-5c1d-4f0e-9a53-1d1f6a4f7c2b"),
    ),
    responses(
        (status = 200, body = DeadLetterAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn read_dead_letter(
    caller: MayRead<DeadLetterPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let DeadLetterPath(subscription, event) = caller.request;
    let letter = use_cases.dead_letters.find(&subscription, event, &caller.operator).await?;
    Ok(HttpResponse::Ok().json(DeadLetterAnswer::from(letter)))
}

/// How many events are sent again.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "sent": 1 }))]
pub(crate) struct SentAgainAnswer {
    /// The number of events that were given up and wait again.
    sent: u64,
}

/// Send an event that was given up again.
///
/// It waits again in its old place, and is no dead letter any more. There is no body.
#[utoipa::path(post, path = "/admin/v1/subscriptions/{subscription}/dead-letters/{event}/send-again", tag = "events",
    security(("admin_key" = ["events:write"])),
    params(
        ("subscription" = String, Path, description = "The subscription's id", example = "crm"),
        ("event" = String, Path, description = "The event's id", example = "0b5f8c1e-5c1d-4f0e-9a53-1d1f6a4f7c2b"),
    ),
    responses(
        (status = 200, body = SentAgainAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `events:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn send_dead_letter_again(
    caller: MayHandleEvents<DeadLetterPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let DeadLetterPath(subscription, event) = caller.request;
    let sent = use_cases.dead_letters.send_again(&subscription, Some(vec![event]), &caller.operator).await?;
    if sent == 0 {
        return Err(NoSuchDeadLetter.into());
    }
    tracing::info!(%subscription, event.id = %event, operator = caller.operator.name(), "event.sent_again");
    Ok(HttpResponse::Ok().json(SentAgainAnswer { sent }))
}

/// Send all events again that were given up for a subscription. There is no body.
#[utoipa::path(post, path = "/admin/v1/subscriptions/{subscription}/dead-letters/send-again", tag = "events",
    security(("admin_key" = ["events:write"])),
    params(("subscription" = String, Path, description = "The subscription's id", example = "crm")),
    responses(
        (status = 200, body = SentAgainAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `events:write`", body = ErrorBody),
        (status = 404, description = "`not_found`: it is no name of a subscription", body = ErrorBody),
    ))]
pub(crate) async fn send_dead_letters_again(
    caller: MayHandleEvents<SubscriptionPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let SubscriptionPath(subscription) = caller.request;
    let sent = use_cases.dead_letters.send_again(&subscription, None, &caller.operator).await?;
    tracing::info!(%subscription, sent, operator = caller.operator.name(), "events.sent_again");
    Ok(HttpResponse::Ok().json(SentAgainAnswer { sent }))
}
