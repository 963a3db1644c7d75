//! What refresh tokens are worth, token by token: "rotated at each use; the used one, again
//! within the grace, answers with the same successor; later, it ends the whole session".

use auth_domain::Timestamp;
use chrono::TimeDelta;

/// What somebody who presents a token is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The token's successor.
    Successor,
    /// That the token was used before, which has ended the session.
    Replay,
    /// Nothing.
    Nothing,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    expires_at: Timestamp,
    is_over: bool,
    /// When each used token was first used. The token after the last of them is the newest.
    first_uses: Vec<Timestamp>,
}

impl Model {
    /// A session that was never refreshed.
    #[must_use]
    pub fn new(expires_at: Timestamp) -> Self {
        Self { expires_at, is_over: false, first_uses: Vec::new() }
    }

    /// Whether its newest token is worth anything.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        !self.is_over && now < self.expires_at
    }

    /// The generation of the token that was made last.
    #[must_use]
    pub fn newest(&self) -> u32 {
        u32::try_from(self.first_uses.len()).unwrap_or(u32::MAX)
    }

    /// When a token was last used for the first time.
    #[must_use]
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.first_uses.last().copied()
    }

    /// Ends the session.
    pub fn end(&mut self) {
        self.is_over = true;
    }

    /// What somebody is told who uses the token of this generation at this time.
    pub fn present(&mut self, generation: u32, grace: TimeDelta, now: Timestamp) -> Told {
        if !self.is_live(now) || generation > self.newest() {
            return Told::Nothing;
        }
        let Some(first_use) = self.first_uses.get_mut(generation as usize) else {
            self.first_uses.push(now);
            return Told::Successor;
        };
        // None was later than now. If it seems so, a clock ran ahead, and the grace counts from here.
        *first_use = now.min(*first_use);
        let is_late = now - *first_use >= grace;
        let successor_is_fresh = self.newest() == generation + 1;
        if successor_is_fresh && !is_late {
            return Told::Successor;
        }
        self.end();
        Told::Replay
    }
}

/// The states to which several concurrent uses, with what was told, may have led from any of these states,
/// in whatever order the store served them. Empty if no order explains what was told.
#[must_use]
pub fn after(possible: &[Model], uses: &[(u32, Timestamp, Told)], grace: TimeDelta) -> Vec<Model> {
    let mut reached = Vec::new();
    for state in possible {
        explore(state.clone(), uses.to_vec(), grace, &mut reached);
    }
    reached
}

fn explore(state: Model, left: Vec<(u32, Timestamp, Told)>, grace: TimeDelta, reached: &mut Vec<Model>) {
    if left.is_empty() {
        if !reached.contains(&state) {
            reached.push(state);
        }
        return;
    }
    for place in 0..left.len() {
        let (mut next, mut others) = (state.clone(), left.clone());
        let (generation, now, told) = others.remove(place);
        if next.present(generation, grace, now) == told {
            explore(next, others, grace, reached);
        }
    }
}
