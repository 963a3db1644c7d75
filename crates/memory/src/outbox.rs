//! Events that wait for subscribers, and those that were given up.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::events::NewEvent;
use auth_domain::outbox::{DeadLetter, DeadLetterPage, OutgoingEvent, QueuedEvent, SubscriberBacklog, SubscriberId};
use auth_domain::sessions::SessionId;
use auth_ports::{ClaimEvents, ClaimedEvents, DeadLetters, DeliveryOutcome, Failure, Outbox, SettledEvent};
use uuid::Uuid;

use crate::MemoryStores;
use crate::state::{HeldDeadLetter, State, WaitingEvent};

#[async_trait]
impl Outbox for MemoryStores {
    async fn claim(&self, claim: ClaimEvents) -> Result<Vec<ClaimedEvents>, Failure> {
        Ok(self.open()?.claim(&claim))
    }

    async fn settle(&self, subscriber: &SubscriberId, settled: Vec<SettledEvent>) -> Result<(), Failure> {
        let mut state = self.open()?;
        for one in settled {
            state.settle(subscriber, one);
        }
        Ok(())
    }

    async fn end(&self, subscriber: &SubscriberId, at: Timestamp) -> Result<(), Failure> {
        self.open()?.ended.entry(subscriber.clone()).or_insert(at);
        Ok(())
    }

    async fn resume(&self, subscriber: &SubscriberId, event: NewEvent) -> Result<bool, Failure> {
        let mut state = self.open()?;
        state.check_event_id(&event)?;
        let had_ended = state.ended.remove(subscriber).is_some();
        if had_ended {
            state.record(event);
        }
        Ok(had_ended)
    }

    async fn ended_at(&self, subscriber: &SubscriberId) -> Result<Option<Timestamp>, Failure> {
        Ok(self.open()?.ended.get(subscriber).copied())
    }

    async fn discard(&self, subscriber: &SubscriberId, limit: u16) -> Result<u64, Failure> {
        Ok(self.open()?.discard(limit, |waiting| waiting.subscriber == *subscriber))
    }

    async fn backlogs(&self) -> Result<Vec<SubscriberBacklog>, Failure> {
        Ok(self.open()?.backlogs())
    }
}

#[async_trait]
impl DeadLetters for MemoryStores {
    async fn list(&self, page: DeadLetterPage) -> Result<Vec<DeadLetter>, Failure> {
        let state = self.open()?;
        let is_wanted = |letter: &&DeadLetter| {
            let is_theirs = page.subscriber.as_ref().is_none_or(|subscriber| *subscriber == letter.subscriber);
            let is_of_event = page.event.is_none_or(|event| event == letter.event.id);
            is_theirs && is_of_event && page.before.as_ref().is_none_or(|before| place(letter) < *before)
        };
        let mut found: Vec<_> = state.dead.iter().map(|held| &held.letter).filter(is_wanted).cloned().collect();
        found.sort_by_key(|letter| std::cmp::Reverse(place(letter)));
        found.truncate(page.limit.into());
        Ok(found)
    }

    async fn send_again(
        &self,
        subscriber: &SubscriberId,
        ids: Option<Vec<Uuid>>,
        event: NewEvent,
        limit: u16,
    ) -> Result<u64, Failure> {
        let mut state = self.open()?;
        state.check_event_id(&event)?;
        let sent = state.send_again(subscriber, ids.as_deref(), event.at, limit);
        if sent > 0 {
            state.record(event);
        }
        Ok(sent)
    }

    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure> {
        let mut state = self.open()?;
        let waiting = state.discard(limit, |waiting| waiting.due_at < before && waiting.queued.event.at < before);
        let mut dead = 0;
        state.dead.retain(|held| {
            let goes = dead < u64::from(limit) && held.letter.died_at < before;
            dead += u64::from(goes);
            !goes
        });
        Ok(waiting + dead)
    }
}

fn place(letter: &DeadLetter) -> (Timestamp, Uuid, SubscriberId) {
    (letter.died_at, letter.event.id, letter.subscriber.clone())
}

impl State {
    /// Stores the event and queues it for its subscribers.
    pub(crate) fn record(&mut self, event: NewEvent) {
        self.tell(OutgoingEvent::of(&event));
        self.events.push(event);
    }

    /// Stores the event of this session and queues it for its subscribers.
    pub(crate) fn record_in(&mut self, session: SessionId, event: NewEvent) {
        self.tell(OutgoingEvent::of(&event).map(|told| told.in_session(session)));
        self.events.push(event);
    }

    /// Stores the record of an import and queues an event per account.
    pub(crate) fn record_import(&mut self, event: NewEvent, users: impl IntoIterator<Item = UserId>) {
        for user in users {
            self.tell(Some(OutgoingEvent::of_imported(&event, user)));
        }
        self.events.push(event);
    }

