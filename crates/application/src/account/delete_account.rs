//! Delete one's own account.

use auth_domain::accounts::change::{AccountDeletion, Author};
use auth_domain::events::EventKind;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_ports::{DeleteRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::SecretString;
use thiserror::Error;

use super::editor::Editor;
use crate::kit::{Accepted, Attempt, Caller, hash_of, pseudonyms};

/// Why the account was not deleted.
#[derive(Debug, Error)]
pub enum DeleteAccountRefusal {
    /// The sudo token is missing, wrong, expired, used, or belongs to somebody else.
    #[error("sudo_token is wrong, expired or used")]
    SudoToken,
}

/// Deletes accounts.
pub struct DeleteAccount {
    editor: Editor,
    key: ServerKey,
}

impl DeleteAccount {
    /// Builds the use case from its ports; `key` is used for the hashes that stay.
    #[must_use]
    pub fn new(editor: Editor, key: ServerKey) -> Self {
        Self { editor, key }
    }

    /// Deletes everything personal. What remains is the event with keyed hashes of the identifiers, so that an
    /// operator who is asked about an address can still tell that its account was deleted.
    ///
    /// # Errors
    /// Returns [`DeleteAccountRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        caller: &Caller,
        token: &SecretString,
        origin: &Origin,
    ) -> Result<(), Halt<DeleteAccountRefusal>> {
        let Editor { accounts, payments, recorder, .. } = &self.editor;
        let request = payments.request("delete an account", &[], origin);
        let proof = hash_of(token).map_err(|_| DeleteAccountRefusal::SudoToken).or_refuse()?;
        let delete = async |sudo: Accepted| {
            sudo.proves_presence(caller.account.id).map_err(|_| DeleteAccountRefusal::SudoToken).or_refuse()?;
            let held = caller.account.identifiers.iter().map(|held| &held.identifier);
            let detail = pseudonyms(&self.key, held);
            let deletion = AccountDeletion {
                user: caller.account.id,
                by: Author::Owner { session: Some(caller.claims.session) },
                payment: request.payment(vec![sudo.proof.hash]),
                event: self.editor.event(EventKind::AccountDeleted, caller.account.id, origin, detail),
                telling: recorder.telling(origin.language),
                at: recorder.now(),
            };
            match accounts.delete(deletion).await.decided()? {
                Ok(()) => {
                    recorder.told();
                    Ok(Attempt::Done(()))
                }
                Err(DeleteRefusal::ProofUnusable) => Ok(Attempt::Overtaken),
                Err(DeleteRefusal::NoAccount) => refuse(DeleteAccountRefusal::SudoToken),
            }
        };
        payments.pay(&request, &proof, |_| DeleteAccountRefusal::SudoToken, delete).await
    }
}
