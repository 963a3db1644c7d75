//! What the description of an operation says about errors.

use utoipa::openapi::RefOr;
use utoipa::openapi::path::Operation;

use crate::error::ErrorName;

/// The errors that the description names.
pub(super) fn errors_of(operation: &Operation) -> Vec<ErrorName> {
    let is_named = |name: &ErrorName| names_in(operation, &format!("`{}`", name.row().0));
    ErrorName::ALL.into_iter().filter(is_named).collect()
}

fn names_in(operation: &Operation, name: &str) -> bool {
    let mut responses = operation.responses.responses.values();
    responses.any(|response| matches!(response, RefOr::T(response) if response.description.contains(name)))
}
