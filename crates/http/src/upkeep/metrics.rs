//! `GET /metrics`

use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use auth_application::kit::Failure;
use futures_util::future::BoxFuture;

use crate::admin::MayReadMetrics;
use crate::error::{ApiError, ErrorBody};

/// The media type of Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where metrics come from, and who may read them.
#[derive(Clone)]
pub struct MetricsPage {
    /// Writes all metrics down, in Prometheus' text format, version 0.0.4.
    pub read: Arc<dyn Fn() -> BoxFuture<'static, Result<String, Failure>> + Send + Sync>,
    /// Whether no key is needed.
    pub is_open: bool,
}

/// Somebody who may read metrics: with a key that has the scope `metrics:read`, or, if the operator lets them, anybody.
pub(crate) struct MetricsReader;

impl FromRequest for MetricsReader {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if request.app_data::<Data<MetricsPage>>().is_some_and(|page| page.is_open) {
            return Box::pin(std::future::ready(Ok(Self)));
        }
        let caller = MayReadMetrics::<()>::from_request(request, payload);
        Box::pin(async move { caller.await.map(|_| Self) })
    }
}

/// The service's metrics.
///
/// In Prometheus' text format, version 0.0.4. They say how the service is, and nothing about anybody. No key is needed
/// where the operator has set `metrics.open`.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(("admin_key" = ["metrics:read"])),
    responses(
        (status = 200, description = "All metrics", body = String, content_type = "text/plain",
            example = json!("# TYPE auth_sessions_refreshed_total counter\nauth_sessions_refreshed_total 0\n")),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `metrics:read`", body = ErrorBody),
    ))]
pub(crate) async fn get_metrics(_reader: MetricsReader, page: Data<MetricsPage>) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT)).body((page.read)().await?))
}
