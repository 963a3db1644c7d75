//! The contract's errors, written down a second time so that a change of the service's own table is
//! noticed.

/// The name, number and status of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// `error`
    pub name: &'static str,
    /// `error_code`
    pub number: i64,
    /// The HTTP status.
    pub status: u16,
}

impl Refusal {
    const fn new(name: &'static str, number: i64, status: u16) -> Self {
        Self { name, number, status }
    }

    /// The same error with another status.
    #[must_use]
    pub const fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

/// A field is missing or malformed, or a code or token is wrong.
pub const INVALID_ARGUMENT: Refusal = Refusal::new("invalid_argument", 3, 400);
/// What was named does not exist.
pub const NOT_FOUND: Refusal = Refusal::new("not_found", 5, 404);
/// The caller is not allowed to do this.
pub const PERMISSION_DENIED: Refusal = Refusal::new("permission_denied", 7, 403);
/// A rate limit is exceeded.
pub const RESOURCE_EXHAUSTED: Refusal = Refusal::new("resource_exhausted", 8, 429);
/// The current state does not permit it.
pub const FAILED_PRECONDITION: Refusal = Refusal::new("failed_precondition", 9, 400);
/// The call must show a pass of the bot gate.
pub const CAPTCHA_REQUIRED: Refusal = Refusal::new("captcha_required", 4001, 400);
/// What was shown to the bot gate is no pass, has expired, or was used.
pub const CAPTCHA_INVALID: Refusal = Refusal::new("captcha_invalid", 4002, 400);
/// The client has to start again.
pub const ABORTED: Refusal = Refusal::new("aborted", 10, 409);
/// The operation is not offered here.
pub const UNIMPLEMENTED: Refusal = Refusal::new("unimplemented", 12, 501);
/// The path does not have this method.
pub const WRONG_METHOD: Refusal = UNIMPLEMENTED.with_status(405);
/// The body exceeds the limit.
pub const TOO_LARGE: Refusal = INVALID_ARGUMENT.with_status(413);
/// The service has a fault.
pub const INTERNAL: Refusal = Refusal::new("internal", 13, 500);
/// The service is too busy, or a part of it is unreachable.
pub const UNAVAILABLE: Refusal = Refusal::new("unavailable", 14, 503);
/// The caller must sign in first.
pub const UNAUTHENTICATED: Refusal = Refusal::new("unauthenticated", 16, 401);
/// The third party failed.
pub const PROVIDER_ERROR: Refusal = Refusal::new("provider_error", 4019, 400);
/// The client does not offer this way to sign up or in.
pub const LOGIN_TYPE_DISABLED: Refusal = Refusal::new("login_type_disabled", 4045, 403);
/// The client is not known.
pub const UNAUTHORIZED_CLIENT: Refusal = Refusal::new("unauthorized_client", 4022, 401);
/// A provider token is wrong, used or expired.
pub const INVALID_GRANT: Refusal = Refusal::new("invalid_grant", 16, 400);
