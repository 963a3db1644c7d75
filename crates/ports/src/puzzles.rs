//! The puzzles of the bot gate.

use async_trait::async_trait;
use auth_domain::captcha::{Puzzle, PuzzleAnswer, PuzzleKind, Seed};

use crate::Failure;

/// Makes puzzles of one kind, and knows their solutions.
#[async_trait]
pub trait PuzzleMaker: Send + Sync {
    /// The kind of all of its puzzles.
    fn kind(&self) -> PuzzleKind;

    /// Makes the puzzle that belongs to a seed. Whoever sees it does not learn the solution without solving it. Work that
    /// takes long is done off the async threads, behind a bounded queue; a full queue is a failure that says when there
    /// should be room again.
    async fn make(&self, seed: &Seed) -> Result<Puzzle, Failure>;

    /// Whether this answers the puzzle that belongs to the seed, whichever instance has made it. An answer of another kind
    /// does not.
    fn is_solved(&self, seed: &Seed, answer: &PuzzleAnswer) -> bool;
}
