//! Sessions.

mod begin;
mod rotate;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::accounts::telling::Telling;
use auth_domain::events::NewEvent;
use auth_domain::messages::{Notice, NoticeKind};
use auth_domain::presence::Presence;
use auth_domain::sessions::{KeptSession, NewSession, Session, SessionId};
use auth_ports::{BeginRefusal, BeginSession, Failure, Halt, RepeatRefusal, RotateRequest, Rotation, SessionStore};

use crate::MemoryStores;
use crate::state::{HeldSession, State, in_use};

#[async_trait]
impl SessionStore for MemoryStores {
    async fn begin(&self, begin: BeginSession) -> Result<(), Halt<BeginRefusal>> {
        self.open()?.begin(begin)
    }

    async fn begin_repeated(&self, begin: BeginSession) -> Result<(), Halt<RepeatRefusal>> {
        self.open()?.begin_repeated(begin)
    }

    async fn rotate(&self, request: RotateRequest) -> Result<Rotation, Failure> {
        self.open()?.rotate(request)
    }

    async fn note_presence(&self, user: UserId, session: SessionId, presence: Presence) -> Result<bool, Failure> {
        let mut state = self.open()?;
        let held = state.session(user, session).filter(|held| held.is_live(presence.at));
        Ok(held.map(|held| held.presence = Some(presence)).is_some())
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, Failure> {
        let state = self.open()?;
        let live = state.sessions.iter().filter(|held| held.session.user == user && held.is_live(now));
        let mut found: Vec<_> = live.map(as_found).collect();
        found.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        Ok(found)
    }

    async fn list_kept(&self, user: UserId, limit: u16) -> Result<Vec<KeptSession>, Failure> {
        let state = self.open()?;
        let theirs = state.sessions.iter().filter(|held| held.session.user == user);
        let mut kept: Vec<_> =
            theirs.map(|held| KeptSession { session: as_found(held), ended_at: held.ended_at }).collect();
        kept.sort_by_key(|kept| std::cmp::Reverse((kept.session.created_at, kept.session.id.as_uuid())));
        kept.truncate(limit.into());
        Ok(kept)
    }

    async fn end(&self, user: UserId, session: SessionId, event: NewEvent) -> Result<bool, Failure> {
        let mut state = self.open()?;
        if !state.has_live_session(user, session, event.at) {
            return Ok(false);
        }
        state.check_event_id(&event)?;
        if let Some(held) = state.session(user, session) {
            held.ended_at = Some(event.at);
        }
        state.record_in(session, event);
        Ok(true)
    }

    async fn end_all(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        device: Option<String>,
        event: NewEvent,
        telling: Option<Telling>,
    ) -> Result<u64, Failure> {
        let mut state = self.open()?;
        state.check_event_id(&event)?;
        let ended = state.end_sessions(user, keep, device.as_deref(), event.at);
        if ended > 0 {
            state.notify(user, telling.as_ref(), NoticeKind::SessionsEnded, event.at)?;
        }
        if ended > 0 || event.actor.is_always_recorded() {
            state.record(event);
        }
        Ok(ended)
    }
}

impl State {
    /// Queues notices to the user's addresses.
    fn notify(
        &mut self,
        user: UserId,
        telling: Option<&Telling>,
        kind: NoticeKind,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let told = telling.zip(self.accounts.get(&user));
        let messages = told.map(|(telling, account)| telling.messages(&[Notice::of(kind)], account, at));
        self.queue_all(messages.unwrap_or_default())
    }

    pub(crate) fn has_live_session(&self, user: UserId, session: SessionId, now: Timestamp) -> bool {
        let is_it = |held: &&HeldSession| (held.session.user, held.session.id) == (user, session);
        self.sessions.iter().find(is_it).is_some_and(|held| held.is_live(now))
    }

    pub(crate) fn check_session_ids(&self, session: &NewSession, event: &NewEvent) -> Result<(), Failure> {
        let is_it = |held: &HeldSession| (held.session.user, held.session.id) == (session.user, session.id);
        if self.sessions.iter().any(is_it) {
            return Err(in_use("the session id"));
        }
        self.check_event_id(event)
    }

    pub(crate) fn begin_session(&mut self, session: NewSession) {
        self.sessions.push(HeldSession {
            session,
            generation: 0,
            rotated_at: None,
            rotated_from: None,
            presence: None,
            ended_at: None,
        });
    }

    /// Ends the user's live sessions except `keep`, or only those on one device if it is given. Returns how many
    /// there were.
    pub(crate) fn end_sessions(
        &mut self,
        user: UserId,
        keep: Option<SessionId>,
        device: Option<&str>,
        at: Timestamp,
    ) -> u64 {
        let is_meant = |held: &&mut HeldSession| {
            let began_on = held.session.origin.device.as_ref().map(|device| device.as_str());
            let is_on_device = device.is_none() || began_on == device;
            held.session.user == user && Some(held.session.id) != keep && is_on_device && held.is_live(at)
        };
        let mut ended = 0;
        for held in self.sessions.iter_mut().filter(is_meant) {
            held.ended_at = Some(at);
            ended += 1;
        }
        ended
    }

    fn session(&mut self, user: UserId, session: SessionId) -> Option<&mut HeldSession> {
        self.sessions.iter_mut().find(|held| (held.session.user, held.session.id) == (user, session))
    }
}

fn as_found(held: &HeldSession) -> Session {
    let NewSession { id, origin, scope, method, created_at, expires_at, .. } = held.session.clone();
    Session {
        id,
        client: origin.client,
        device: origin.device.map(|device| device.as_str().to_owned()),
        network: origin.network.to_string(),
        user_agent: origin.user_agent,
        scope,
        method,
        created_at,
        generation: held.generation,
        rotated_at: held.rotated_at,
        expires_at,
        presence: held.presence.clone(),
    }
}
