//! Exchange a refresh token for its successor and a new access token.

use std::sync::Arc;

use auth_domain::access::AccessClaims;
use auth_domain::clients::Clients;
use auth_domain::events::EventKind;
use auth_domain::origin::{Origin, Place};
use auth_ports::{Halt, Happened, RotateRequest, Rotation, SessionStore, refuse};
use thiserror::Error;

use crate::kit::{Recorder, Sessions, Tokens};

/// Why a session does not continue.
#[derive(Debug, Error)]
pub enum RefreshSessionRefusal {
    /// The token is unknown, used, expired, another client's, or its session has ended.
    #[error("the refresh token is unknown, used or expired")]
    InvalidGrant,
}

/// Continues sessions.
pub struct RefreshSession {
    store: Arc<dyn SessionStore>,
    sessions: Sessions,
    recorder: Recorder,
    clients: Clients,
}

impl RefreshSession {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(store: Arc<dyn SessionStore>, sessions: Sessions, recorder: Recorder, clients: Clients) -> Self {
        Self { store, sessions, recorder, clients }
    }

    /// Rotates the refresh token. A used token yields the same successor again within the grace period and at the
    /// same place, and ends the session otherwise. If another client than the session's own presents it, it does neither.
    ///
    /// # Errors
    /// Returns [`RefreshSessionRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, refresh_token: &str, origin: &Origin) -> Result<Tokens, Halt<RefreshSessionRefusal>> {
        let token = self.sessions.open(refresh_token).ok_or(Halt::Refused(RefreshSessionRefusal::InvalidGrant))?;
        let now = self.recorder.now();
        let request = RotateRequest {
            user: token.user(),
            session: token.session(),
            generation: token.generation(),
            seed: token.seed_hash(),
            clients: self.clients.sessions_of(&origin.client),
            grace: self.sessions.policy().refresh_grace,
            place: Place::of(origin),
            now,
            replay_event: self.recorder.own_event(EventKind::RefreshReplayed, token.user(), origin, now),
        };
        match self.store.rotate(request).await? {
            Rotation::Succeeded { client, scope, method, expires_at } => {
                let claims = AccessClaims {
                    user: token.user(),
                    session: token.session(),
                    client,
                    for_client: origin.client_is_proven,
                    scope,
                    method,
                    issued_at: now,
                    expires_at,
                };
                self.recorder.count(Happened::SessionRefreshed);
                Ok(self.sessions.tokens(claims, &token.successor())?)
            }
            Rotation::Replayed => {
                self.recorder.count(Happened::RefreshReplayed);
                tracing::warn!(session.id = %token.session(), "session.refresh_replayed");
                refuse(RefreshSessionRefusal::InvalidGrant)
            }
            Rotation::Unknown => {
                self.recorder.count(Happened::RefreshRefused);
                refuse(RefreshSessionRefusal::InvalidGrant)
            }
        }
    }
}
