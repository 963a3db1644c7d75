//! End sessions: by token, a particular one, all of them, or those on one device.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::origin::Origin;
use auth_domain::sessions::{Session, SessionId};
use auth_ports::{AccessTokenChecker, Failure, SessionStore};

use crate::kit::{Caller, Recorder, Sessions};

/// Ends and lists sessions.
pub struct EndSessions {
    store: Arc<dyn SessionStore>,
    checker: Arc<dyn AccessTokenChecker>,
    sessions: Sessions,
    recorder: Recorder,
}

impl EndSessions {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        store: Arc<dyn SessionStore>,
        checker: Arc<dyn AccessTokenChecker>,
        sessions: Sessions,
        recorder: Recorder,
    ) -> Self {
        Self { store, checker, sessions, recorder }
    }

    /// Ends the sessions of these access or refresh tokens. Unknown tokens are no error (RFC 7009, 2.2); expired ones
    /// still end their session.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn by_tokens(&self, tokens: &[&str], origin: &Origin) -> Result<(), Failure> {
        for token in tokens {
            if let Some((user, session)) = self.session_of(token) {
                self.store.end(user, session, self.event(EventKind::SignedOut, user, origin)).await?;
            }
        }
        Ok(())
    }

    /// Ends one of the caller's sessions. Returns false if they have no such live session.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn one(&self, caller: &Caller, session: SessionId, origin: &Origin) -> Result<bool, Failure> {
        let user = caller.account.id;
        self.store.end(user, session, self.event(EventKind::SignedOut, user, origin)).await
    }

    /// Ends all of the caller's sessions, including the present one.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn all(&self, caller: &Caller, origin: &Origin) -> Result<u64, Failure> {
        let (user, telling) = (caller.account.id, self.recorder.telling(origin.language));
        let event = self.event(EventKind::SessionsEnded, user, origin);
        let ended = self.store.end_all(user, None, None, event, telling).await?;
        self.recorder.told();
        Ok(ended)
    }

    /// Ends the caller's sessions on one device, which is named by its id or as [`EndSessions::list`] names it. Returns
    /// how many there were.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn on_device(&self, caller: &Caller, named: &str, origin: &Origin) -> Result<u64, Failure> {
        let user = caller.account.id;
        let live = self.store.list(user, self.recorder.now()).await?;
        let is_it = |device: &String| device == named || self.sessions.is_device_name(user, device, named);
        let Some(device) = live.into_iter().filter_map(|session| session.device).find(is_it) else { return Ok(0) };
        self.store.end_all(user, None, Some(device), self.event(EventKind::SessionsEnded, user, origin), None).await
    }

    /// Returns the caller's live sessions, newest first. Devices are named by a keyed hash of their ids, because whoever
    /// has an access token must not learn what would make them present.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Session>, Failure> {
        let user = caller.account.id;
        let named = |session: Session| Session {
            device: session.device.map(|device| self.sessions.device_name(user, &device)),
            ..session
        };
        Ok(self.store.list(user, self.recorder.now()).await?.into_iter().map(named).collect())
    }

    fn session_of(&self, token: &str) -> Option<(UserId, SessionId)> {
        if let Some(refresh) = self.sessions.open(token) {
            return Some((refresh.user(), refresh.session()));
        }
        self.checker.check_whenever(token).map(|claims| (claims.user, claims.session))
    }

    fn event(&self, kind: EventKind, user: UserId, origin: &Origin) -> NewEvent {
        self.recorder.own_event(kind, user, origin, self.recorder.now())
    }
}
