//! One schedule of the refresh model.

use std::fmt::Write as _;

use auth_domain::Timestamp;
use auth_domain::admin::{EventFilter, EventPage};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::NewSession;
use auth_ports::{RotateRequest, Rotation};
use chrono::TimeDelta;

use super::model::{Told, after};
use super::parties::{Party, Who};
use crate::random::Random;
use crate::samples::{SampleAccount, sample_begin, sample_event, sample_rotate, sample_session, start, unique_bytes};
use crate::{Stores, race};

/// How much the clocks of servers may differ.
pub(super) const SKEW: TimeDelta = TimeDelta::seconds(3);

/// One use of one token.
#[derive(Clone, Copy)]
pub(super) struct Use {
    pub(super) party: usize,
    pub(super) who: Who,
    pub(super) generation: u32,
    pub(super) now: Timestamp,
}

pub(super) struct Schedule {
    seed: u64,
    stores: Stores,
    pub(super) random: Random,
    pub(super) grace: TimeDelta,
    pub(super) now: Timestamp,
    has_thief: bool,
    pub(super) parties: Vec<Party>,
    history: String,
}

/// Runs the schedule of this seed.
///
/// # Panics
/// If the store breaks a promise.
pub(super) async fn play(stores: Stores, seed: u64) {
    let mut schedule = Schedule::begin(stores, seed).await;
    for _ in 0..4 + schedule.random.below(12) {
        schedule.step().await;
        schedule.check_list().await;
    }
    for party in 0..schedule.parties.len() {
        schedule.settle(party).await;
    }
    schedule.check_list().await;
    schedule.check_events().await;
}

impl Schedule {
    /// Begins with a user who has one to three sessions, long or short.
    async fn begin(stores: Stores, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let sample = SampleAccount::new();
        stores.sign_up(&sample).await;
        let ttl = TimeDelta::seconds(if random.one_in(4) { 600 } else { 2_678_400 });
        let mut parties = Vec::new();
        for _ in 0..=random.below(3) {
            let session = NewSession { expires_at: start() + ttl, ..sample_session(sample.account.id) };
            stores.sessions.begin(sample_begin(session.clone())).await.expect("an active user begins a session");
            parties.push(Party::new(session));
        }
        parties.push(Party::new(sample.account.session));
        let grace = TimeDelta::seconds(if random.one_in(6) { 0 } else { 10 });
        let has_thief = random.one_in(2);
        let history = format!("grace {grace}, life {ttl}, a thief: {has_thief}\n");
        Self { seed, stores, random, grace, now: start(), has_thief, parties, history }
    }

    async fn step(&mut self) {
        let party = self.random.place(self.parties.len());
        match self.random.below(24) {
            0..=8 => self.honest_uses(party).await,
            9..=14 => self.turn_clock(party),
            15..=18 if self.has_thief => self.thief_acts(party).await,
            19..=20 if self.has_thief => self.both_use(party).await,
            15..=20 => self.honest_uses(party).await,
            21 => self.forge(party).await,
            22 => self.restart(),
            _ if self.random.one_in(4) => self.sign_out(party).await,
            _ => self.turn_clock(party),
        }
    }

    /// The client refreshes, perhaps in several tabs at once; perhaps no response arrives.
    async fn honest_uses(&mut self, party: usize) {
        let uses = self.uses(party, Who::Honest, self.parties[party].honest.generation, 4);
        self.play_at_once(uses).await;
    }

    /// The thief takes a copy, or uses the copy, or an older one.
    async fn thief_acts(&mut self, party: usize) {
        let Some(copy) = self.parties[party].thief.filter(|_| !self.random.one_in(4)) else {
            self.steal(party);
            return;
        };
        let generation = if self.random.one_in(6) { self.random.up_to(copy) } else { copy };
        let uses = self.uses(party, Who::Thief, generation, 2);
        self.play_at_once(uses).await;
    }

