//! The bot gate.

use auth_application::captcha::{PosePuzzle, PosePuzzleRules, SolvePuzzle};
use auth_application::kit::Gate;
use auth_domain::captcha::Effort;

use super::World;

impl World {
    pub(crate) fn gate(&self) -> Gate {
        Gate::new(self.ports.limits.clone(), self.shared_clock(), self.key.clone(), self.rules.gate.clone())
    }

    pub(crate) fn pose_puzzle(&self) -> PosePuzzle {
        let effort = Effort { least: 1_000, most: 10_000, full_at: 10 };
        let rules = PosePuzzleRules { effort, per_network: self.rules.quota };
        let (budget, key) = (self.budget(), self.key.clone());
        PosePuzzle::new(vec![self.puzzles.clone()], budget, self.shared_clock(), self.shared_entropy(), key, rules)
    }

    pub(crate) fn solve_puzzle(&self) -> SolvePuzzle {
        let limits = self.ports.limits.clone();
        SolvePuzzle::new(vec![self.puzzles.clone()], limits, self.shared_clock(), self.key.clone())
    }
}
