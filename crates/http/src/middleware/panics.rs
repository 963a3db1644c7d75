//! A request whose handler panics still gets an answer.

use std::panic::AssertUnwindSafe;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt as _;

use crate::error::{ApiError, ErrorName};

pub(crate) async fn panics<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(outcome) => outcome,
        // The panic hook has logged where it was. The payload may hold anything, so it is not logged.
        Err(_) => {
            Err(ApiError::new(ErrorName::Internal, "the service failed").caused_by("a handler panicked".into()).into())
        }
    }
}
