//! Upkeep of a store.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::known_devices::DeviceMarks;
use thiserror::Error;

use crate::{Failure, Halt};

/// Why a store that can be reached cannot do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotReady {
    /// The schema is older than this program.
    #[error("the schema is not current: run `auth-server migrate`")]
    SchemaIsBehind,
    /// A newer program has changed the schema in a way that this one does not work with.
    #[error("the schema needs a newer version of this program: `auth-server doctor` says which")]
    ProgramIsBehind,
    /// Nothing can be written, for example because another server is the primary one now.
    #[error("the database is read only")]
    ReadOnly,
}

/// Cleans up the tables that no other port cleans up.
#[async_trait]
pub trait UpkeepStore: Send + Sync {
    /// Removes up to `limit` sessions that expired before `before`, and as many expired verifications, proofs, flows
    /// at third parties, send budgets, unused limits, and remembered devices that were last seen
    /// [`KNOWN_FOR`](auth_domain::known_devices::KNOWN_FOR) before `before`. Returns how many rows were removed. Ended
    /// sessions stay until they would have expired, because repeated requests and replays are recognised by them.
    ///
    /// The devices of the removed sessions are remembered, as [`DeviceMarks::remembered`] says, in the same
    /// transaction: an account knows the same devices before and after.
    async fn sweep(&self, before: Timestamp, limit: u16, marks: &DeviceMarks) -> Result<u64, Failure>;

    /// Returns the version of the schema, which is that of the newest migration. `None` if the store has none. It only
    /// reads.
    async fn schema_version(&self) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// Succeeds if the store can be reached, can be written to, and has the schema that this program needs. It only
    /// reads.
    async fn check_ready(&self) -> Result<(), Halt<NotReady>>;
}
