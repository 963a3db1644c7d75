//! The team's own code.

use std::sync::Arc;

use auth_http::actix_web::HttpResponse;
use auth_http::actix_web::web::{Data, Query};
use auth_http::admin::MayRead;
use auth_http::endpoints::Endpoints;
use auth_http::error::{ApiError, ErrorBody};
use auth_http::extract::{Context, JsonBody, SignedIn, text};
use auth_http::{endpoint, utoipa};
use serde::{Deserialize, Serialize};

/// What the handlers share.
pub(crate) struct Badges {
    pub(crate) metal: &'static str,
}

/// The badge of a user.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(example = json!({"badge": "gold for 3764823471234567890"}))]
pub(crate) struct Badge {
    /// The badge as it is displayed.
    badge: String,
    /// The material of the badge.
    metal: Option<Metal>,
}

/// The material of a badge.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Metal {
    /// `gold`
    name: &'static str,
}

/// The badge of the signed-in user.
#[utoipa::path(get, path = "/auth/v1/user/badge", security(("bearer" = [])), responses(
    (status = 200, body = Badge),
    (status = 401, description = "`unauthenticated`", body = ErrorBody),
))]
pub(crate) async fn badge(caller: SignedIn, badges: Data<Badges>) -> Result<HttpResponse, ApiError> {
    let badge = format!("{} for {}", badges.metal, caller.0.account.id);
    Ok(HttpResponse::Ok().json(Badge { badge, metal: Some(Metal { name: badges.metal }) }))
}

/// How the badge looks.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(example = json!({"colour": "red"}))]
pub(crate) struct SetBadgeBody {
    /// Any colour.
    #[serde(default, deserialize_with = "text::optional")]
    colour: Option<String>,
}

/// Paint the badge.
#[utoipa::path(put, path = "/auth/v1/user/badge", security(("bearer" = [])), request_body = SetBadgeBody, responses(
    (status = 200, body = Badge),
    (status = 401, description = "`unauthenticated`", body = ErrorBody),
))]
pub(crate) async fn paint_badge(
    caller: SignedIn,
    context: Context,
    body: JsonBody<SetBadgeBody>,
) -> Result<HttpResponse, ApiError> {
    let colour = body.fields.colour.ok_or_else(|| ApiError::invalid("colour is required"))?;
    let client = context.origin(body.client_id.as_deref())?.client;
    let badge = format!("{colour} for {} at {client}", caller.0.account.id);
    Ok(HttpResponse::Ok().json(Badge { badge, metal: None }))
}

/// The query of [`wear_badge`].
#[derive(Deserialize)]
pub(crate) struct Wearing {
    days: u8,
}

/// Wear the badge for some days.
#[utoipa::path(post, path = "/auth/v1/user/badge/wear", params(("days" = u8, Query)), responses((status = 200)))]
pub(crate) async fn wear_badge(query: Query<Wearing>) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "days": query.days }))
}

/// What only operators may see.
#[utoipa::path(get, path = "/admin/v1/badges", security(("admin_key" = ["users:read"])),
    params(("shape" = Option<String>, Query)), responses(
    (status = 200, body = Badge),
    (status = 401, description = "`unauthenticated`", body = ErrorBody),
))]
pub(crate) async fn list_badges(caller: MayRead<()>, badges: Data<Badges>) -> HttpResponse {
    HttpResponse::Ok().json(Badge { badge: format!("{} {}", badges.metal, caller.operator.name()), metal: None })
}

/// The badge of somebody who has another one.
#[utoipa::path(get, path = "/auth/v1/medal", responses(
    (status = 200, body = Badge),
    (status = 404, body = ErrorBody),
))]
pub(crate) async fn medal(badges: Data<Badges>) -> HttpResponse {
    HttpResponse::Ok().json(Badge { badge: badges.metal.to_owned(), metal: None })
}

/// Another team, which has state of the same type.
pub(crate) fn of_another_team() -> Endpoints {
    Endpoints::new("medal").with(endpoint!(medal)).state(Arc::new(Badges { metal: "tin" }))
}

/// The one registration on the admin listener.
pub(crate) fn admin_endpoints() -> Endpoints {
    Endpoints::new("badge").with(endpoint!(list_badges)).state(Arc::new(Badges { metal: "gold" }))
}

/// The one registration.
pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new("badge")
        .with(endpoint!(badge).also_at("/auth/v1/badge", "its first place"))
        .with(endpoint!(paint_badge))
        .with(endpoint!(wear_badge))
        .state(Arc::new(Badges { metal: "gold" }))
}
