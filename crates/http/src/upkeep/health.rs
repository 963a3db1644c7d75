//! For load balancers.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::upkeep::NoTraffic;
use serde::Serialize;
use utoipa::ToSchema;

use super::use_cases::UpkeepUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};

/// When to ask again after something was missing.
const ASK_AGAIN: Duration = Duration::from_secs(2);

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

/// The database can be reached and written to, schema and keys are current, and the server is not about to stop.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, body = Health), (status = 503, description = "`unavailable`", body = ErrorBody)))]
pub(crate) async fn get_readiness(use_cases: Data<UpkeepUseCases>) -> Result<HttpResponse, ApiError> {
    use_cases.readiness.check().await?;
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}

/// It says what an operator has to know, and nothing that a stranger could use.
impl From<NoTraffic> for ApiError {
    fn from(missing: NoTraffic) -> Self {
        Self::new(ErrorName::Unavailable, missing.to_string()).retry_after(ASK_AGAIN)
    }
}
