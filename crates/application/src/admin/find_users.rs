//! Find users by id or login name, or list them page by page.

use std::sync::Arc;

use auth_domain::accounts::{Account, UserId};
use auth_domain::admin::UserPage;
use auth_domain::identifier::{IdentifierError, Schemes};
use auth_ports::{AccountStore, Failure, Halt, OrRefuse as _, UserStore};
use thiserror::Error;

use super::OnUserRefusal;

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

/// Finds users.
pub struct FindUsers {
    accounts: Arc<dyn AccountStore>,
    users: Arc<dyn UserStore>,
    schemes: Schemes,
}

impl FindUsers {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, users: Arc<dyn UserStore>, schemes: Schemes) -> Self {
        Self { accounts, users, schemes }
    }

    /// Returns the user with this id.
    ///
    /// # Errors
    /// Returns [`OnUserRefusal`] if a rule refuses, or the failure of a port.
    pub async fn by_id(&self, user: UserId) -> Result<Account, Halt<OnUserRefusal>> {
        self.accounts.find(user).await?.ok_or(Halt::Refused(OnUserRefusal::NoSuchUser))
    }

    /// Returns the user with this login name, if there is one.
    ///
    /// # Errors
    /// Returns [`FindUsersRefusal`] if a rule refuses, or the failure of a port.
    pub async fn by_identifier(&self, kind: &str, raw: &str) -> Result<Option<Account>, Halt<FindUsersRefusal>> {
        let identifier = self.schemes.get(kind).ok_or(Halt::Refused(FindUsersRefusal::Kind))?.parse(raw).or_refuse()?;
        Ok(self.accounts.find_by_identifier(&identifier).await?)
    }

    /// Returns a page of all users, oldest first.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn page(&self, page: UserPage) -> Result<Vec<Account>, Failure> {
        self.users.list(page).await
    }
}
