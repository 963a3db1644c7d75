//! The errors of the contract: the one place that has their names, numbers and statuses.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use auth_application::kit::{Failure, GateRefusal, Halt, OverBudget, Reached, TooOften};
use auth_application::session::AuthenticateRefusal;
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rate_limit::{self, whole_seconds};

/// An error's name. The number and the usual status belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorName {
    /// A field is missing or malformed, or a code or token is wrong.
    InvalidArgument,
    /// What the request names does not exist.
    NotFound,
    /// The caller may not do this.
    PermissionDenied,
    /// A limit was reached.
    ResourceExhausted,
    /// The present state forbids it, such as a login name that is taken.
    FailedPrecondition,
    /// The flow has to be started again.
    Aborted,
    /// The service does not offer this.
    Unimplemented,
    /// The service failed.
    Internal,
    /// The service is too busy, or something that it needs cannot be reached.
    Unavailable,
    /// The access token is missing, wrong, expired or revoked.
    Unauthenticated,
    /// The call must pass the bot gate.
    CaptchaRequired,
    /// What was shown to the bot gate, or the answer to its puzzle, is wrong, expired or used.
    CaptchaInvalid,
    /// The third party failed.
    ProviderError,
    /// The client is unknown, or its secret is wrong.
    UnauthorizedClient,
    /// The operator closed this way of signing up to the client.
    LoginTypeDisabled,
    /// A refresh or provider token is wrong, used or expired.
    InvalidGrant,
    /// A password is wrong, or nobody has that name.
    InvalidPassword,
    /// The account has no password.
    PasswordNotSet,
    /// An operator blocked the user.
    UserBlocked,
    /// There were too many wrong passwords.
    InvalidStatus,
    /// `/token` does not take this `grant_type`.
    UnsupportedGrantType,
}

impl ErrorName {
    /// All names, for documents and tests.
    pub const ALL: [Self; 21] = [
        Self::InvalidArgument,
        Self::NotFound,
        Self::PermissionDenied,
        Self::ResourceExhausted,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::Unimplemented,
        Self::Internal,
        Self::Unavailable,
        Self::Unauthenticated,
        Self::CaptchaRequired,
        Self::CaptchaInvalid,
        Self::ProviderError,
        Self::UnauthorizedClient,
        Self::LoginTypeDisabled,
        Self::InvalidGrant,
        Self::InvalidPassword,
        Self::PasswordNotSet,
        Self::UserBlocked,
        Self::InvalidStatus,
        Self::UnsupportedGrantType,
    ];

    /// The name and the number on the wire, and the usual HTTP status.
    #[must_use]
    pub const fn row(self) -> (&'static str, i32, StatusCode) {
        match self {
            Self::InvalidArgument => ("invalid_argument", 3, StatusCode::BAD_REQUEST),
            Self::NotFound => ("not_found", 5, StatusCode::NOT_FOUND),
            Self::PermissionDenied => ("permission_denied", 7, StatusCode::FORBIDDEN),
            Self::ResourceExhausted => ("resource_exhausted", 8, StatusCode::TOO_MANY_REQUESTS),
            Self::FailedPrecondition => ("failed_precondition", 9, StatusCode::BAD_REQUEST),
            Self::Aborted => ("aborted", 10, StatusCode::CONFLICT),
            Self::Unimplemented => ("unimplemented", 12, StatusCode::NOT_IMPLEMENTED),
            Self::Internal => ("internal", 13, StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable => ("unavailable", 14, StatusCode::SERVICE_UNAVAILABLE),
            Self::Unauthenticated => ("unauthenticated", 16, StatusCode::UNAUTHORIZED),
            Self::CaptchaRequired => ("captcha_required", 4001, StatusCode::BAD_REQUEST),
            Self::CaptchaInvalid => ("captcha_invalid", 4002, StatusCode::BAD_REQUEST),
            Self::ProviderError => ("provider_error", 4019, StatusCode::BAD_REQUEST),
            Self::UnauthorizedClient => ("unauthorized_client", 4022, StatusCode::UNAUTHORIZED),
            Self::LoginTypeDisabled => ("login_type_disabled", 4045, StatusCode::FORBIDDEN),
            Self::InvalidGrant => ("invalid_grant", 16, StatusCode::BAD_REQUEST),
            Self::InvalidPassword => ("invalid_password", 4043, StatusCode::BAD_REQUEST),
            Self::PasswordNotSet => ("password_not_set", 9, StatusCode::BAD_REQUEST),
            Self::UserBlocked => ("user_blocked", 7, StatusCode::FORBIDDEN),
            Self::InvalidStatus => ("invalid_status", 8, StatusCode::TOO_MANY_REQUESTS),
            Self::UnsupportedGrantType => ("unsupported_grant_type", 3, StatusCode::BAD_REQUEST),
        }
    }
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// The error's name.
    pub error: &'static str,
    /// The error's number.
    pub error_code: i32,
    /// A description for people. It holds no secret and no full address.
    pub error_description: String,
}

/// An error that becomes an answer.
#[derive(Debug)]
pub struct ApiError {
    name: ErrorName,
    status: StatusCode,
    description: String,
    retry_after: Option<Duration>,
    reached: Option<Reached>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ApiError {
    /// An error with the name's usual status. The description may be shown to users.
    #[must_use]
    pub fn new(name: ErrorName, description: impl Into<String>) -> Self {
        Self {
            name,
            status: name.row().2,
            description: description.into(),
            retry_after: None,
            reached: None,
            cause: None,
        }
    }

    /// Sets another status than the name's usual one.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Adds the time after which another try may succeed (`Retry-After`), rounded up to whole seconds.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// Adds the limit that was reached (`RateLimit`, `RateLimit-Policy`).
    #[must_use]
    pub fn at_limit(mut self, reached: Reached) -> Self {
        self.reached = Some(reached);
        self
    }

    /// Adds the underlying cause, which is logged and not told to the client.
    #[must_use]
    pub fn caused_by(mut self, cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        self.cause = Some(cause);
        self
    }

    /// An error of a limit that was reached. The description names the limit; the waiting time is added to it.
    #[must_use]
    pub fn too_often(name: ErrorName, description: &str, retry_after: TimeDelta) -> Self {
        let after = retry_after.to_std().unwrap_or(Duration::from_secs(1));
        Self::new(name, format!("{description}: try again in {} s", whole_seconds(after))).retry_after(after)
    }

    /// An error of a budget that is used up. `name` and `description` are those of a limit that was reached.
    #[must_use]
    pub fn over_budget(name: ErrorName, description: &str, over: OverBudget) -> Self {
        match over {
            OverBudget::Gate(refusal) => refusal.into(),
            OverBudget::TooOften(TooOften { retry_after, reached }) => {
                Self::too_often(name, description, retry_after).at_limit(reached)
            }
        }
    }

    /// The same for a limit that others may have used up: it says when to come again and nothing else.
    #[must_use]
    pub fn over_guesses(name: ErrorName, description: &str, over: OverBudget) -> Self {
        match over {
            OverBudget::Gate(refusal) => refusal.into(),
            OverBudget::TooOften(TooOften { retry_after, .. }) => Self::too_often(name, description, retry_after),
        }
    }

    /// An error of the name `invalid_argument`.
    #[must_use]
    pub fn invalid(description: impl Into<String>) -> Self {
        Self::new(ErrorName::InvalidArgument, description)
    }

    /// The name on the wire.
    #[must_use]
    pub fn wire_name(&self) -> &'static str {
        self.name.row().0
    }

