//! What waits to be sent.

use super::Channel;
use crate::Timestamp;

/// The messages of one channel that wait, that are leased to whoever delivers them, or that are tried again later; codes
/// and notices apart, because notices may wait for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageBacklog {
    /// The channel.
    pub channel: Channel,
    /// Whether they are notices; else they carry codes.
    pub are_notices: bool,
    /// How many there are, at least one.
    pub waiting: u64,
    /// When the oldest of them was written.
    pub oldest_at: Timestamp,
}
