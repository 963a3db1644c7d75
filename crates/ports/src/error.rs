//! Failures of the world, as opposed to refusals by a rule.

use thiserror::Error;

/// What went wrong underneath; for the log, never for the client.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A store could not do its work. Nothing was stored.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Busy or out of reach; trying again later may help.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// Anything else.
    #[error("the store failed")]
    Failed(#[source] Cause),
}
