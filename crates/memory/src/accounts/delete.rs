//! Deleting accounts.

use auth_domain::accounts::change::AccountDeletion;
use auth_ports::{DeleteRefusal, Halt, refuse};

use crate::state::{State, has};

impl State {
    /// Deletes the account. The proof that pays for it is spent by the user, so it is deleted with the others.
    pub(super) fn delete(&mut self, deletion: AccountDeletion) -> Result<(), Halt<DeleteRefusal>> {
        let user = deletion.user;
        let payment = deletion.payment.as_ref();
        if !self.can_spend(payment, deletion.at) {
            return refuse(DeleteRefusal::ProofUnusable);
        }
        let Some(account) = self.accounts.get(&user).cloned() else { return refuse(DeleteRefusal::NoAccount) };
        if deletion.by.session().is_some_and(|session| !self.has_live_session(user, session, deletion.at)) {
            return refuse(DeleteRefusal::NoAccount);
        }
        self.check_event_id(&deletion.event)?;
        self.spend(payment, user, deletion.at);
        self.accounts.remove(&user);
        self.sessions.retain(|held| held.session.user != user);
        self.known_devices.retain(|device| device.user != user);
        self.forget_proofs_of(&account);
        self.verifications.retain(|held| !has(&account, &held.address));
        self.messages.retain(|held| !has(&account, &held.message.to));
        self.queue_all(deletion.messages(&account))?;
        self.gone.insert(user);
        self.record(deletion.event);
        Ok(())
    }
}
