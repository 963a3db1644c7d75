//! Hiding from stores whom limits count.

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::{Counted, LimitKey, Quota};
use auth_ports::{Failure, RateLimiter};

/// A limiter whose store sees keyed hashes only, whoever asks it.
///
/// While two keys of the server's are accepted, everything is counted under both, so that whoever has used up a limit
/// under one of them has nothing left under the other.
pub struct KeyedLimits {
    limits: Arc<dyn RateLimiter>,
    key: ServerKey,
}

impl KeyedLimits {
    /// Puts the server's key before a store's limiter.
    #[must_use]
    pub fn new(limits: Arc<dyn RateLimiter>, key: ServerKey) -> Self {
        Self { limits, key }
    }

    /// All limits under the one key, and then all of them under the other.
    fn keyed(&self, limits: &[(LimitKey, Quota)]) -> Vec<(LimitKey, Quota)> {
        let under = |server: ServerKey| limits.iter().map(move |(key, quota)| (key.keyed(&server), *quota));
        self.key.each().into_iter().flat_map(under).collect()
    }
}

#[async_trait]
impl RateLimiter for KeyedLimits {
    async fn admit_all(&self, limits: &[(LimitKey, Quota)], now: Timestamp) -> Result<Counted, Failure> {
        Ok(match self.limits.admit_all(&self.keyed(limits), now).await? {
            Counted::Admitted(full_at) => Counted::Admitted(latest(&full_at, limits.len())),
            Counted::Refused { limit, retry_after } => {
                Counted::Refused { limit: limit % limits.len().max(1), retry_after }
            }
        })
    }

    async fn refund(&self, limits: &[(LimitKey, Quota)]) -> Result<(), Failure> {
        self.limits.refund(&self.keyed(limits)).await
    }

    async fn forget_all(&self, keys: &[LimitKey]) -> Result<(), Failure> {
        let under = |server: ServerKey| keys.iter().map(move |key| key.keyed(&server));
        let keys: Vec<_> = self.key.each().into_iter().flat_map(under).collect();
        self.limits.forget_all(&keys).await
    }
}

/// For each of so many limits the latest of its instants, which come once for each key.
fn latest(full_at: &[Timestamp], limits: usize) -> Vec<Timestamp> {
    (0..limits).filter_map(|limit| full_at.iter().skip(limit).step_by(limits).max().copied()).collect()
}
