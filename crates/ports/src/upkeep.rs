//! What keeps a store in order.

use async_trait::async_trait;
use auth_domain::Timestamp;

use crate::Failure;

/// Looks after the tables that no other port would.
#[async_trait]
pub trait UpkeepStore: Send + Sync {
    /// Removes up to `limit` sessions that expired before `before`, and as many expired verifications,
    /// proofs, send budgets and unused limits; says how many rows went. Sessions that were ended stay
    /// until they would have expired: repeated requests and replays are told by them.
    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure>;

    /// Answers when the store can be reached and its schema is the one this program needs.
    async fn check_ready(&self) -> Result<(), Failure>;
}
