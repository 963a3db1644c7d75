//! An error without a body, such as that of a library's own service, gets ours.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::error::{ApiError, ErrorName};

pub(crate) async fn empty_errors<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    let is_empty = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    if !is_empty || !(status.is_client_error() || status.is_server_error()) {
        return Ok(response);
    }
    let error = match status {
        StatusCode::NOT_FOUND => ApiError::new(ErrorName::NotFound, "there is nothing at this address"),
        status if status.is_server_error() => ApiError::new(ErrorName::Internal, "the service failed"),
        status => ApiError::invalid("the request cannot be served").with_status(status),
    };
    let (request, _) = response.into_parts();
    Ok(ServiceResponse::new(request, HttpResponse::from_error(error)))
}