    /// The body of the answer.
    #[must_use]
    pub fn body(&self) -> ErrorBody {
        let (error, error_code, _) = self.name.row();
        ErrorBody { error, error_code, error_description: self.description.clone() }
    }

    /// The underlying cause, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.cause.as_deref()
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.wire_name(), self.description)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(after) = self.retry_after {
            response.insert_header((RETRY_AFTER, whole_seconds(after)));
        }
        if let (Some(reached), Some(after)) = (self.reached, self.retry_after) {
            rate_limit::add(&mut response, reached, 0, after);
        }
        if self.name == ErrorName::Unauthenticated {
            // RFC 6750, section 3.
            response.insert_header((WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""));
        }
        response.json(self.body())
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unavailable { retry_after, cause } => {
                Self::new(ErrorName::Unavailable, "the service is busy: try again later")
                    .retry_after(retry_after)
                    .caused_by(cause)
            }
            Failure::Internal(cause) => Self::new(ErrorName::Internal, "the service failed").caused_by(cause),
        }
    }
}

/// The one place where what was refused and what failed become answers.
impl<R: Into<Self>> From<Halt<R>> for ApiError {
    fn from(halt: Halt<R>) -> Self {
        match halt {
            Halt::Refused(refusal) => refusal.into(),
            Halt::Failed(failure) => Self::from(failure),
        }
    }
}

impl From<GateRefusal> for ApiError {
    fn from(refusal: GateRefusal) -> Self {
        let name = match refusal {
            GateRefusal::CaptchaRequired => ErrorName::CaptchaRequired,
            GateRefusal::CaptchaInvalid => ErrorName::CaptchaInvalid,
        };
        Self::new(name, refusal.to_string())
    }
}

impl From<AuthenticateRefusal> for ApiError {
    fn from(refusal: AuthenticateRefusal) -> Self {
        match refusal {
            AuthenticateRefusal::Unauthenticated => Self::new(ErrorName::Unauthenticated, refusal.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What clients of the protocol tell errors by, line by line.
    #[test]
    fn the_contracts_table() {
        let table = [
            ("invalid_argument", 3, 400),
            ("not_found", 5, 404),
            ("permission_denied", 7, 403),
            ("resource_exhausted", 8, 429),
            ("failed_precondition", 9, 400),
            ("aborted", 10, 409),
            ("unimplemented", 12, 501),
            ("internal", 13, 500),
            ("unavailable", 14, 503),
            ("unauthenticated", 16, 401),
            ("captcha_required", 4001, 400),
            ("captcha_invalid", 4002, 400),
            ("provider_error", 4019, 400),
            ("unauthorized_client", 4022, 401),
            ("login_type_disabled", 4045, 403),
            ("invalid_grant", 16, 400),
            ("invalid_password", 4043, 400),
            ("password_not_set", 9, 400),
            ("user_blocked", 7, 403),
            ("invalid_status", 8, 429),
            ("unsupported_grant_type", 3, 400),
        ];
        let ours = ErrorName::ALL.map(|name| {
            let (name, number, status) = name.row();
            (name, number, status.as_u16())
        });
        assert_eq!(ours, table);
    }

    #[test]
    fn waiting_times_are_rounded_up_to_whole_seconds() {
        for (millis, header) in [(1, "1"), (0, "1"), (1_000, "1"), (1_001, "2"), (59_500, "60")] {
            let error = ApiError::new(ErrorName::ResourceExhausted, "x").retry_after(Duration::from_millis(millis));
            assert_eq!(
                error.error_response().headers().get(RETRY_AFTER).map(|v| v.as_bytes()),
                Some(header.as_bytes())
            );
        }
    }
}
