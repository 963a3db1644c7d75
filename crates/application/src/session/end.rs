//! End sessions: by token, one's own, all of them, one device's.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::origin::Origin;
use auth_domain::sessions::{Session, SessionId};
use auth_ports::{AccessTokenChecker, Clock, Entropy, Failure, SessionStore};

use crate::kit::{Caller, SessionIssuer, new_event};

/// Ends and lists sessions.
pub struct EndSessions {
    sessions: Arc<dyn SessionStore>,
    checker: Arc<dyn AccessTokenChecker>,
    issuer: SessionIssuer,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl EndSessions {
    /// On these ports.
    #[must_use]
    pub fn new(
        sessions: Arc<dyn SessionStore>,
        checker: Arc<dyn AccessTokenChecker>,
        issuer: SessionIssuer,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { sessions, checker, issuer, clock, entropy }
    }

    /// Ends the sessions of these tokens, access or refresh. Tokens that are nobody's are fine
    /// (RFC 7009, 2.2); expired ones still end their session.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn by_tokens(&self, tokens: &[&str], origin: &Origin) -> Result<(), Failure> {
        for token in tokens {
            if let Some((user, session)) = self.session_of(token) {
                self.sessions.end(user, session, self.event(EventKind::SignedOut, user, origin)).await?;
            }
        }
        Ok(())
    }

    /// Ends one of the caller's sessions. False when they have no such live one.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn one(&self, caller: &Caller, session: SessionId, origin: &Origin) -> Result<bool, Failure> {
        let user = caller.account.id;
        self.sessions.end(user, session, self.event(EventKind::SignedOut, user, origin)).await
    }

    /// Ends all of the caller's sessions, the present one included.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn all(&self, caller: &Caller, origin: &Origin) -> Result<u64, Failure> {
        let user = caller.account.id;
        self.sessions.end_all(user, None, None, self.event(EventKind::SessionsEnded, user, origin)).await
    }

    /// Ends the caller's sessions on one device.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn on_device(&self, caller: &Caller, device: String, origin: &Origin) -> Result<u64, Failure> {
        let user = caller.account.id;
        let event = self.event(EventKind::SessionsEnded, user, origin);
        self.sessions.end_all(user, None, Some(device), event).await
    }

    /// The caller's live sessions, newest first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Session>, Failure> {
        self.sessions.list(caller.account.id, self.clock.now()).await
    }

    fn session_of(&self, token: &str) -> Option<(UserId, SessionId)> {
        if let Some(refresh) = self.issuer.open(token) {
            return Some((refresh.user(), refresh.session()));
        }
        self.checker.check_whenever(token).map(|claims| (claims.user, claims.session))
    }

    fn event(&self, kind: EventKind, user: UserId, origin: &Origin) -> NewEvent {
        let now: Timestamp = self.clock.now();
        new_event(&*self.entropy, kind, Some(user), Actor::User(origin.clone()), now)
    }
}
