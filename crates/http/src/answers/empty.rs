//! The answer where there is nothing to tell.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The answer where there is nothing to tell: `{}`.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({}))]
pub struct Empty {}

/// The answer [`Empty`], with status 200.
#[must_use]
pub fn done() -> HttpResponse {
    HttpResponse::Ok().json(Empty {})
}
