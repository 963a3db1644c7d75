//! Upkeep of a store.

use async_trait::async_trait;
use auth_domain::Timestamp;

use crate::Failure;

/// Cleans up the tables that no other port cleans up.
#[async_trait]
pub trait UpkeepStore: Send + Sync {
    /// Removes up to `limit` sessions that expired before `before`, and as many expired verifications, proofs, flows
    /// at third parties, send budgets and unused limits. Returns how many rows were removed. Ended sessions stay until they would have
    /// expired, because repeated requests and replays are recognised by them.
    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure>;

    /// Succeeds if the store can be reached and its schema is the one that this program needs.
    async fn check_ready(&self) -> Result<(), Failure>;
}
