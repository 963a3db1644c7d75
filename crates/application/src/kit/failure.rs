//! What is nobody's fault in the request: the world failed.

use std::time::Duration;

use auth_ports::{Cause, HashError, MintError, StoreError};
use thiserror::Error;

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

/// When to come back after the database could not be reached.
const STORE_RETRY_AFTER: Duration = Duration::from_secs(2);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::Unavailable { retry_after: STORE_RETRY_AFTER, cause },
            StoreError::Failed(cause) => Self::Internal(cause),
        }
    }
}

impl From<HashError> for Failure {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Overloaded { retry_after } => Self::Unavailable { retry_after, cause: error.into() },
            HashError::Failed(cause) => Self::Internal(cause),
        }
    }
}

impl From<MintError> for Failure {
    fn from(error: MintError) -> Self {
        Self::Internal(error.into())
    }
}
