//! Delete a user: everything personal goes, the record of it stays without a name.

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
    /// On these ports.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, recorder: Recorder, key: ServerKey) -> Self {
        Self { accounts, recorder, key }
    }

    /// Deletes a user. Their login names and identities are free again at once.
    ///
    /// # Errors
    /// [`OnUserRefusal`], or the failure.
    pub async fn run(&self, user: UserId, operator: &Operator) -> Result<(), Halt<OnUserRefusal>> {
        let account = self.accounts.find(user).await?.ok_or(Halt::Refused(OnUserRefusal::NoSuchUser))?;
        let now = self.recorder.now();
        let event = operator.event(&self.recorder, EventKind::AccountDeleted, Some(user), now);
        let detail = pseudonyms(&self.key, account.identifiers.iter().map(|held| &held.identifier));
        let event = NewEvent { detail, ..event };
        let deletion = AccountDeletion { user, by: Author::Operator, payment: None, event, at: now };
        match self.accounts.delete(deletion).await.decided()? {
            Ok(()) => Ok(()),
            Err(DeleteRefusal::NoAccount) => refuse(OnUserRefusal::NoSuchUser),
            Err(refusal @ DeleteRefusal::ProofUnusable) => Err(Failure::internal(refusal).into()),
        }
    }
}
