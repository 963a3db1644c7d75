//! Look up other users: whether a name exists, and what may be seen of its owner.

use std::sync::Arc;

use auth_domain::accounts::{Account, UserId, UserStatus};
use auth_domain::identifier::{IdentifierKind, Schemes};
use auth_domain::origin::Origin;
use auth_ports::{AccountStore, Halt, Halted as _, refuse};
use thiserror::Error;

use crate::kit::{Caller, Limited, OverBudget};

/// Which users to find: by ids, or by one login name.
#[derive(Debug, Clone, Default)]
pub struct UserQuery {
    /// Up to 50 ids.
    pub ids: Vec<UserId>,
    /// A login name of this kind.
    pub login: Option<(IdentifierKind, String)>,
}

/// A user who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserMatch {
    /// Their account.
    pub account: Account,
    /// The kind of the login name that the query used, or `None` for a query by id. An address is shown only to
    /// somebody who already knows it.
    pub named_by: Option<IdentifierKind>,
}

/// Why the query was refused.
#[derive(Debug, Error)]
pub enum QueryUsersRefusal {
    /// Anonymous users may not look others up.
    #[error("anonymous users cannot look up others")]
    Anonymous,
    /// There were too many look-ups.
    #[error("too many look-ups from this network")]
    TooOften(OverBudget),
}

/// Looks users up.
pub struct QueryUsers {
    accounts: Arc<dyn AccountStore>,
    schemes: Schemes,
    limit: Limited,
    reveal_existence: bool,
}

impl QueryUsers {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, schemes: Schemes, limit: Limited, reveal_existence: bool) -> Self {
        Self { accounts, schemes, limit, reveal_existence }
    }

    /// Says whether a login name of any kind belongs to somebody. Chosen names are public by nature; for addresses
    /// the answer reveals nothing unless the operator allows existence to be revealed.
    ///
    /// # Errors
    /// Returns [`QueryUsersRefusal`] if a rule refuses, or the failure of a port.
    pub async fn exists(&self, login: &str, origin: &Origin) -> Result<bool, Halt<QueryUsersRefusal>> {
        self.limit.spend(origin).await.refused_as(QueryUsersRefusal::TooOften)?;
        for login in self.schemes.read_logins(login.trim()) {
            if self.may_tell(login.kind()) && self.accounts.find_owner(&login).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn may_tell(&self, kind: IdentifierKind) -> bool {
        let is_chosen = self.schemes.get(kind.name()).is_some_and(|scheme| scheme.channel().is_none());
        self.reveal_existence || is_chosen
    }

    /// Returns the active users that the query names. By address, it finds only the caller unless existence may be
    /// revealed.
    ///
    /// # Errors
    /// Returns [`QueryUsersRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        caller: &Caller,
        query: UserQuery,
        origin: &Origin,
    ) -> Result<Vec<UserMatch>, Halt<QueryUsersRefusal>> {
        if caller.is_anonymous() {
            return refuse(QueryUsersRefusal::Anonymous);
        }
        self.limit.spend(origin).await.refused_as(QueryUsersRefusal::TooOften)?;
        let mut found = Vec::new();
        for id in query.ids {
            let account = self.accounts.find(id).await?;
            found.extend(account.map(|account| UserMatch { account, named_by: None }));
        }
        if let Some((kind, raw)) = query.login {
            let parsed = self.schemes.get(kind.name()).and_then(|scheme| scheme.parse(&raw).ok());
            if let Some(identifier) = parsed {
                let owner = self.accounts.find_by_identifier(&identifier).await?;
                let may_tell = |account: &Account| self.may_tell(kind) || account.id == caller.account.id;
                found.extend(owner.filter(may_tell).map(|account| UserMatch { account, named_by: Some(kind) }));
            }
        }
        found.retain(|found| found.account.status == UserStatus::Active);
        Ok(found)
    }
}
