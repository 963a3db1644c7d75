//! Hiding from stores whom limits count.

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::{Counted, LimitKey, Quota};
use auth_ports::{Failure, RateLimiter};

/// A limiter whose store sees keyed hashes only, whoever asks it.
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

    fn keyed(&self, limits: &[(LimitKey, Quota)]) -> Vec<(LimitKey, Quota)> {
        limits.iter().map(|(key, quota)| (key.keyed(&self.key), *quota)).collect()
    }
}

#[async_trait]
impl RateLimiter for KeyedLimits {
    async fn admit_all(&self, limits: &[(LimitKey, Quota)], now: Timestamp) -> Result<Counted, Failure> {
        self.limits.admit_all(&self.keyed(limits), now).await
    }

    async fn refund(&self, limits: &[(LimitKey, Quota)]) -> Result<(), Failure> {
        self.limits.refund(&self.keyed(limits)).await
    }

    async fn forget_all(&self, keys: &[LimitKey]) -> Result<(), Failure> {
        let keys: Vec<_> = keys.iter().map(|key| key.keyed(&self.key)).collect();
        self.limits.forget_all(&keys).await
    }
}
