//! The parties that hold tokens of one session, and what they know.

use auth_domain::Timestamp;
use auth_domain::sessions::NewSession;
use chrono::TimeDelta;

use super::model::{Model, Told};

/// Whose copy of a token is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Honest,
    Thief,
}

/// One session, its client, and perhaps a thief.
pub(super) struct Party {
    pub(super) session: NewSession,
    pub(super) honest: Honest,
    /// The generation of the thief's copy.
    pub(super) thief: Option<u32>,
    /// Whether the thief has ever used a copy.
    pub(super) is_disturbed: bool,
    /// The states that explain everything so far.
    pub(super) possible: Vec<Model>,
    /// How often a party was told of a replay in this session.
    pub(super) replays: usize,
}

/// A client that follows the protocol: it uses its token until a response arrives, then the successor.
pub(super) struct Honest {
    pub(super) generation: u32,
    /// Since when its token may have been used, if the response was lost.
    used_since: Option<Timestamp>,
    /// Whether it signed out, or was told that the session has ended.
    is_out: bool,
}

impl Party {
    pub(super) fn new(session: NewSession) -> Self {
        let possible = vec![Model::new(session.expires_at)];
        let honest = Honest { generation: 0, used_since: None, is_out: false };
        Self { session, honest, thief: None, is_disturbed: false, possible, replays: 0 }
    }

    /// Any of the states that explain everything so far.
    pub(super) fn state(&self) -> &Model {
        &self.possible[0]
    }

    pub(super) fn sign_out(&mut self) {
        self.honest.is_out = true;
        self.possible.iter_mut().for_each(Model::end);
    }

    /// Whether the client, which uses its token at these instants, must get its successor each time:
    /// nobody else had a copy, and all uses are within the grace of the first.
    pub(super) fn is_entitled(&self, nows: &[Timestamp], grace: TimeDelta) -> bool {
        let first_use = nows.iter().copied().chain(self.honest.used_since).min();
        let is_inside = |now: &Timestamp| {
            *now < self.session.expires_at && first_use.is_some_and(|first| *now == first || *now < first + grace)
        };
        // Without a grace the second of two uses is late even if it comes at the same instant.
        let is_alone = grace > TimeDelta::zero() || (nows.len() == 1 && self.honest.used_since.is_none());
        !self.is_disturbed && !self.honest.is_out && is_alone && nows.iter().all(is_inside)
    }

    /// The client learns what it was told, unless all responses were lost.
    pub(super) fn honest_was_told(&mut self, nows: &[Timestamp], told: &[Told], is_delivered: bool) {
        if told.contains(&Told::Successor) {
            self.honest.used_since = nows.iter().copied().chain(self.honest.used_since).min();
        }
        if told.contains(&Told::Replay) {
            self.honest.is_out = true;
        }
        if is_delivered && told.contains(&Told::Successor) {
            self.honest.generation += 1;
            self.honest.used_since = None;
        }
    }

    /// The thief continues with what they got.
    pub(super) fn thief_was_told(&mut self, generation: u32, told: Told) {
        self.is_disturbed = true;
        if told == Told::Successor {
            self.thief = Some(generation + 1);
        }
    }
}
