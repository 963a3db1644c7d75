//! Why an anonymous user stays one, as `PATCH /auth/v1/user/contact` and `POST /auth/v1/user/provider/bind` say it.

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
