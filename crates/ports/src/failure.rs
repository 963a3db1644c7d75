//! Failures that are not the fault of the request.

use std::time::Duration;

use thiserror::Error;

/// What went wrong underneath. It is for the log and never for the client.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// When to try again after something could not be reached.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Something outside the request failed. Nothing was stored, unless the failure occurred during the commit itself; in
/// both cases the same request may be sent again.
#[derive(Debug, Error)]
pub enum Failure {
    /// The service is too busy, or something that it needs is unreachable.
    #[error("unavailable for now")]
    Unavailable {
        /// How long to wait before trying again.
        retry_after: Duration,
        /// The cause, for the log.
        #[source]
        cause: Cause,
    },
    /// A fault of the service itself.
    #[error("failed")]
    Internal(#[source] Cause),
}

impl Failure {
    /// Something is busy or unreachable; trying again after two seconds may help.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable { retry_after: RETRY_AFTER, cause: cause.into() }
    }

    /// A fault of the service itself.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }
}
