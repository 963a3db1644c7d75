//! Give a pass for a solved puzzle.

use std::sync::Arc;

use auth_domain::captcha::{Pass, PosedPuzzle, PuzzleAnswer};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::{Admission, Quota};
use auth_domain::origin::Origin;
use auth_ports::{Clock, Halt, PuzzleMaker, RateLimiter, refuse};
use chrono::TimeDelta;
use thiserror::Error;

/// Answers to one puzzle while it lives. More than one, so that an answer that was lost may be asked for again.
const TRIES: Quota = Quota { burst: 3, per: TimeDelta::minutes(15) };

/// An answer to a puzzle.
#[derive(Debug, Clone)]
pub struct SolvePuzzleCommand {
    /// What came with the puzzle.
    pub token: String,
    /// The answer.
    pub answer: PuzzleAnswer,
    /// Where the request comes from.
    pub origin: Origin,
}

/// A pass for the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarnedPass {
    /// To be shown beside one call.
    pub token: String,
    /// The life that clients are told; see [`Pass::SHOWN_LIFE`].
    pub expires_in: TimeDelta,
}

/// Why there is no pass.
#[derive(Debug, Error)]
pub enum SolvePuzzleRefusal {
    /// There is no such puzzle for this client in this network, or no longer.
    #[error("token is unknown or has expired: ask for another puzzle")]
    Unknown,
    /// The answer is wrong.
    #[error("key is not the answer to the puzzle: ask for another one")]
    Wrong,
    /// The puzzle was answered too often.
    #[error("the puzzle was answered too often: ask for another one")]
    Exhausted,
}

/// Gives passes for solved puzzles. One puzzle earns one pass: whoever answers it again gets the same right again, which
/// the gate honours once.
pub struct SolvePuzzle {
    makers: Vec<Arc<dyn PuzzleMaker>>,
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    key: ServerKey,
}

impl SolvePuzzle {
    /// Builds the use case from its ports. `limiter` counts whether rate limits are switched on or not.
    #[must_use]
    pub fn new(
        makers: Vec<Arc<dyn PuzzleMaker>>,
        limiter: Arc<dyn RateLimiter>,
        clock: Arc<dyn Clock>,
        key: ServerKey,
    ) -> Self {
        Self { makers, limiter, clock, key }
    }

    /// Gives a pass if the answer is right. The try is counted before the answer is looked at.
    ///
    /// # Errors
    /// Returns [`SolvePuzzleRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: SolvePuzzleCommand) -> Result<EarnedPass, Halt<SolvePuzzleRefusal>> {
        let SolvePuzzleCommand { token, answer, origin } = command;
        let now = self.clock.now();
        let opened = |key: ServerKey| Some((PosedPuzzle::open(&token, &key, &origin, now)?, key));
        let Some((posed, key)) = self.key.each().into_iter().find_map(opened) else {
            return refuse(SolvePuzzleRefusal::Unknown);
        };
        let Some(maker) = self.makers.iter().find(|maker| maker.kind() == posed.kind) else {
            return refuse(SolvePuzzleRefusal::Unknown);
        };
        if let Admission::Refused { .. } = self.limiter.admit(posed.id.limit_key("captcha_try"), TRIES, now).await? {
            return refuse(SolvePuzzleRefusal::Exhausted);
        }
        if !maker.is_solved(&posed.seed(&key, &origin), &answer) {
            return refuse(SolvePuzzleRefusal::Wrong);
        }
        Ok(EarnedPass { token: posed.earn(now).seal(&self.key, &origin), expires_in: Pass::SHOWN_LIFE })
    }
}
