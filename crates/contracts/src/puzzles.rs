//! Promises of `PuzzleMaker`. They are stamped on a [`Probe`]: a maker, and somebody who solves its puzzles.

use std::sync::Arc;

use auth_domain::captcha::{PosedPuzzle, Puzzle, PuzzleAnswer, PuzzleId, PuzzleKind, Seed};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::secret_bytes::SecretBytes;
use auth_ports::PuzzleMaker;

use crate::samples;

/// Stamps the promises of `PuzzleMaker` into an adapter's tests. The argument is the type of a
/// [`Probe`](crate::puzzles::Probe).
#[macro_export]
macro_rules! puzzles {
    ($probe:ty) => {
        $crate::stamp_on!(
            puzzles,
            $probe,
            [
                makes_puzzles_of_its_kind,
                whoever_solves_a_puzzle_is_recognised_by_every_instance,
                an_answer_to_one_puzzle_is_none_to_another,
                answers_of_another_kind_and_nonsense_are_wrong,
            ]
        );
    };
}

/// A maker of puzzles, and somebody who solves them.
pub trait Probe {
    /// The kind of its puzzles.
    const KIND: PuzzleKind;

    /// Another instance of the maker. All instances of one deployment have this key.
    fn maker(key: &ServerKey) -> Arc<dyn PuzzleMaker>;

    /// The solution. Whoever needs no secret for that does without the seed.
    fn solve(puzzle: &Puzzle, seed: &Seed) -> PuzzleAnswer;
}

fn key() -> ServerKey {
    ServerKey::new(SecretBytes::new([7; 32]))
}

/// The seed of a puzzle that nobody else has.
fn seed<P: Probe>() -> Seed {
    let id = PuzzleId::new(samples::unique_bytes());
    let posed = PosedPuzzle { kind: P::KIND, id, effort: 2_000, expires_at: samples::start() + PosedPuzzle::LIFE };
    posed.seed(&key(), &samples::sample_origin())
}

/// The kind is the one by which makers are found.
pub async fn makes_puzzles_of_its_kind<P: Probe>() {
    let maker = P::maker(&key());
    assert_eq!(maker.kind(), P::KIND);
    let puzzle = maker.make(&seed::<P>()).await.expect("a puzzle");
    let kind = match puzzle {
        Puzzle::Image { .. } => PuzzleKind::Image,
        Puzzle::Work(_) => PuzzleKind::Work,
    };
    assert_eq!(kind, P::KIND);
}

/// The instance that hears the answer need not be the one that posed the puzzle, and nothing is kept in between.
pub async fn whoever_solves_a_puzzle_is_recognised_by_every_instance<P: Probe>() {
    for _ in 0..20 {
        let seed = seed::<P>();
        let puzzle = P::maker(&key()).make(&seed).await.expect("a puzzle");
        let answer = P::solve(&puzzle, &seed);
        assert!(P::maker(&key()).is_solved(&seed, &answer), "{answer:?}");
    }
}

/// What was once solved opens nothing else.
pub async fn an_answer_to_one_puzzle_is_none_to_another<P: Probe>() {
    let (maker, one, other) = (P::maker(&key()), seed::<P>(), seed::<P>());
    let puzzle = maker.make(&one).await.expect("a puzzle");
    assert!(!maker.is_solved(&other, &P::solve(&puzzle, &one)));
}

/// Whatever a client sends, it is only wrong.
pub async fn answers_of_another_kind_and_nonsense_are_wrong<P: Probe>() {
    let (maker, seed) = (P::maker(&key()), seed::<P>());
    let puzzle = maker.make(&seed).await.expect("a puzzle");
    let texts = ["", " ", "\0", "A", "名字名字", "AAAAA"].map(|text| PuzzleAnswer::Text(text.to_owned()));
    let works = [0, 1, u64::MAX].map(|number| {
        let (salt, challenge, signature) = (String::new(), "00".repeat(32), "00".repeat(32));
        PuzzleAnswer::Work { salt, challenge, signature, number }
    });
    for answer in texts.iter().chain(&works).chain(&nearly(P::solve(&puzzle, &seed))) {
        assert!(!maker.is_solved(&seed, answer), "{answer:?}");
    }
}

/// The solution with one part changed.
fn nearly(solution: PuzzleAnswer) -> Vec<PuzzleAnswer> {
    match solution {
        PuzzleAnswer::Text(text) => {
            vec![PuzzleAnswer::Text(text.chars().skip(1).collect()), PuzzleAnswer::Text(text + "X")]
        }
        PuzzleAnswer::Work { salt, challenge, signature, number } => {
            let with = |salt: &str, challenge: &str, signature: &str, number| {
                let [salt, challenge, signature] = [salt, challenge, signature].map(str::to_owned);
                PuzzleAnswer::Work { salt, challenge, signature, number }
            };
            vec![
                with(&format!("{salt}&"), &challenge, &signature, number),
                with(&salt, &challenge.to_uppercase(), &signature, number),
                with(&salt, &challenge, &challenge, number),
                with(&salt, &challenge, &signature, number + 1),
            ]
        }
    }
}
