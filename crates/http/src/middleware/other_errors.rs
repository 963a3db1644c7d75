//! Errors that are not made by this service, such as those of a library's own service or of an extractor of actix-web,
//! get the contract's shape.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::error::{ApiError, ErrorName};

pub(crate) async fn other_errors<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return Ok(response);
    }
    let is_empty = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let other = response.response().error().filter(|error| error.as_error::<ApiError>().is_none());
    let cause = other.map(ToString::to_string);
    if !is_empty && cause.is_none() {
        return Ok(response);
    }
    let error = in_shape(status);
    // What a library says may repeat what the client sent, so it is for the log.
    let error = cause.into_iter().fold(error, |error, cause| error.caused_by(cause.into()));
    let (request, _) = response.into_parts();
    Ok(ServiceResponse::new(request, HttpResponse::from_error(error)))
}

fn in_shape(status: StatusCode) -> ApiError {
    let (name, description) = match status {
        StatusCode::NOT_FOUND => (ErrorName::NotFound, "there is nothing at this address"),
        StatusCode::UNAUTHORIZED => (ErrorName::Unauthenticated, "sign in first"),
        StatusCode::FORBIDDEN => (ErrorName::PermissionDenied, "this is not allowed"),
        StatusCode::TOO_MANY_REQUESTS => (ErrorName::ResourceExhausted, "too many requests: try again later"),
        StatusCode::SERVICE_UNAVAILABLE => (ErrorName::Unavailable, "the service is busy: try again later"),
        status if status.is_server_error() => (ErrorName::Internal, "the service failed"),
        _ => (ErrorName::InvalidArgument, "the request cannot be served"),
    };
    ApiError::new(name, description).with_status(status)
}
