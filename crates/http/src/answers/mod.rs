//! Answers that several endpoints give.

pub(crate) mod tokens;

use actix_web::HttpResponse;
use auth_domain::identifier::IdentifierKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// The answer where there is nothing to tell: `{}`.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({}))]
pub(crate) struct Empty {}

/// `{}`
pub(crate) fn done() -> HttpResponse {
    HttpResponse::Ok().json(Empty {})
}

/// Exactly one of the two address fields.
pub(crate) fn one_address(
    phone_number: Option<String>,
    email: Option<String>,
) -> Result<(IdentifierKind, String), ApiError> {
    match (phone_number, email) {
        (Some(phone_number), None) => Ok((IdentifierKind::PHONE_NUMBER, phone_number)),
        (None, Some(email)) => Ok((IdentifierKind::EMAIL, email)),
        (None, None) => Err(ApiError::invalid("email or phone_number is required")),
        (Some(_), Some(_)) => Err(ApiError::invalid("email and phone_number cannot be used together")),
    }
}
