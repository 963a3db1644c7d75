//! Deleting accounts.

use auth_domain::account_change::AccountDeletion;
use auth_ports::DeleteError;

use crate::proofs::Payment;
use crate::state::State;

impl State {
    /// The proof that pays for it is spent by the user, so it goes with the others.
    pub(super) fn delete(&mut self, deletion: AccountDeletion) -> Result<(), DeleteError> {
        let user = deletion.user;
        let payment =
            Payment { proofs: deletion.proof.as_slice(), user, fingerprint: deletion.fingerprint, at: deletion.at };
        if !self.can_spend_proofs(&payment) {
            return Err(DeleteError::ProofUnusable);
        }
        if !self.accounts.contains_key(&user) {
            return Err(DeleteError::NoAccount);
        }
        self.check_event_id(&deletion.event)?;
        self.spend_proofs(&payment);
        self.accounts.remove(&user);
        self.sessions.retain(|held| held.session.user != user);
        self.forget_proofs_of(user);
        self.events.push(deletion.event);
        Ok(())
    }
}
