//! `GET /admin/v1/subscriptions`, `POST /admin/v1/subscriptions/{subscription}/resume`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::events::{NoSuchSubscription, Subscription};
use serde::Serialize;
use utoipa::ToSchema;

use super::AdminUseCases;
use super::answers::rfc3339;
use super::caller::{MayHandleEvents, MayRead};
use super::url::SubscriptionPath;
use crate::error::{ApiError, ErrorBody, ErrorName};

impl From<NoSuchSubscription> for ApiError {
    fn from(refusal: NoSuchSubscription) -> Self {
        Self::new(ErrorName::NotFound, refusal.to_string())
    }
}

/// Who is told of events, and how far each of them is behind.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "subscriptions": [
        {
            "id": "crm", "state": "active", "events": ["user.created", "user.deleted"], "waiting": 2,
            "oldest_at": "2026-01-01T00:00:00.000Z", "dead_letters": 1,
        },
        {
            "id": "siem", "state": "ended", "events": ["security.sign_in_failed"], "waiting": 0, "dead_letters": 0,
            "ended_at": "2026-01-01T00:00:00.000Z",
        },
    ],
}))]
pub(crate) struct SubscriptionsAnswer {
    /// The subscriptions, by id.
    subscriptions: Vec<SubscriptionAnswer>,
}

/// A subscription to events.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubscriptionAnswer {
    /// The id: of a webhook, its name in the settings.
    id: String,
    /// `active`; `ended`, when the subscriber asked not to be told any more; or `removed`, when the settings do not have
    /// it any more and something is left for it.
    state: &'static str,
    /// The events that it is told of; absent when it is `removed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<&'static str>>,
    /// The number of events that wait.
    waiting: u64,
    /// When the oldest of them happened (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_at: Option<String>,
    /// The number of events that were given up.
    dead_letters: u64,
    /// When the subscriber asked not to be told any more (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

impl From<Subscription> for SubscriptionAnswer {
    fn from(subscription: Subscription) -> Self {
        let Subscription { kinds, backlog } = subscription;
        let state = match (&kinds, backlog.ended_at) {
            (None, _) => "removed",
            (Some(_), Some(_)) => "ended",
            (Some(_), None) => "active",
        };
        Self {
            id: backlog.subscriber.to_string(),
            state,
            events: kinds.map(|kinds| kinds.iter().map(|kind| kind.name()).collect()),
            waiting: backlog.waiting,
            oldest_at: backlog.oldest_at.map(rfc3339),
            dead_letters: backlog.dead,
            ended_at: backlog.ended_at.map(rfc3339),
        }
    }
}

/// List subscriptions to events, with their backlogs.
#[utoipa::path(get, path = "/admin/v1/subscriptions", tag = "events", security(("admin_key" = ["users:read"])),
    responses(
        (status = 200, body = SubscriptionsAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
    ))]
pub(crate) async fn list_subscriptions(
    caller: MayRead<()>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let read = use_cases.subscriptions.read(&caller.operator).await?;
    let subscriptions = read.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(SubscriptionsAnswer { subscriptions }))
}

/// Whether a subscription was resumed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "resumed": true }))]
pub(crate) struct ResumedAnswer {
    /// Whether it had ended; false where it was active already.
    resumed: bool,
}

/// Resume a subscription that ended because the subscriber answered 410.
///
/// It is told what happens from now on, not what happened meanwhile. There is no body.
#[utoipa::path(post, path = "/admin/v1/subscriptions/{subscription}/resume", tag = "events",
    security(("admin_key" = ["events:write"])),
    params(("subscription" = String, Path, description = "The subscription's id", example = "crm")),
    responses(
        (status = 200, body = ResumedAnswer),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `events:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn resume_subscription(
    caller: MayHandleEvents<SubscriptionPath>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let SubscriptionPath(subscription) = caller.request;
    let resumed = use_cases.subscriptions.resume(&subscription, &caller.operator).await?;
    tracing::info!(%subscription, operator = caller.operator.name(), resumed, "subscription.resumed");
    Ok(HttpResponse::Ok().json(ResumedAnswer { resumed }))
}
