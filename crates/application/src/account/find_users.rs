//! Look others up: whether a name exists, and what may be seen of them.

use std::sync::Arc;

use auth_domain::access::Scope;
use auth_domain::identifier::{IdentifierKind, Schemes};
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_domain::origin::Origin;
use auth_domain::users::{Account, UserId, UserStatus};
use auth_ports::{AccountStore, Clock, RateLimiter};
use chrono::TimeDelta;
use thiserror::Error;

use crate::{Caller, Failure};

/// Whom to find: by ids, or by one login name.
#[derive(Debug, Clone, Default)]
pub struct UserQuery {
    /// Up to 50 ids.
    pub ids: Vec<UserId>,
    /// A login name of this kind.
    pub login: Option<(IdentifierKind, String)>,
}

/// Why nothing was looked up.
#[derive(Debug, Error)]
pub enum FindUsersError {
    /// Anonymous users may not look others up.
    #[error("anonymous users cannot look up others")]
    Anonymous,
    /// Too often.
    #[error("too many look-ups from this network")]
    TooOften {
        /// Until the next one.
        retry_after: TimeDelta,
    },
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Looks users up.
pub struct FindUsers {
    accounts: Arc<dyn AccountStore>,
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    schemes: Schemes,
    /// `None`: no limit.
    per_network: Option<Quota>,
    reveal_existence: bool,
}

impl FindUsers {
    /// On these ports, by these rules.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        limiter: Arc<dyn RateLimiter>,
        clock: Arc<dyn Clock>,
        schemes: Schemes,
        per_network: Option<Quota>,
        reveal_existence: bool,
    ) -> Self {
        Self { accounts, limiter, clock, schemes, per_network, reveal_existence }
    }

    /// Whether a login name of any kind is somebody's. Names that were merely chosen are public by
    /// nature; of addresses it tells nothing where existence is not revealed.
    ///
    /// # Errors
    /// [`FindUsersError`].
    pub async fn exists(&self, login: &str, origin: &Origin) -> Result<bool, FindUsersError> {
        self.admit(origin).await?;
        let Some(login) = self.schemes.read_login(login.trim()) else { return Ok(false) };
        let known = self.accounts.find_owner(&login).await.map_err(Failure::from)?.is_some();
        let may_tell = self.reveal_existence || login.kind() == IdentifierKind::USERNAME;
        Ok(known && may_tell)
    }

    /// Active users that the query names.
    ///
    /// # Errors
    /// [`FindUsersError`].
    pub async fn run(
        &self,
        caller: &Caller,
        query: UserQuery,
        origin: &Origin,
    ) -> Result<Vec<Account>, FindUsersError> {
        if caller.claims.scope == Scope::Anonymous {
            return Err(FindUsersError::Anonymous);
        }
        self.admit(origin).await?;
        let mut found = Vec::new();
        for id in query.ids {
            found.extend(self.accounts.find(id).await.map_err(Failure::from)?);
        }
        if let Some((kind, raw)) = query.login {
            let parsed = self.schemes.get(kind.name()).and_then(|scheme| scheme.parse(&raw).ok());
            if let Some(identifier) = parsed {
                found.extend(self.accounts.find_by_identifier(&identifier).await.map_err(Failure::from)?);
            }
        }
        found.retain(|account| account.status == UserStatus::Active);
        Ok(found)
    }

    async fn admit(&self, origin: &Origin) -> Result<(), FindUsersError> {
        let Some(quota) = self.per_network else { return Ok(()) };
        let key = LimitKey::new("find_users.network", &origin.network.to_string());
        match self.limiter.admit(key, quota, self.clock.now()).await.map_err(Failure::from)? {
            Admission::Admitted => Ok(()),
            Admission::Refused { retry_after } => Err(FindUsersError::TooOften { retry_after }),
        }
    }
}
