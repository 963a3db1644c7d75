//! The address that a body names.

use auth_domain::identifier::IdentifierKind;

use crate::error::ApiError;

/// The kind and the text of the one address field that is present.
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
