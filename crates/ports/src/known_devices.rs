//! Known devices.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::known_devices::{KnownDevice, MarkedDevice};

use crate::Failure;

/// Knows with which devices accounts have signed in.
///
/// Nothing is written at a sign-in: the sessions that are kept say it, also ended and expired ones.
/// [`UpkeepStore::sweep`](crate::UpkeepStore::sweep) remembers the devices of those that it removes.
#[async_trait]
pub trait KnownDevices: Send + Sync {
    /// Whether a session of the account began on this device at `since` or later, in one round trip. It may have ended
    /// or have been removed meanwhile.
    async fn knows(&self, user: UserId, device: &MarkedDevice, since: Timestamp) -> Result<bool, Failure>;

    /// Returns the newest `limit` devices of the account that are remembered beyond their sessions, newest first.
    async fn list(&self, user: UserId, limit: u16) -> Result<Vec<KnownDevice>, Failure>;
}
