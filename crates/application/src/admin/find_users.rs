//! Look users up: by id, by login name, one page after the other.

use std::sync::Arc;

use auth_domain::accounts::{Account, UserId};
use auth_domain::admin::UserPage;
use auth_domain::identifier::{IdentifierError, Schemes};
use auth_ports::{AccountStore, StoreError, UserStore};
use thiserror::Error;

use super::OnUserError;
use crate::kit::Failure;

/// Why nobody was looked up.
#[derive(Debug, Error)]
pub enum FindUsersError {
    /// There is no such kind of login name.
    #[error("users cannot be found by this")]
    Kind,
    /// The login name is malformed, so nobody has it.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<StoreError> for FindUsersError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
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
    /// [`OnUserError`].
    pub async fn by_id(&self, user: UserId) -> Result<Account, OnUserError> {
        self.accounts.find(user).await?.ok_or(OnUserError::NoSuchUser)
    }

    /// The user with this login name, if there is one.
    ///
    /// # Errors
    /// [`FindUsersError`].
    pub async fn by_identifier(&self, kind: &str, raw: &str) -> Result<Option<Account>, FindUsersError> {
        let identifier = self.schemes.get(kind).ok_or(FindUsersError::Kind)?.parse(raw)?;
        Ok(self.accounts.find_by_identifier(&identifier).await?)
    }

    /// A page of all users, oldest first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn page(&self, page: UserPage) -> Result<Vec<Account>, Failure> {
        Ok(self.users.list(page).await?)
    }
}
