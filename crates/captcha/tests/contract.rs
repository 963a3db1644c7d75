//! Both kinds of puzzles keep the promises of their port.

use std::sync::Arc;

use auth_captcha::{ImageMaker, WorkMaker};
use auth_contracts::puzzles;
use auth_domain::captcha::{Puzzle, PuzzleAnswer, PuzzleKind, Seed};
use auth_domain::keyed_hash::ServerKey;
use auth_ports::PuzzleMaker;
use sha2::{Digest as _, Sha256};

mod images {
    use super::*;

    struct Probe;

    impl puzzles::Probe for Probe {
        const KIND: PuzzleKind = PuzzleKind::Image;

        fn maker(_: &ServerKey) -> Arc<dyn PuzzleMaker> {
            Arc::new(ImageMaker::default())
        }

        /// A test cannot read images, so it takes the characters from the seed.
        fn solve(_: &Puzzle, seed: &Seed) -> PuzzleAnswer {
            PuzzleAnswer::Text(seed.characters().iter().collect())
        }
    }

    auth_contracts::puzzles!(Probe);
}

mod work {
    use super::*;

    struct Probe;

    impl puzzles::Probe for Probe {
        const KIND: PuzzleKind = PuzzleKind::Work;

        fn maker(key: &ServerKey) -> Arc<dyn PuzzleMaker> {
            Arc::new(WorkMaker::new(key))
        }

        fn solve(puzzle: &Puzzle, _: &Seed) -> PuzzleAnswer {
            let Puzzle::Work(work) = puzzle else { panic!("{puzzle:?}") };
            let fits = |number: &u64| hash(&format!("{}{number}", work.salt)) == work.challenge;
            let number = (0..=u64::from(work.max_number)).find(fits).expect("there is a solution");
            let (salt, challenge, signature) = (work.salt.clone(), work.challenge.clone(), work.signature.clone());
            PuzzleAnswer::Work { salt, challenge, signature, number }
        }
    }

    fn hash(text: &str) -> String {
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    auth_contracts::puzzles!(Probe);
}
