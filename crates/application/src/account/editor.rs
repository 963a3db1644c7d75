//! What every change to an account has in common.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountChange, Change, SessionsToEnd};
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofHash;
use auth_domain::sessions::SessionId;
use auth_ports::{AccountStore, ChangeRefusal, Clock, Entropy, Halt, OrRefuse as _, ProofStore};

use crate::kit::{Accepted, Presented, ProofProblem, hash_of, new_event};

/// Makes changes. Cheap to clone; part of every use case that changes accounts.
#[derive(Clone)]
pub struct Editor {
    pub(super) accounts: Arc<dyn AccountStore>,
    pub(super) proofs: Arc<dyn ProofStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) key: ServerKey,
}

/// A change, and what is written down of it.
pub(super) struct Edit<'a> {
    pub(super) user: UserId,
    /// The session of the request; none of who signs in to nothing.
    pub(super) session: Option<SessionId>,
    pub(super) origin: &'a Origin,
    pub(super) changes: Vec<Change>,
    pub(super) proofs: Vec<ProofHash>,
    pub(super) fingerprint: [u8; 32],
    pub(super) end_sessions: SessionsToEnd,
    /// One for each change.
    pub(super) records: Vec<(EventKind, Option<String>)>,
}

impl Editor {
    /// On these ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        proofs: Arc<dyn ProofStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        key: ServerKey,
    ) -> Self {
        Self { accounts, proofs, clock, entropy, key }
    }

    pub(super) async fn make(&self, edit: Edit<'_>) -> Result<(), Halt<ChangeRefusal>> {
        let at = self.clock.now();
        let event = |(kind, detail)| self.event(kind, edit.user, edit.origin, detail);
        let change = AccountChange {
            user: edit.user,
            session: edit.session,
            changes: edit.changes,
            proofs: edit.proofs,
            fingerprint: edit.fingerprint,
            end_sessions: edit.end_sessions,
            events: edit.records.into_iter().map(event).collect(),
            at,
        };
        self.accounts.change(change).await
    }

    pub(super) fn event(&self, kind: EventKind, user: UserId, origin: &Origin, detail: Option<String>) -> NewEvent {
        let actor = Actor::User(origin.clone());
        NewEvent { detail, ..new_event(&*self.entropy, kind, Some(user), actor, self.clock.now()) }
    }

    /// Keyed hash of a request: what it is for, and its texts.
    pub(super) fn fingerprint(&self, what: &str, texts: &[&str]) -> [u8; 32] {
        let parts: Vec<&[u8]> = std::iter::once(what).chain(texts.iter().copied()).map(str::as_bytes).collect();
        self.key.hash(KeyUse::RequestFingerprint, &parts)
    }

    /// Finds and judges the proof behind a token.
    pub(super) async fn proof(
        &self,
        token: &str,
        origin: &Origin,
        fingerprint: &[u8; 32],
    ) -> Result<Accepted, Halt<ProofProblem>> {
        let hash = hash_of(token).or_refuse()?;
        let presented = Presented { client: &origin.client, fingerprint, now: self.clock.now() };
        presented.find(&*self.proofs, &hash).await
    }
}
