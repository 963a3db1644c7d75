//! Sessions and the tokens that carry them.

use std::net::SocketAddr;
use std::sync::Arc;

use auth_application::kit::Sessions;
use auth_application::session::{Authenticate, EndSessions, IntrospectToken, IssueClientToken, RefreshSession};
use auth_http::SessionUseCases;
use auth_tokens::{KeyRing, KeyRingSettings};

use super::parts::Parts;
use crate::{StartFailure, signing_keys};

pub(super) struct SessionParts {
    pub(super) ring: Arc<KeyRing>,
    pub(super) sessions: Sessions,
    pub(super) authenticate: Arc<Authenticate>,
    issue_client_token: Arc<IssueClientToken>,
}

impl SessionParts {
    pub(super) fn build(parts: &Parts<'_>, public: SocketAddr) -> Result<Self, StartFailure> {
        let Parts { settings, stores, clock, clients, .. } = parts;
        let access_ttl = settings.tokens.access_ttl;
        let ring = Arc::new(key_ring(parts, public)?);
        Ok(Self {
            sessions: sessions(parts, ring.clone()),
            authenticate: Arc::new(Authenticate::new(ring.clone(), stores.accounts.clone(), clock.clone())),
            issue_client_token: Arc::new(IssueClientToken::new(
                ring.clone(),
                clock.clone(),
                clients.clone(),
                access_ttl,
            )),
            ring,
        })
    }

    pub(super) fn use_cases(&self, parts: &Parts<'_>, public: SocketAddr) -> SessionUseCases {
        SessionUseCases {
            authenticate: self.authenticate.clone(),
            refresh: Arc::new(self.refresh_session(parts)),
            client_tokens: self.issue_client_token.clone(),
            introspect: Arc::new(self.introspect_token(parts, public)),
            end: Arc::new(self.end_sessions(parts)),
        }
    }

    fn refresh_session(&self, parts: &Parts<'_>) -> RefreshSession {
        RefreshSession::new(
            parts.stores.sessions.clone(),
            self.sessions.clone(),
            parts.recorder(),
            parts.clients.clone(),
        )
    }

    fn introspect_token(&self, parts: &Parts<'_>, public: SocketAddr) -> IntrospectToken {
        IntrospectToken::new(
            self.authenticate.clone(),
            self.issue_client_token.clone(),
            parts.stores.accounts.clone(),
            self.sessions.clone(),
            parts.clock.clone(),
            parts.settings.issuer(public),
        )
    }

    fn end_sessions(&self, parts: &Parts<'_>) -> EndSessions {
        EndSessions::new(parts.stores.sessions.clone(), self.ring.clone(), self.sessions.clone(), parts.recorder())
    }
}

fn sessions(parts: &Parts<'_>, ring: Arc<KeyRing>) -> Sessions {
    let Parts { settings, stores, key, .. } = parts;
    let (policy, access_ttl) = (settings.sessions.policy(), settings.tokens.access_ttl);
    let sessions = Sessions::new(stores.sessions.clone(), ring, parts.recorder(), key.clone(), policy, access_ttl);
    if settings.notices.new_devices { sessions.telling_of_new_devices(parts.known_devices()) } else { sessions }
}

fn key_ring(parts: &Parts<'_>, public: SocketAddr) -> Result<KeyRing, StartFailure> {
    let settings = parts.settings;
    let keys = signing_keys::load(settings, &*parts.clock)?;
    let token_settings =
        KeyRingSettings { issuer: settings.issuer(public), project_id: settings.tokens.project_id.clone() };
    Ok(KeyRing::new(keys, token_settings, parts.entropy.clone()))
}
