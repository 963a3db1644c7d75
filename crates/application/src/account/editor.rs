//! What every change to an account has in common.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_domain::sessions::SessionId;
use auth_ports::{AccountStore, ChangeRefusal, Halt};

use crate::kit::{Payments, Recorder};

/// Makes changes to accounts. It is cheap to clone and part of every use case that changes an account.
#[derive(Clone)]
pub struct Editor {
    pub(super) accounts: Arc<dyn AccountStore>,
    pub(super) payments: Payments,
    pub(super) recorder: Recorder,
}

/// A change that the owner of an account makes, and the events that record it.
pub(super) struct Edit<'a> {
    pub(super) user: UserId,
    /// The session that the request was made in; `None` if the user is not signed in, as when resetting a password.
    pub(super) session: Option<SessionId>,
    pub(super) origin: &'a Origin,
    pub(super) changes: Vec<Change>,
    pub(super) payment: Option<Payment>,
    pub(super) end_sessions: SessionsToEnd,
    /// One event per change.
    pub(super) records: Vec<(EventKind, Option<String>)>,
}

impl Editor {
    /// Builds the editor from its ports.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, payments: Payments, recorder: Recorder) -> Self {
        Self { accounts, payments, recorder }
    }

    pub(super) async fn make(&self, edit: Edit<'_>) -> Result<(), Halt<ChangeRefusal>> {
        let at = self.recorder.now();
        let event = |(kind, detail)| self.event(kind, edit.user, edit.origin, detail);
        let change = AccountChange {
            user: edit.user,
            by: Author::Owner { session: edit.session },
            changes: edit.changes,
            payment: edit.payment,
            end_sessions: edit.end_sessions,
            events: edit.records.into_iter().map(event).collect(),
            at,
        };
        self.accounts.change(change).await
    }

    pub(super) fn event(&self, kind: EventKind, user: UserId, origin: &Origin, detail: Option<String>) -> NewEvent {
        NewEvent { detail, ..self.recorder.own_event(kind, user, origin, self.recorder.now()) }
    }
}
