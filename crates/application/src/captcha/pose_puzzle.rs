//! Pose a puzzle to whoever must pass the bot gate.

use std::sync::Arc;

use auth_domain::captcha::{Effort, PosedPuzzle, Puzzle, PuzzleId, PuzzleKind};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::Quota;
use auth_domain::origin::Origin;
use auth_ports::{Clock, Entropy, Halt, Halted as _, PuzzleMaker, draw, refuse};
use chrono::{DurationRound as _, TimeDelta};
use thiserror::Error;

use super::load::Load;
use crate::kit::{Budget, Limit};

/// The limit of puzzles for one network.
const PUZZLES: &str = "captcha_puzzle";

/// A puzzle that was posed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posed {
    /// The puzzle.
    pub puzzle: Puzzle,
    /// To be sent with the answer.
    pub token: String,
    /// How long it may be solved.
    pub expires_in: TimeDelta,
}

/// Why no puzzle is posed.
#[derive(Debug, Error)]
pub enum PosePuzzleRefusal {
    /// The operator does not offer puzzles of this kind.
    #[error("puzzles of this type are switched off")]
    KindOff,
    /// The network has asked for too many.
    #[error("too many puzzles were requested from this network")]
    TooOften {
        /// How long to wait before the next one.
        retry_after: TimeDelta,
    },
}

/// The operator's rules for posing puzzles.
#[derive(Debug, Clone, Copy)]
pub struct PosePuzzleRules {
    /// How hard proofs of work are.
    pub effort: Effort,
    /// How many puzzles one network may ask for. `None`: no limit. Nobody is asked for a pass here, or there would be no
    /// way to one.
    pub per_network: Option<Quota>,
}

/// Poses puzzles. Nothing is stored about them: the client keeps them, sealed.
pub struct PosePuzzle {
    makers: Vec<Arc<dyn PuzzleMaker>>,
    budget: Budget,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    key: ServerKey,
    rules: PosePuzzleRules,
    load: Load,
}

impl PosePuzzle {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        makers: Vec<Arc<dyn PuzzleMaker>>,
        budget: Budget,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        key: ServerKey,
        rules: PosePuzzleRules,
    ) -> Self {
        Self { makers, budget, clock, entropy, key, rules, load: Load::default() }
    }

    /// Poses a puzzle of this kind, for the client and network of the request.
    ///
    /// # Errors
    /// Returns [`PosePuzzleRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, kind: PuzzleKind, origin: &Origin) -> Result<Posed, Halt<PosePuzzleRefusal>> {
        let Some(maker) = self.makers.iter().find(|maker| maker.kind() == kind) else {
            return refuse(PosePuzzleRefusal::KindOff);
        };
        self.count(origin).await?;
        let now = self.clock.now();
        // Sealed texts hold whole seconds.
        let expires_at = now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now) + PosedPuzzle::LIFE;
        let posed = PosedPuzzle {
            kind,
            id: PuzzleId::new(draw(&*self.entropy)),
            effort: self.rules.effort.at(self.load.count(now)),
            expires_at,
        };
        let key = self.key.maker();
        let puzzle = maker.make(&posed.seed(&key, origin)).await?;
        Ok(Posed { puzzle, token: posed.seal(&key, origin), expires_in: PosedPuzzle::LIFE })
    }

    /// There is nothing beyond the limit for whoever passes the gate, since nobody can be asked for a pass here.
    async fn count(&self, origin: &Origin) -> Result<(), Halt<PosePuzzleRefusal>> {
        let limit = Limit::new(PUZZLES, self.rules.per_network).deepened(1);
        let counted = self.budget.spend_without_request(limit.of_network(origin.network)).await;
        counted.refused_as(|refusal| PosePuzzleRefusal::TooOften { retry_after: refusal.retry_after })
    }
}
