//! The bot gate: puzzles are posed, and solving one earns a pass. `kit::Gate` asks for passes.

mod load;
mod pose_puzzle;
mod solve_puzzle;

pub use pose_puzzle::{PosePuzzle, PosePuzzleRefusal, PosePuzzleRules, Posed};
pub use solve_puzzle::{EarnedPass, SolvePuzzle, SolvePuzzleCommand, SolvePuzzleRefusal};
