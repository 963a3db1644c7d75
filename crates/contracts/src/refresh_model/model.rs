//! What refresh tokens are worth, token by token: "rotated at each use; the used one, again
//! within the grace, answers with the same successor; later, it ends the whole session".

use auth_domain::Timestamp;
use chrono::TimeDelta;

/// What somebody who presents a token is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The token's successor.
    Successor,
    /// That the token was used before, which has ended the session.
    Replay,
    /// Nothing.
    Nothing,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Model {
    expires_at: Timestamp,
    is_over: bool,
    /// When each used token was first used. The token after the last of them is the newest.
    first_uses: Vec<Timestamp>,
}

impl Model {
    pub(super) fn new(expires_at: Timestamp) -> Self {
        Self { expires_at, is_over: false, first_uses: Vec::new() }
    }

    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        !self.is_over && now < self.expires_at
    }

    /// The generation of the token that was made last.
    pub(super) fn newest(&self) -> u32 {
        u32::try_from(self.first_uses.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn last_used_at(&self) -> Option<Timestamp> {
        self.first_uses.last().copied()
    }

    pub(super) fn end(&mut self) {
        self.is_over = true;
    }

    pub(super) fn present(&mut self, generation: u32, grace: TimeDelta, now: Timestamp) -> Told {
        if !self.is_live(now) || generation > self.newest() {
            return Told::Nothing;
        }
        let Some(first_use) = self.first_uses.get(generation as usize) else {
            self.first_uses.push(now);
            return Told::Successor;
        };
        let successor_is_fresh = self.newest() == generation + 1;
        if successor_is_fresh && now - *first_use < grace {
            return Told::Successor;
        }
        self.end();
        Told::Replay
    }
}

/// The states to which several concurrent uses, with what was told, may have led from any of these states,
/// in whatever order the store served them. Empty if no order explains what was told.
pub(super) fn after(possible: &[Model], uses: &[(u32, Timestamp, Told)], grace: TimeDelta) -> Vec<Model> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::at;

    const GRACE: TimeDelta = TimeDelta::seconds(10);

    #[test]
    fn a_used_token_is_good_for_its_grace_and_no_longer() {
        let mut model = Model::new(at(1_000));
        for (generation, second, told) in [
            (0, 0, Told::Successor),
            (0, 9, Told::Successor),
            (1, 20, Told::Successor),
            (3, 20, Told::Nothing),
            (1, 29, Told::Successor),
            (1, 30, Told::Replay),
            (2, 30, Told::Nothing),
        ] {
            assert_eq!(model.present(generation, GRACE, at(second)), told, "generation {generation} at {second}");
        }
    }

    #[test]
    fn only_an_order_that_explains_what_was_told_is_accepted() {
        let fresh = [Model::new(at(1_000))];
        let uses = |first, second| [(0, at(0), first), (1, at(0), second)];
        for (first, second, states) in [
            // The first token is used first, then its successor.
            (Told::Successor, Told::Successor, 1),
            // The successor is used before it was made: it is unknown, and the first token is good.
            (Told::Successor, Told::Nothing, 1),
            (Told::Nothing, Told::Successor, 0),
            (Told::Replay, Told::Successor, 0),
        ] {
            assert_eq!(after(&fresh, &uses(first, second), GRACE).len(), states, "{first:?}, {second:?}");
        }
    }
}
