//! Hiding from stores whom limits count.

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::{Admission, LimitKey, Quota};
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
}

#[async_trait]
impl RateLimiter for KeyedLimits {
    async fn admit(&self, key: LimitKey, quota: Quota, now: Timestamp) -> Result<Admission, Failure> {
        self.limits.admit(key.keyed(&self.key), quota, now).await
    }

    async fn forget(&self, key: LimitKey) -> Result<(), Failure> {
        self.limits.forget(key.keyed(&self.key)).await
    }
}
