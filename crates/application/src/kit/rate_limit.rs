//! Limits on how often a network or an account may do something costly.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::identifier::Identifier;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_domain::origin::Origin;
use auth_ports::{Clock, Halt, RateLimiter, refuse};
use chrono::TimeDelta;

/// A limit that counts separately per network or account. Cheap to clone.
#[derive(Clone)]
pub struct RateLimit {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    what: &'static str,
    /// `None` means no limit.
    quota: Option<Quota>,
}

/// Something happened too often to be allowed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// How long to wait before the next try.
    pub retry_after: TimeDelta,
}

impl RateLimit {
    /// Builds the limit. `what` is its name: limits with the same name are counted together.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, what: &'static str, quota: Option<Quota>) -> Self {
        Self { limiter, clock, what, quota }
    }

    /// Counts one occurrence for the network of a request, if the limit allows it.
    pub(crate) async fn admit(&self, origin: &Origin) -> Result<(), Halt<TooOften>> {
        self.admit_one(&origin.network.to_string()).await
    }

    /// Counts one occurrence for an account, if the limit allows it.
    pub(crate) async fn admit_account(&self, user: UserId) -> Result<(), Halt<TooOften>> {
        self.admit_one(&user.to_string()).await
    }

    /// Counts one occurrence for an address, if the limit allows it.
    pub(crate) async fn admit_address(&self, address: &Identifier) -> Result<(), Halt<TooOften>> {
        self.admit_one(&format!("{}\0{}", address.kind(), address.canonical())).await
    }

    async fn admit_one(&self, whom: &str) -> Result<(), Halt<TooOften>> {
        let Some(quota) = self.quota else { return Ok(()) };
        let key = LimitKey::new(self.what, whom);
        match self.limiter.admit(key, quota, self.clock.now()).await? {
            Admission::Admitted => Ok(()),
            Admission::Refused { retry_after } => refuse(TooOften { retry_after }),
        }
    }
}
