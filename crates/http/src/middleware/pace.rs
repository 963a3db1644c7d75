//! Requests that may change something are bounded by network, whatever endpoint they are for.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::HttpOptions;
use crate::error::{ApiError, ErrorName};
use crate::extract::network_of;

/// What a POST reads, for other services, which may ask often.
const READING: [&str; 1] = ["/auth/v1/introspect"];

pub(crate) async fn pace<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    if let Err(error) = admit(&request) {
        return Err(error.into());
    }
    next.call(request).await
}

fn admit(request: &ServiceRequest) -> Result<(), ApiError> {
    let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if is_safe || READING.contains(&request.path()) {
        return Ok(());
    }
    let Some(options) = request.app_data::<Data<HttpOptions>>() else { return Ok(()) };
    let Some(pace) = &options.pace else { return Ok(()) };
    pace.admit(network_of(request.request(), &options.trusted_proxies, options.forwarded_header)).map_err(|after| {
        ApiError::new(ErrorName::ResourceExhausted, "too many requests: try again later").retry_after(after)
    })
}
