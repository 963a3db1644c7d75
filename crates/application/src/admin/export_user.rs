//! Export everything that is kept about one person.

use std::sync::Arc;

use auth_domain::accounts::{Account, UserId};
use auth_domain::admin::{EventFilter, EventPage};
use auth_domain::events::{Event, EventKind};
use auth_domain::known_devices::KnownDevice;
use auth_domain::sessions::{KeptSession, Session};
use auth_ports::{AccountStore, EventStore, Failure, Halt, KnownDevices, SessionStore};

use super::{OnUserRefusal, Operator};
use crate::kit::Recorder;

/// How many remembered devices one export holds, the newest.
const MAX_DEVICES: u16 = 10_000;
/// How many events are read at once.
const PAGE: u16 = 1000;
/// How many sessions one export holds, the newest. There are more only of a user who signs in every few minutes.
const MAX_SESSIONS: u16 = 10_000;
/// How many events one export holds. Older ones are in the list of events.
const MAX_EVENTS: usize = 10_000;

/// What is kept about one user except what is secret or gone within days: the password's hash, codes that were sent,
/// proofs, and messages that are waiting to be sent.
#[derive(Debug, Clone)]
pub struct ExportedUser {
    /// The account with its identifiers and identities.
    pub account: Account,
    /// The live sessions, newest first.
    pub sessions: Vec<Session>,
    /// The sessions that ended or expired and are still kept, newest first.
    pub past_sessions: Vec<KeptSession>,
    /// Devices that are remembered although their sessions are gone, newest first.
    pub known_devices: Vec<KnownDevice>,
    /// The user's events, newest first, including the one of this export.
    pub events: Vec<Event>,
    /// Whether there are older events than these.
    pub has_more_events: bool,
}

/// Exports users.
pub struct ExportUser {
    accounts: Arc<dyn AccountStore>,
    sessions: Arc<dyn SessionStore>,
    known_devices: Arc<dyn KnownDevices>,
    events: Arc<dyn EventStore>,
    recorder: Recorder,
}

impl ExportUser {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        sessions: Arc<dyn SessionStore>,
        known_devices: Arc<dyn KnownDevices>,
        events: Arc<dyn EventStore>,
        recorder: Recorder,
    ) -> Self {
        Self { accounts, sessions, known_devices, events, recorder }
    }

    /// Records the export, then gathers the data.
    ///
    /// # Errors
    /// Returns [`OnUserRefusal`] if a rule refuses, or the failure of a port; nothing is handed out then.
    pub async fn run(&self, user: UserId, operator: &Operator) -> Result<ExportedUser, Halt<OnUserRefusal>> {
        let account = self.accounts.find(user).await?.ok_or(Halt::Refused(OnUserRefusal::NoSuchUser))?;
        let now = self.recorder.now();
        self.recorder.record(operator.event(&self.recorder, EventKind::UserExported, Some(user), now)).await?;
        let kept = self.sessions.list_kept(user, MAX_SESSIONS).await?;
        let (live, past_sessions): (Vec<_>, Vec<_>) = kept.into_iter().partition(|kept| kept.is_live(now));
        let sessions = live.into_iter().map(|kept| kept.session).collect();
        let known_devices = self.known_devices.list(user, MAX_DEVICES).await?;
        let (events, has_more_events) = self.events(user).await?;
        Ok(ExportedUser { account, sessions, past_sessions, known_devices, events, has_more_events })
    }

    async fn events(&self, user: UserId) -> Result<(Vec<Event>, bool), Failure> {
        let mut events: Vec<Event> = Vec::new();
        while events.len() < MAX_EVENTS {
            let page = self.older(user, &events, PAGE).await?;
            let is_last = page.len() < usize::from(PAGE);
            events.extend(page);
            if is_last {
                return Ok((events, false));
            }
        }
        let has_more = !self.older(user, &events, 1).await?.is_empty();
        Ok((events, has_more))
    }

    /// The next page after these events.
    async fn older(&self, user: UserId, than: &[Event], limit: u16) -> Result<Vec<Event>, Failure> {
        let before = than.last().map(|event| (event.at, event.id));
        self.events.list(EventPage { filter: EventFilter::of(user), before, limit }).await
    }
}