    /// Queues an event for its subscribers.
    pub(crate) fn tell(&mut self, event: Option<OutgoingEvent>) {
        let Some(event) = event else { return };
        for subscriber in self.subscribers.clone().to(event.kind) {
            self.told += 1;
            self.outbox.push(WaitingEvent {
                subscriber: subscriber.clone(),
                position: self.told,
                due_at: event.at,
                queued: QueuedEvent { event: event.clone(), failures: 0 },
            });
            (self.wake.0)();
        }
    }

    fn claim(&mut self, claim: &ClaimEvents) -> Vec<ClaimedEvents> {
        let mut claimed: Vec<ClaimedEvents> = Vec::new();
        let mut held_up = BTreeSet::new();
        for waiting in self.outbox.iter_mut().filter(|waiting| waiting.subscriber == claim.subscriber) {
            let key = waiting.queued.event.ordering_key();
            match claimed.iter().position(|claimed| claimed.key == key) {
                Some(index) if claimed[index].events.len() < claim.per_key.into() => {
                    claimed[index].events.push(waiting.queued.clone());
                }
                Some(_) => {}
                None if held_up.contains(&key) => {}
                None if waiting.due_at <= claim.now && claimed.len() < claim.keys.into() && claim.per_key > 0 => {
                    waiting.due_at = claim.leased_until;
                    claimed.push(ClaimedEvents { key, events: vec![waiting.queued.clone()] });
                }
                None => drop(held_up.insert(key)),
            }
        }
        claimed
    }

    fn settle(&mut self, subscriber: &SubscriberId, settled: SettledEvent) {
        let is_it = |waiting: &WaitingEvent| waiting.subscriber == *subscriber && waiting.queued.event.id == settled.id;
        let Some(index) = self.outbox.iter().position(is_it) else { return };
        match settled.outcome {
            DeliveryOutcome::Delivered => drop(self.outbox.remove(index)),
            DeliveryOutcome::PutBack { at } => self.outbox[index].due_at = at,
            DeliveryOutcome::Failed { again_at } => {
                self.outbox[index].due_at = again_at;
                self.outbox[index].queued.failures += 1;
            }
            DeliveryOutcome::GivenUp { problem, at } => {
                let WaitingEvent { subscriber, position, queued, .. } = self.outbox.remove(index);
                let QueuedEvent { event, failures } = queued;
                let letter = DeadLetter { subscriber, event, failures: failures + 1, problem, died_at: at };
                self.dead.push(HeldDeadLetter { letter, position });
            }
        }
    }

    fn send_again(&mut self, subscriber: &SubscriberId, ids: Option<&[Uuid]>, now: Timestamp, limit: u16) -> u64 {
        let is_meant = |letter: &DeadLetter| {
            letter.subscriber == *subscriber && ids.is_none_or(|ids| ids.contains(&letter.event.id))
        };
        let mut again = Vec::new();
        self.dead.retain(|held| {
            let goes = again.len() < limit.into() && is_meant(&held.letter);
            if goes {
                again.push(held.clone());
            }
            !goes
        });
        for HeldDeadLetter { letter, position } in &again {
            let queued = QueuedEvent { event: letter.event.clone(), failures: 0 };
            let waiting = WaitingEvent { subscriber: subscriber.clone(), position: *position, due_at: now, queued };
            let place = self.outbox.partition_point(|other| other.position < *position);
            self.outbox.insert(place, waiting);
        }
        again.len() as u64
    }

    fn discard(&mut self, limit: u16, is_meant: impl Fn(&WaitingEvent) -> bool) -> u64 {
        let mut gone = 0;
        self.outbox.retain(|waiting| {
            let goes = gone < u64::from(limit) && is_meant(waiting);
            gone += u64::from(goes);
            !goes
        });
        gone
    }

    fn backlogs(&self) -> Vec<SubscriberBacklog> {
        let mut backlogs: BTreeMap<SubscriberId, SubscriberBacklog> = BTreeMap::new();
        let mut of = |subscriber: &SubscriberId, change: &dyn Fn(&mut SubscriberBacklog)| {
            let none = SubscriberBacklog {
                subscriber: subscriber.clone(),
                waiting: 0,
                oldest_at: None,
                dead: 0,
                ended_at: None,
            };
            change(backlogs.entry(subscriber.clone()).or_insert(none));
        };
        for waiting in &self.outbox {
            let at = waiting.queued.event.at;
            of(&waiting.subscriber, &|backlog| {
                backlog.waiting += 1;
                backlog.oldest_at = Some(backlog.oldest_at.map_or(at, |oldest| oldest.min(at)));
            });
        }
        for held in &self.dead {
            of(&held.letter.subscriber, &|backlog| backlog.dead += 1);
        }
        for (subscriber, at) in &self.ended {
            of(subscriber, &|backlog| backlog.ended_at = Some(*at));
        }
        backlogs.into_values().collect()
    }
}
