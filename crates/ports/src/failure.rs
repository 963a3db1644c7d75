//! What is nobody's fault in the request: the world failed.

use std::time::Duration;

use thiserror::Error;

/// What went wrong underneath; for the log, never for the client.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// When to come back after a part could not be reached.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The world failed. Nothing was stored, unless the failure struck during the commit itself; the
/// same request may be sent again either way.
#[derive(Debug, Error)]
pub enum Failure {
    /// Too busy, or a part is out of reach.
    #[error("unavailable for now")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
        /// For the log.
        #[source]
        cause: Cause,
    },
    /// A fault of the service.
    #[error("failed")]
    Internal(#[source] Cause),
}

impl Failure {
    /// A part is busy or out of reach; trying again after two seconds may help.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable { retry_after: RETRY_AFTER, cause: cause.into() }
    }

    /// A fault of the service.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }
}
