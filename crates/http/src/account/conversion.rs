//! Why an anonymous user stays one, as every call says it that adds a way in to one's own account.

use auth_application::account::ConversionRefusal;

use crate::error::{ApiError, ErrorName};

impl From<ConversionRefusal> for ApiError {
    fn from(refusal: ConversionRefusal) -> Self {
        let name = match refusal {
            ConversionRefusal::ScenarioClosed(_) => ErrorName::LoginTypeDisabled,
            ConversionRefusal::Rule(_) => ErrorName::FailedPrecondition,
        };
        Self::new(name, refusal.to_string())
    }
}
