//! The bot gate: who is asked to pass it, the puzzles that are set, and the passes that solving one earns.
//!
//! Puzzles and passes are texts that the service seals with its key and reads again, so nothing is stored when one is
//! handed out. That a pass is used once only is kept by a limit of one.

mod effort;
mod pass;
mod puzzle;
mod rules;
#[cfg(test)]
mod samples;
mod sealed;

pub use effort::Effort;
pub use pass::{Pass, PuzzleId};
pub use puzzle::{PosedPuzzle, Puzzle, PuzzleAnswer, PuzzleKind, Seed, Work};
pub use rules::{Asked, GateMode, GateRules, GatedCall};
