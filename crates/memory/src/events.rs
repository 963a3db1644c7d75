//! Events.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::admin::{EventFeed, EventFeedRequest, EventPage};
use auth_domain::events::{Event, EventKind, NewEvent};
use auth_ports::{EventStore, Failure};

use crate::MemoryStores;
use crate::state::{State, in_use};

#[async_trait]
impl EventStore for MemoryStores {
    async fn record(&self, event: NewEvent) -> Result<(), Failure> {
        let mut state = self.open()?;
        if !state.events.has(event.id) {
            state.record(event);
        }
        Ok(())
    }

    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure> {
        let mut state = self.open()?;
        let mut old: Vec<_> =
            state.events.all().filter(|event| event.at < before).map(|event| (event.at, event.id)).collect();
        old.sort_unstable();
        old.truncate(limit.into());
        state.events.remove(|event| old.binary_search(&(event.at, event.id)).is_ok());
        Ok(old.len() as u64)
    }

    async fn list(&self, page: EventPage) -> Result<Vec<Event>, Failure> {
        let state = self.open()?;
        let is_wanted = |event: &&NewEvent| {
            let is_meant = page.filter.admits(event.user, event.kind, event.at);
            is_meant && page.before.is_none_or(|before| (event.at, event.id) < before)
        };
        let mut found: Vec<_> = state.events.all().filter(is_wanted).collect();
        found.sort_by_key(|event| std::cmp::Reverse((event.at, event.id)));
        Ok(found.into_iter().take(page.limit.into()).map(|event| state.as_found(event)).collect())
    }

    /// Reads in the order of recording, which suffices because every write here is complete at once.
    async fn read_forward(&self, request: EventFeedRequest) -> Result<EventFeed, Failure> {
        let state = self.open()?;
        let later = state.events.after(request.after);
        let meant = later.filter(|(_, event)| request.filter.admits(event.user, event.kind, event.at));
        let found: Vec<_> = meant.take(request.limit.into()).collect();
        let has_more = found.len() == usize::from(request.limit);
        let last = found.last().filter(|_| has_more).map_or(state.events.last_position(), |(position, _)| **position);
        let events = found.into_iter().map(|(_, event)| state.as_found(event)).collect();
        Ok(EventFeed { events, next: last.max(request.after), has_more })
    }
}

impl State {
    pub(crate) fn check_event_id(&self, event: &NewEvent) -> Result<(), Failure> {
        if self.events.has(event.id) { Err(in_use("the event id")) } else { Ok(()) }
    }

    /// Returns the event as lookups return it. For deleted users, only what happened remains.
    fn as_found(&self, event: &NewEvent) -> Event {
        let found = as_recorded(event);
        match event.user {
            Some(user) if self.gone.contains(&user) => Event {
                detail: found.detail.filter(|_| event.kind == EventKind::AccountDeleted),
                network: found.network.filter(|_| event.actor.origin().is_none()),
                ..found
            },
            _ => found,
        }
    }
}

fn as_recorded(event: &NewEvent) -> Event {
    let origin = event.actor.origin();
    Event {
        id: event.id,
        kind: event.kind.name().to_owned(),
        user: event.user,
        actor: event.actor.name(),
        method: event.method.clone(),
        detail: event.detail.clone(),
        client: origin.map(|origin| origin.client.clone()),
        network: event.actor.network().map(|network| network.to_string()),
        at: event.at,
    }
}
