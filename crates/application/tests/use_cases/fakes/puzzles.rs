//! Puzzles.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use auth_domain::captcha::{Puzzle, PuzzleAnswer, PuzzleKind, Seed};
use auth_ports::{Failure, PuzzleMaker};

/// Draws nothing: its images are their characters in ASCII. It can be made to be overloaded.
#[derive(Default)]
pub(crate) struct FakePuzzles {
    pub(crate) overloaded: AtomicBool,
}

#[async_trait]
impl PuzzleMaker for FakePuzzles {
    fn kind(&self) -> PuzzleKind {
        PuzzleKind::Image
    }

    async fn make(&self, seed: &Seed) -> Result<Puzzle, Failure> {
        if self.overloaded.load(Ordering::Relaxed) {
            return Err(Failure::unavailable("overloaded"));
        }
        let bytes = seed.characters().iter().collect::<String>().into_bytes();
        Ok(Puzzle::Image { media_type: "image/plain", bytes })
    }

    fn is_solved(&self, seed: &Seed, answer: &PuzzleAnswer) -> bool {
        matches!(answer, PuzzleAnswer::Text(text) if seed.is_spelt(text))
    }
}
