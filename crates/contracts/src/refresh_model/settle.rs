//! The end of each session of a schedule: everyone who has copies uses them, outside the grace.

use auth_domain::Timestamp;
use chrono::TimeDelta;

use super::model::Told;
use super::parties::Who;
use super::schedule::{SKEW, Schedule, Use};

impl Schedule {
    /// Settles one session: everyone who has copies uses them, one after the other, outside the grace.
    pub(super) async fn settle(&mut self, party: usize) {
        let a_few_rounds = (self.grace + SKEW) * 4;
        if !self.parties[party].state().is_live(self.after_grace(party) + a_few_rounds) {
            let generation = self.random.up_to(self.parties[party].state().newest());
            self.use_alone(party, Who::Thief, generation).await;
            return;
        }
        match self.parties[party].thief {
            Some(_) => self.settle_with_thief(party).await,
            None => self.settle_alone(party).await,
        }
    }

    /// Client and thief both continue: at the latest the second of them is noticed, and the session ends for both.
    async fn settle_with_thief(&mut self, party: usize) {
        let thief_first = self.random.one_in(2);
        let order = if thief_first { [Who::Thief, Who::Honest] } else { [Who::Honest, Who::Thief] };
        let mut told = Told::Successor;
        for who in order {
            let generation = match who {
                Who::Honest => self.parties[party].honest.generation,
                Who::Thief => self.parties[party].thief.unwrap_or_default(),
            };
            if told == Told::Successor {
                told = self.use_after_grace(party, who, generation).await;
            }
        }
        self.require(told == Told::Replay, "a thief was not caught outside the grace");
        self.require_dead(party).await;
    }

    /// Only the newest token is good: one after it is unknown, and one before it ends the session.
    async fn settle_alone(&mut self, party: usize) {
        let newest = self.parties[party].state().newest();
        let told = self.use_after_grace(party, Who::Honest, newest).await;
        self.require(told == Told::Successor, "the newest token was not good");
        let told = self.use_alone(party, Who::Thief, newest + 2).await;
        self.require(told == Told::Nothing, "a token after the newest was good");
        let older = self.random.up_to(newest);
        let told = self.use_after_grace(party, Who::Thief, older).await;
        self.require(told == Told::Replay, "a second generation was live");
        self.require_dead(party).await;
    }

    /// Requires that no token of the session is worth anything.
    async fn require_dead(&mut self, party: usize) {
        for generation in 0..=self.parties[party].state().newest() {
            let told = self.use_alone(party, Who::Thief, generation).await;
            self.require(told == Told::Nothing, "a token of a session that ended was good");
        }
    }

    async fn use_after_grace(&mut self, party: usize, who: Who, generation: u32) -> Told {
        self.now = self.after_grace(party);
        self.use_alone(party, who, generation).await
    }

    /// An instant at which every grace is over. The clock may have been set back since the last use, or have differed.
    fn after_grace(&self, party: usize) -> Timestamp {
        let last_use = self.parties[party].state().last_used_at().unwrap_or(self.now);
        self.now.max(last_use + SKEW) + self.grace + TimeDelta::seconds(1)
    }

    async fn use_alone(&mut self, party: usize, who: Who, generation: u32) -> Told {
        self.play_at_once(vec![Use { party, who, generation, now: self.now }]).await[0]
    }
}
