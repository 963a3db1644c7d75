//! Look users up: by id, by login name, one page after the other.

use std::sync::Arc;

use auth_domain::accounts::{Account, UserId};
use auth_domain::admin::UserPage;
use auth_domain::identifier::{IdentifierError, Schemes};
use auth_ports::{AccountStore, Failure, Halt, OrRefuse as _, UserStore};
use thiserror::Error;

use super::OnUserRefusal;

/// Why nobody was looked up.
#[derive(Debug, Error)]
pub enum FindUsersRefusal {
    /// There is no such kind of login name.
    #[error("users cannot be found by this")]
    Kind,
    /// The login name is malformed, so nobody has it.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
}

/// Looks users up.
pub struct FindUsers {
    accounts: Arc<dyn AccountStore>,
    users: Arc<dyn UserStore>,
    schemes: Schemes,
}

impl FindUsers {
    /// On these ports.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, users: Arc<dyn UserStore>, schemes: Schemes) -> Self {
        Self { accounts, users, schemes }
    }

    /// The user with this id.
    ///
    /// # Errors
    /// [`OnUserRefusal`], or the failure.
    pub async fn by_id(&self, user: UserId) -> Result<Account, Halt<OnUserRefusal>> {
        self.accounts.find(user).await?.ok_or(Halt::Refused(OnUserRefusal::NoSuchUser))
    }

    /// The user with this login name, if there is one.
    ///
    /// # Errors
    /// [`FindUsersRefusal`], or the failure.
    pub async fn by_identifier(&self, kind: &str, raw: &str) -> Result<Option<Account>, Halt<FindUsersRefusal>> {
        let identifier = self.schemes.get(kind).ok_or(Halt::Refused(FindUsersRefusal::Kind))?.parse(raw).or_refuse()?;
        Ok(self.accounts.find_by_identifier(&identifier).await?)
    }

    /// A page of all users, oldest first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn page(&self, page: UserPage) -> Result<Vec<Account>, Failure> {
        self.users.list(page).await
    }
}
