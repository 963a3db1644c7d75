//! The refusals that several admin endpoints share.

use auth_application::admin::{AuthorizeOperatorError, OnUserError};

use crate::error::{ApiError, ErrorName};

impl From<AuthorizeOperatorError> for ApiError {
    fn from(error: AuthorizeOperatorError) -> Self {
        let description = error.to_string();
        match error {
            AuthorizeOperatorError::Unauthenticated => Self::new(ErrorName::Unauthenticated, description),
            AuthorizeOperatorError::ScopeLacking(_) => Self::new(ErrorName::PermissionDenied, description),
            AuthorizeOperatorError::Failed(failure) => failure.into(),
        }
    }
}

impl From<OnUserError> for ApiError {
    fn from(error: OnUserError) -> Self {
        let description = error.to_string();
        match error {
            OnUserError::NoSuchUser => Self::new(ErrorName::NotFound, description),
            OnUserError::Failed(failure) => failure.into(),
        }
    }
}