    async fn both_use(&mut self, party: usize) {
        let copy = self.parties[party].thief.unwrap_or_else(|| self.steal(party));
        let mut uses = self.uses(party, Who::Honest, self.parties[party].honest.generation, 2);
        uses.extend(self.uses(party, Who::Thief, copy, 2));
        self.play_at_once(uses).await;
    }

    fn steal(&mut self, party: usize) -> u32 {
        let copy = self.parties[party].honest.generation;
        self.note(format!("session {party}: generation {copy} is stolen"));
        self.parties[party].thief = Some(copy);
        copy
    }

    /// One to `most` uses at once, by servers whose clocks may differ a little.
    fn uses(&mut self, party: usize, who: Who, generation: u32, most: u64) -> Vec<Use> {
        let skew = if self.random.one_in(3) { SKEW } else { TimeDelta::zero() };
        let count = if self.random.one_in(2) { 1 } else { 1 + self.random.below(most) };
        let mut one = || Use { party, who, generation, now: self.now + self.random.span(skew) };
        (0..count).map(|_| one()).collect()
    }

    /// Moves the clock forwards or back, a little or a lot, or exactly to where a grace ends.
    fn turn_clock(&mut self, party: usize) {
        let grace_ends = self.parties[party].state().last_used_at().map(|at| at + self.grace);
        self.now = match (self.random.below(10), grace_ends) {
            (0..=3, _) => self.now + self.random.span(TimeDelta::seconds(15)),
            (4, _) => self.now + self.random.span(TimeDelta::seconds(1_000)),
            (5, _) => self.now - self.random.span(TimeDelta::seconds(30)),
            (6, _) => self.now - self.random.span(TimeDelta::seconds(2_000)),
            (7, Some(end)) => end,
            (8, Some(end)) => end - TimeDelta::microseconds(1),
            _ => self.now + self.grace,
        };
        self.note(format!("the clock shows {}", self.now));
    }

    /// A token with another seed is worth nothing and changes nothing; if it did, later steps would fail.
    async fn forge(&mut self, party: usize) {
        let generation = self.random.up_to(self.parties[party].state().newest());
        let genuine = sample_rotate(&self.parties[party].session, generation, self.now);
        let forged = RotateRequest { seed: SecretHash::of(&unique_bytes::<16>()), grace: self.grace, ..genuine };
        self.note(format!("session {party}: generation {generation} with another seed"));
        let rotation = self.stores.sessions.rotate(forged).await.expect("the store works");
        self.require(rotation == Rotation::Unknown, &format!("a forged token was told {rotation:?}"));
    }

    fn restart(&mut self) {
        self.note("the process restarts".into());
        self.stores = self.stores.reopened();
    }

    async fn sign_out(&mut self, party: usize) {
        self.note(format!("session {party}: its user signs out"));
        let (session, now) = (&self.parties[party].session, self.now);
        let event = NewEvent { at: now, ..sample_event(session.user, EventKind::SignedOut) };
        let ended = self.stores.sessions.end(session.user, session.id, event).await.expect("the store works");
        let expected = self.parties[party].state().is_live(now);
        self.require(ended == expected, &format!("signing out ended a session: {ended}"));
        if ended {
            self.parties[party].sign_out();
        }
    }

    /// Uses tokens of one session concurrently, and checks what was told against model and client.
    pub(super) async fn play_at_once(&mut self, uses: Vec<Use>) -> Vec<Told> {
        let party = uses[0].party;
        let entitled = self.entitled(&uses);
        let told = self.present(&uses).await;
        for (one, told) in uses.iter().zip(&told) {
            self.note(format!("session {party}: {:?} uses {} at {}: {told:?}", one.who, one.generation, one.now));
        }
        let seen: Vec<_> = uses.iter().zip(&told).map(|(one, told)| (one.generation, one.now, *told)).collect();
        let possible = after(&self.parties[party].possible, &seen, self.grace);
        let all_succeeded = told.iter().all(|told| *told == Told::Successor);
        self.require(!entitled || all_succeeded, "an honest client was logged out within the grace");
        self.require(!possible.is_empty(), "no order of these uses explains what was told");
        self.parties[party].possible = possible;
        self.tell(&uses, &told);
        told
    }

