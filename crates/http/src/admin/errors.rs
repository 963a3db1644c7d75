//! The refusals that several admin endpoints share.

use auth_application::admin::{AuthorizeOperatorRefusal, OnUserRefusal};

use crate::error::{ApiError, ErrorName};

impl From<AuthorizeOperatorRefusal> for ApiError {
    fn from(refusal: AuthorizeOperatorRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            AuthorizeOperatorRefusal::Unauthenticated => Self::new(ErrorName::Unauthenticated, description),
            AuthorizeOperatorRefusal::ScopeLacking(_) => Self::new(ErrorName::PermissionDenied, description),
        }
    }
}

impl From<OnUserRefusal> for ApiError {
    fn from(refusal: OnUserRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            OnUserRefusal::NoSuchUser => Self::new(ErrorName::NotFound, description),
        }
    }
}
