//! Delete a user: everything personal goes, the record of it stays without a name.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::accounts::change::AccountDeletion;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::keyed_hash::ServerKey;
use auth_ports::{AccountStore, Clock, DeleteError, Entropy};

use super::{OnUserError, Operator};
use crate::kit::{Failure, pseudonyms};

/// Deletes users.
pub struct DeleteUser {
    accounts: Arc<dyn AccountStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    key: ServerKey,
}

impl DeleteUser {
    /// On these ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        key: ServerKey,
    ) -> Self {
        Self { accounts, clock, entropy, key }
    }

    /// Deletes a user. Their login names and identities are free again at once.
    ///
    /// # Errors
    /// [`OnUserError`].
    pub async fn run(&self, user: UserId, operator: &Operator) -> Result<(), OnUserError> {
        let account = self.accounts.find(user).await?.ok_or(OnUserError::NoSuchUser)?;
        let now = self.clock.now();
        let event = operator.event(&*self.entropy, EventKind::AccountDeleted, Some(user), now);
        let detail = pseudonyms(&self.key, account.identifiers.iter().map(|held| &held.identifier));
        let event = NewEvent { detail, ..event };
        match self
            .accounts
            .delete(AccountDeletion { user, session: None, proof: None, fingerprint: [0; 32], event, at: now })
            .await
        {
            Ok(()) => Ok(()),
            Err(DeleteError::NoAccount) => Err(OnUserError::NoSuchUser),
            Err(DeleteError::Store(error)) => Err(error.into()),
            Err(error @ DeleteError::ProofUnusable) => Err(Failure::Internal(error.into()).into()),
        }
    }
}
