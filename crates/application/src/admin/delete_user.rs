//! Delete a user. Everything personal is removed; the record of the deletion stays under pseudonyms.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountDeletion, Author};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::keyed_hash::ServerKey;
use auth_ports::{AccountStore, DeleteRefusal, Failure, Halt, Halted as _, refuse};

use super::{OnUserRefusal, Operator};
use crate::kit::{Recorder, pseudonyms};

/// Deletes users.
pub struct DeleteUser {
    accounts: Arc<dyn AccountStore>,
    recorder: Recorder,
    key: ServerKey,
}

impl DeleteUser {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, recorder: Recorder, key: ServerKey) -> Self {
        Self { accounts, recorder, key }
    }

    /// Deletes a user. Their login names and identities are available again at once.
    ///
    /// # Errors
    /// Returns [`OnUserRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, user: UserId, operator: &Operator) -> Result<(), Halt<OnUserRefusal>> {
        let account = self.accounts.find(user).await?.ok_or(Halt::Refused(OnUserRefusal::NoSuchUser))?;
        let now = self.recorder.now();
        let event = operator.event(&self.recorder, EventKind::AccountDeleted, Some(user), now);
        let detail = pseudonyms(&self.key, account.identifiers.iter().map(|held| &held.identifier));
        let event = NewEvent { detail, ..event };
        let deletion = AccountDeletion { user, by: Author::Operator, payment: None, event, telling: None, at: now };
        match self.accounts.delete(deletion).await.decided()? {
            Ok(()) => Ok(()),
            Err(DeleteRefusal::NoAccount) => refuse(OnUserRefusal::NoSuchUser),
            Err(refusal @ DeleteRefusal::ProofUnusable) => Err(Failure::internal(refusal).into()),
        }
    }
}
