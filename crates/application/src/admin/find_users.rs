//! Find users by id or login name, or list them page by page.

use std::sync::Arc;

use auth_domain::accounts::{Account, UserId};
use auth_domain::admin::{NamePage, NamePlace, UserFilter, UserPage, UsersByName};
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, Schemes};
use auth_ports::{AccountStore, Failure, Halt, OrRefuse as _, UserStore};
use thiserror::Error;

use super::{OnUserRefusal, Operator};
use crate::kit::Recorder;

/// Why the search was refused.
#[derive(Debug, Error)]
pub enum FindUsersRefusal {
    /// There is no such kind of login name.
    #[error("users cannot be found by this")]
    Kind,
    /// The login name is malformed, so nobody has it.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
}

/// Finds users. Each call leaves an event.
pub struct FindUsers {
    accounts: Arc<dyn AccountStore>,
    users: Arc<dyn UserStore>,
    schemes: Schemes,
    recorder: Recorder,
}

impl FindUsers {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        users: Arc<dyn UserStore>,
        schemes: Schemes,
        recorder: Recorder,
    ) -> Self {
        Self { accounts, users, schemes, recorder }
    }

    /// Returns the user with this id.
    ///
    /// # Errors
    /// Returns [`OnUserRefusal`] if a rule refuses, or the failure of a port.
    pub async fn by_id(&self, user: UserId, operator: &Operator) -> Result<Account, Halt<OnUserRefusal>> {
        let account = self.accounts.find(user).await?.ok_or(Halt::Refused(OnUserRefusal::NoSuchUser))?;
        operator.record_reading(&self.recorder, EventKind::UserRead, Some(user), "by id").await?;
        Ok(account)
    }

    /// Returns the user with this login name, as it was typed or pasted, if there is one.
    ///
    /// # Errors
    /// Returns [`FindUsersRefusal`] if a rule refuses, or the failure of a port.
    pub async fn by_identifier(
        &self,
        kind: &str,
        raw: &str,
        operator: &Operator,
    ) -> Result<Option<Account>, Halt<FindUsersRefusal>> {
        let identifier =
            self.schemes.get(kind).ok_or(Halt::Refused(FindUsersRefusal::Kind))?.look_up(raw).or_refuse()?;
        let account = self.accounts.find_by_identifier(&identifier).await?;
        let found = account.as_ref().map(|account| account.id);
        operator.record_reading(&self.recorder, EventKind::UserRead, found, &format!("by {kind}")).await?;
        Ok(account)
    }

    /// Returns a page of all users, oldest first.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn page(&self, page: UserPage, operator: &Operator) -> Result<Vec<Account>, Failure> {
        let accounts = self.users.list(page).await?;
        let how = format!("{} users", accounts.len());
        operator.record_reading(&self.recorder, EventKind::UsersListed, None, &how).await?;
        Ok(accounts)
    }

    /// Returns a page of the users that the filter selects, oldest first.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn search(
        &self,
        filter: UserFilter,
        page: UserPage,
        operator: &Operator,
    ) -> Result<Vec<Account>, Failure> {
        let accounts = self.users.search(filter, page).await?;
        self.record_search(&accounts, operator).await?;
        Ok(accounts)
    }

    /// Returns a page of the users one of whose login names begins with `begins`, as people write it, in the order of these
    /// names: at most `limit` of them, those after the place if there is one.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn search_by_name(
        &self,
        begins: &str,
        filter: UserFilter,
        (after, limit): (Option<NamePlace>, u16),
        operator: &Operator,
    ) -> Result<UsersByName, Failure> {
        let beginnings = self.schemes.beginnings(begins);
        let found = self.users.search_by_name(NamePage { beginnings, filter, after, limit }).await?;
        self.record_search(&found.accounts, operator).await?;
        Ok(found)
    }

    /// What was searched for may be a login name and is not recorded.
    async fn record_search(&self, found: &[Account], operator: &Operator) -> Result<(), Failure> {
        let how = format!("{} users, searched", found.len());
        operator.record_reading(&self.recorder, EventKind::UsersListed, None, &how).await
    }
}
