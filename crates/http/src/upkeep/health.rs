//! For load balancers.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::use_cases::UpkeepUseCases;
use crate::error::{ApiError, ErrorBody};

/// The state of the service.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
}

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = Health)))]
pub(crate) async fn get_health() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// The database is reachable, its schema current, and the keys are loaded.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, body = Health), (status = 503, description = "`unavailable`", body = ErrorBody)))]
pub(crate) async fn get_readiness(use_cases: Data<UpkeepUseCases>) -> Result<HttpResponse, ApiError> {
    use_cases.readiness.check().await?;
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}
