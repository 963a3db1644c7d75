//! The bot gate: who is asked to pass it, the puzzles that are set, and the passes that solving one earns.
//!
//! Puzzles and passes are texts that the service seals with its key and reads again, so nothing is stored when one is
//! handed out. That a pass is used once only is kept by a limit of one.

mod pass;
mod rules;
mod sealed;

pub use pass::{Pass, PuzzleId};
pub use rules::{Asked, GateMode, GateRules, GatedCall};
