//! The queue of messages, which `VerificationStore::request` and changes to accounts fill.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::messages::{Channel, Lane, MessageBacklog, MessageId, QueuedContent, QueuedMessage};
use auth_domain::verifications::Verification;
use auth_ports::{ClaimMessages, Failure, FreePlaces, LatestDue, MessageQueue, SendRequest};

use crate::MemoryStores;
use crate::state::{HeldMessage, State, in_use};

#[async_trait]
impl MessageQueue for MemoryStores {
    async fn claim_due(&self, claim: ClaimMessages) -> Result<Vec<QueuedMessage>, Failure> {
        let mut state = self.open()?;
        let mut due: Vec<_> = state.messages.iter_mut().filter(|held| held.due_at <= claim.now).collect();
        due.sort_by_key(|held| (held.message.can_wait(), held.due_at, held.message.created_at));
        let mut places = Claimed::of(claim.places);
        let fitting = due.into_iter().filter(|held| places.take(&held.message.lane()));
        let mut claimed: Vec<_> = fitting.map(|held| lease(held, claim.leased_until)).collect();
        claimed.sort_by_key(|message| message.created_at);
        Ok(claimed)
    }

    async fn remove_all(&self, ids: &[MessageId]) -> Result<(), Failure> {
        self.open()?.messages.retain(|held| !ids.contains(&held.message.id));
        Ok(())
    }

    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure> {
        if let Some(held) = self.open()?.messages.iter_mut().find(|held| held.message.id == id) {
            held.due_at = at;
        }
        Ok(())
    }

    async fn hasten(&self, now: Timestamp, latest: LatestDue, limit: u16) -> Result<u64, Failure> {
        let latest = |message: &QueuedMessage| match message.content {
            QueuedContent::Code(_) => latest.codes,
            QueuedContent::Notice(_) => latest.notices,
        };
        let mut state = self.open()?;
        let too_late = state.messages.iter_mut().filter(|held| held.due_at > latest(&held.message));
        let mut hastened = 0;
        for held in too_late.take(limit.into()) {
            held.due_at = now;
            hastened += 1;
        }
        Ok(hastened)
    }

    async fn backlogs(&self) -> Result<Vec<MessageBacklog>, Failure> {
        let mut backlogs: BTreeMap<(Channel, bool), MessageBacklog> = BTreeMap::new();
        for HeldMessage { message, .. } in &self.open()?.messages {
            let are_notices = matches!(message.content, QueuedContent::Notice(_));
            let (channel, oldest_at) = (message.channel, message.created_at);
            let first = MessageBacklog { channel, are_notices, waiting: 0, oldest_at };
            let backlog = backlogs.entry((channel, are_notices)).or_insert(first);
            backlog.waiting += 1;
            backlog.oldest_at = backlog.oldest_at.min(oldest_at);
        }
        Ok(backlogs.into_values().collect())
    }

    async fn next_due(&self, places: FreePlaces) -> Result<Option<Timestamp>, Failure> {
        let state = self.open()?;
        let fitting = state.messages.iter().filter(|held| places.has_one_for(&held.message.lane()));
        Ok(fitting.map(|held| held.due_at).min())
    }
}

/// Which of the places a claim has used.
struct Claimed {
    places: FreePlaces,
    by_channel: HashMap<Channel, u16>,
    by_lane: HashMap<Lane, u16>,
}

impl Claimed {
    fn of(places: FreePlaces) -> Self {
        Self { places, by_channel: HashMap::new(), by_lane: HashMap::new() }
    }

    /// Takes a place for a message of this lane. Returns false if there is none.
    fn take(&mut self, lane: &Lane) -> bool {
        let in_channel = self.by_channel.entry(lane.channel).or_default();
        let in_lane = self.by_lane.entry(lane.clone()).or_default();
        let fits = *in_channel < self.places.in_channel(lane.channel) && *in_lane < self.places.in_lane(lane);
        if fits {
            *in_channel += 1;
            *in_lane += 1;
        }
        fits
    }
}

/// Returns the message as its claimer gets it, with the number of attempts before this one.
fn lease(held: &mut HeldMessage, until: Timestamp) -> QueuedMessage {
    let claimed = held.message.clone();
    held.due_at = until;
    held.message.attempts = held.message.attempts.saturating_add(1);
    claimed
}

impl State {
    /// Queues the message with a verification's code, due at once or leased to whoever asked.
    pub(crate) fn enqueue(&mut self, request: &SendRequest, verification: &Verification) -> Result<(), Failure> {
        let message = request.message_of(verification);
        let mut held = HeldMessage { due_at: message.created_at, message };
        if let Some(until) = request.leased_until {
            lease(&mut held, until);
        }
        self.queue(held)
    }

    /// Queues messages, due when they are written.
    pub(crate) fn queue_all(&mut self, messages: Vec<QueuedMessage>) -> Result<(), Failure> {
        let mut held = messages.into_iter().map(|message| HeldMessage { due_at: message.created_at, message });
        held.try_for_each(|held| self.queue(held))
    }

    fn queue(&mut self, held: HeldMessage) -> Result<(), Failure> {
        if self.messages.iter().any(|other| other.message.id == held.message.id) {
            return Err(in_use("the message id"));
        }
        self.messages.push(held);
        Ok(())
    }
}