    /// Whether these are uses by the client only, which must all succeed.
    fn entitled(&self, uses: &[Use]) -> bool {
        let nows: Vec<_> = uses.iter().map(|one| one.now).collect();
        let is_alone = uses.iter().all(|one| one.who == Who::Honest);
        is_alone && self.parties[uses[0].party].is_entitled(&nows, self.grace)
    }

    async fn present(&self, uses: &[Use]) -> Vec<Told> {
        let rotating = uses.iter().map(|one| {
            let session = &self.parties[one.party].session;
            let request = RotateRequest { grace: self.grace, ..sample_rotate(session, one.generation, one.now) };
            let (sessions, expires_at) = (self.stores.sessions.clone(), session.expires_at);
            async move {
                match sessions.rotate(request).await.expect("the store works") {
                    Rotation::Succeeded { expires_at: told, .. } if told == expires_at => Told::Successor,
                    Rotation::Succeeded { expires_at: told, .. } => panic!("the session's end moved to {told}"),
                    Rotation::Replayed => Told::Replay,
                    Rotation::Unknown => Told::Nothing,
                }
            }
        });
        race(rotating).await
    }

    fn tell(&mut self, uses: &[Use], told: &[Told]) {
        let is_delivered = !self.random.one_in(4);
        let party = &mut self.parties[uses[0].party];
        party.replays += told.iter().filter(|told| **told == Told::Replay).count();
        let (mut nows, mut honest_told) = (Vec::new(), Vec::new());
        for (one, told) in uses.iter().zip(told) {
            match one.who {
                Who::Thief => party.thief_was_told(one.generation, *told),
                Who::Honest => {
                    nows.push(one.now);
                    honest_told.push(*told);
                }
            }
        }
        party.honest_was_told(&nows, &honest_told, is_delivered);
    }

    /// Checks that exactly the live sessions are listed, each with how often and when it was last refreshed.
    async fn check_list(&mut self) {
        let (user, now) = (self.parties[0].session.user, self.now);
        let listed = self.stores.sessions.list(user, now).await.expect("the store works");
        for place in 0..self.parties.len() {
            let party = &mut self.parties[place];
            let found = listed.iter().find(|session| session.id == party.session.id);
            party.possible.retain(|state| match found {
                Some(session) => {
                    let refreshed = (session.generation, session.rotated_at);
                    state.is_live(now) && refreshed == (state.newest(), state.last_used_at())
                }
                None => !state.is_live(now),
            });
            let is_explained = !party.possible.is_empty();
            self.require(is_explained, &format!("session {place} is listed at {now} as {found:?}"));
        }
    }

    /// Checks that a session ends by replay at most once, with one event.
    async fn check_events(&self) {
        let page = EventPage { filter: EventFilter::of(self.parties[0].session.user), before: None, limit: u16::MAX };
        let events = self.stores.events.list(page).await.expect("the store works");
        let recorded = events.iter().filter(|event| event.kind == EventKind::RefreshReplayed.name()).count();
        let told: usize = self.parties.iter().map(|party| party.replays).sum();
        self.require(recorded == told, &format!("{told} replays were told and {recorded} recorded"));
        let is_once = self.parties.iter().all(|party| party.replays <= 1);
        self.require(is_once, "a session ended twice");
    }

    fn note(&mut self, line: String) {
        let _ = writeln!(self.history, "{line}");
    }

    pub(super) fn require(&self, is_kept: bool, what: &str) {
        assert!(is_kept, "schedule {} of the refresh model: {what}\n{}", self.seed, self.history);
    }
}
