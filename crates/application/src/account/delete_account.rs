//! Delete one's own account.

use auth_domain::accounts::change::AccountDeletion;
use auth_domain::events::EventKind;
use auth_domain::origin::Origin;
use auth_ports::{DeleteRefusal, Halt, Halted as _, OrRefuse as _};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::Editor;
use crate::kit::{Caller, pseudonyms};

/// Why the account stays.
#[derive(Debug, Error)]
pub enum DeleteAccountRefusal {
    /// The sudo token is missing, wrong, expired, used, or somebody else's.
    #[error("sudo_token is wrong, expired or used")]
    SudoToken,
}

/// Deletes accounts.
pub struct DeleteAccount {
    editor: Editor,
}

impl DeleteAccount {
    /// On these ports.
    #[must_use]
    pub fn new(editor: Editor) -> Self {
        Self { editor }
    }

    /// Removes everything personal. What stays is the event, with keyed hashes of the identifiers: an
    /// operator who is asked about an address can still tell that its account was deleted.
    ///
    /// # Errors
    /// [`DeleteAccountRefusal`], or the failure.
    pub async fn run(
        &self,
        caller: &Caller,
        token: &SecretString,
        origin: &Origin,
    ) -> Result<(), Halt<DeleteAccountRefusal>> {
        let fingerprint = self.editor.fingerprint("delete an account", &[]);
        let found = self.editor.proof(token.expose_secret(), origin, &fingerprint).await;
        let sudo = found.refused_as(|_| DeleteAccountRefusal::SudoToken)?;
        sudo.proves_presence(caller.account.id).map_err(|_| DeleteAccountRefusal::SudoToken).or_refuse()?;
        let held = caller.account.identifiers.iter().map(|held| &held.identifier);
        let detail = pseudonyms(&self.editor.key, held);
        let deletion = AccountDeletion {
            user: caller.account.id,
            session: Some(caller.claims.session),
            proof: Some(sudo.proof.hash),
            fingerprint,
            event: self.editor.event(EventKind::AccountDeleted, caller.account.id, origin, detail),
            at: self.editor.clock.now(),
        };
        self.editor.accounts.delete(deletion).await.refused_as(|refusal| match refusal {
            DeleteRefusal::ProofUnusable | DeleteRefusal::NoAccount => DeleteAccountRefusal::SudoToken,
        })
    }
}
