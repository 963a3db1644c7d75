//! Whether the owner of an account is there. Every change to a way in asks, because an access token does not say so.

use std::sync::Arc;

use auth_domain::origin::{Origin, Place};
use auth_domain::presence::Presence;
use auth_ports::{Clock, Failure, Halt, SessionStore, refuse};
use chrono::TimeDelta;
use thiserror::Error;

use crate::kit::Caller;

/// The request has shown an access token and nothing else, and its session has not shown lately that its owner is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this session has not shown lately that its owner is there")]
pub struct NotPresent;

/// Asks sessions whether their owners are there, and notes that they were. Cheap to clone.
#[derive(Clone)]
pub struct PresenceCheck {
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
    window: TimeDelta,
}

impl PresenceCheck {
    /// Builds it from its ports. Presence counts for less than `window`.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>, clock: Arc<dyn Clock>, window: TimeDelta) -> Self {
        Self { sessions, clock, window }
    }

    /// Requires that the caller's session began, or that its owner proved to be there, within the window and where the
    /// request comes from. An anonymous user has no way in that could be taken, and need not be there.
    pub(crate) async fn require(&self, caller: &Caller, origin: &Origin) -> Result<(), Halt<NotPresent>> {
        if caller.is_anonymous() {
            return Ok(());
        }
        let (now, place) = (self.clock.now(), Place::of(origin));
        let sessions = self.sessions.list(caller.account.id, now).await?;
        let own = sessions.iter().find(|session| session.id == caller.claims.session);
        match own {
            Some(session) if session.shows_presence(&place, self.window, now) => Ok(()),
            _ => refuse(NotPresent),
        }
    }

    /// Notes that the caller has just proven to be there.
    pub(crate) async fn note(&self, caller: &Caller, origin: &Origin) -> Result<(), Failure> {
        let presence = Presence { at: self.clock.now(), place: Place::of(origin) };
        // A session that has ended meanwhile has nothing left to change.
        self.sessions.note_presence(caller.account.id, caller.claims.session, presence).await.map(drop)
    }
}
