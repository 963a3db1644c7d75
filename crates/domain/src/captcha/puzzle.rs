//! Puzzles: what is posed to whoever must pass the gate.

use chrono::{DateTime, TimeDelta};

use super::pass::{Pass, PuzzleId};
use super::sealed;
use crate::Timestamp;
use crate::keyed_hash::{KeyUse, ServerKey};
use crate::origin::Origin;
use crate::typed::{Typed, typed};

/// The kinds of puzzles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PuzzleKind {
    /// Reading four characters in an image.
    Image,
    /// Computing hashes until one fits (proof of work).
    Work,
}

/// A puzzle that was posed. It is kept by the client, in a text that the service has sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PosedPuzzle {
    /// The kind.
    pub kind: PuzzleKind,
    /// Which one it is.
    pub id: PuzzleId,
    /// How many numbers a proof of work may have to try, at most.
    pub effort: u32,
    /// Until when it may be solved.
    pub expires_at: Timestamp,
}

/// The kind (1 byte), the effort (4), seconds since 1970 (8), and the id (16).
const PUZZLE_BYTES: usize = 29;

impl PosedPuzzle {
    /// How long a puzzle may be solved.
    pub const LIFE: TimeDelta = TimeDelta::seconds(300);

    /// Writes the puzzle for the client and network of a request.
    #[must_use]
    pub fn seal(&self, key: &ServerKey, origin: &Origin) -> String {
        sealed::seal(key, KeyUse::CaptchaPuzzle, &self.body(), origin)
    }

    /// Reads a puzzle that may be solved now, by the client and in the network of the request. As for passes, an end that a
    /// clock running ahead has written is not believed.
    #[must_use]
    pub fn open(text: &str, key: &ServerKey, origin: &Origin, now: Timestamp) -> Option<Self> {
        let body = sealed::open::<PUZZLE_BYTES>(key, KeyUse::CaptchaPuzzle, text, origin)?;
        let (kind, rest) = body.split_first()?;
        let (effort, rest) = rest.split_first_chunk::<4>()?;
        let (seconds, id) = rest.split_first_chunk::<8>()?;
        let puzzle = Self {
            kind: kind_of(*kind)?,
            id: PuzzleId::new(id.try_into().ok()?),
            effort: u32::from_be_bytes(*effort),
            expires_at: DateTime::from_timestamp(i64::from_be_bytes(*seconds), 0)?,
        };
        (now < puzzle.expires_at && puzzle.expires_at - now < Self::LIFE * 2).then_some(puzzle)
    }

    /// What the puzzle and its solution are made from. Without the server's key nobody can tell it.
    #[must_use]
    pub fn seed(&self, key: &ServerKey, origin: &Origin) -> Seed {
        Seed { puzzle: *self, secret: sealed::keyed(key, KeyUse::CaptchaSolution, &self.body(), origin) }
    }

    /// What the puzzle earns when it is solved.
    #[must_use]
    pub fn earn(&self, now: Timestamp) -> Pass {
        Pass { puzzle: self.id, expires_at: now + Pass::LIFE }
    }

    fn body(&self) -> Vec<u8> {
        let kind = match self.kind {
            PuzzleKind::Image => 1,
            PuzzleKind::Work => 2,
        };
        let (effort, expires_at) = (self.effort.to_be_bytes(), self.expires_at.timestamp().to_be_bytes());
        [&[kind], &effort[..], &expires_at, self.id.as_bytes()].concat()
    }
}

fn kind_of(byte: u8) -> Option<PuzzleKind> {
    match byte {
        1 => Some(PuzzleKind::Image),
        2 => Some(PuzzleKind::Work),
        _ => None,
    }
}

/// What a puzzle and its solution are made from. The same puzzle has the same seed whenever it is asked for.
#[derive(Clone)]
pub struct Seed {
    puzzle: PosedPuzzle,
    secret: [u8; 32],
}

/// The characters of images: none that is easily taken for another (0 and O, 1 and I, 2 and Z, 5 and S, 6 and G, 8 and
/// B).
const CHARACTERS: &[u8; 21] = b"ACDEFHJKMNPRTUVWXY347";

/// More than anybody puts between four characters; bounds the work on hostile input.
const MAX_RAW_OCTETS: usize = 256;

impl Seed {
    /// The puzzle.
    #[must_use]
    pub fn puzzle(&self) -> &PosedPuzzle {
        &self.puzzle
    }

    /// The solution of an image: the four characters that it shows.
    #[must_use]
    pub fn characters(&self) -> [char; 4] {
        let number = |index: usize| usize::from(u16::from_be_bytes([self.secret[index], self.secret[index + 1]]));
        [0, 2, 4, 6].map(|index| char::from(CHARACTERS[number(index) % CHARACTERS.len()]))
    }

    /// Whether a text has the characters of the image, in upper or lower case and of any width. Spaces, dashes and invisible
    /// marks, which keyboards add, do not count.
    #[must_use]
    pub fn is_spelt(&self, text: &str) -> bool {
        let read = |character: char| match typed(character) {
            Typed::Digit(character) | Typed::Other(character) => Some(character.to_ascii_uppercase()),
            Typed::Plus => Some('+'),
            Typed::Separator | Typed::Mark => None,
        };
        text.len() <= MAX_RAW_OCTETS && text.trim().chars().filter_map(read).eq(self.characters())
    }

    /// The solution of a proof of work: a number from 0 up to the effort, which is included.
    #[must_use]
    pub fn number(&self) -> u32 {
        let (_, rest) = self.secret.split_at(8);
        let drawn = rest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let number = drawn % (u64::from(self.puzzle.effort) + 1);
        u32::try_from(number).unwrap_or(self.puzzle.effort)
    }

    /// Numbers by which one image differs from another with the same characters.
    #[must_use]
    pub fn looks(&self) -> [u8; 8] {
        std::array::from_fn(|index| self.secret[24 + index])
    }
}

/// A puzzle as a client gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Puzzle {
    /// An image with characters to read.
    Image {
        /// The format, such as `image/png`.
        media_type: &'static str,
        /// The file.
        bytes: Vec<u8>,
    },
    /// A proof of work.
    Work(Work),
}

/// A proof of work: the number is to be found whose SHA-256, after the salt, is the challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What stands before the number.
    pub salt: String,
    /// The hash that is to be reached, in lower-case hexadecimal digits.
    pub challenge: String,
    /// The largest number that has to be tried.
    pub max_number: u32,
    /// By which the service knows its own challenges.
    pub signature: String,
}

/// What a client answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PuzzleAnswer {
    /// What was read in an image.
    Text(String),
    /// What was computed.
    Work {
        /// The salt, as it was posed.
        salt: String,
        /// The challenge, as it was posed.
        challenge: String,
        /// The signature, as it was posed.
        signature: String,
        /// The number that was found.
        number: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captcha::samples::{at, key, origin};

    fn puzzle(kind: PuzzleKind, id: u8) -> PosedPuzzle {
        PosedPuzzle { kind, id: PuzzleId::new([id; 16]), effort: 1_000, expires_at: at(300) }
    }

    #[test]
    fn a_puzzle_is_for_its_client_in_its_network_until_it_expires() {
        let home = origin("app", "192.0.2.1");
        for kind in [PuzzleKind::Image, PuzzleKind::Work] {
            let posed = puzzle(kind, 3);
            let text = posed.seal(&key(1), &home);
            assert_eq!(PosedPuzzle::open(&text, &key(1), &home, at(299)), Some(posed));
            for (what, key, origin, now) in [
                ("too late", key(1), home.clone(), at(300)),
                ("the clock ran far ahead", key(1), home.clone(), at(-300)),
                ("another server's key", key(2), home.clone(), at(0)),
                ("another client", key(1), origin("other", "192.0.2.1"), at(0)),
                ("another network", key(1), origin("app", "192.0.2.2"), at(0)),
            ] {
                assert_eq!(PosedPuzzle::open(&text, &key, &origin, now), None, "{what}");
            }
        }
    }

    #[test]
    fn a_puzzle_is_no_pass_and_a_pass_no_puzzle() {
        let home = origin("app", "192.0.2.1");
        let posed = puzzle(PuzzleKind::Image, 3);
        let shown = crate::origin::CaptchaToken::shown(posed.seal(&key(1), &home));
        assert_eq!(Pass::open(&shown, &key(1), &home, at(0)), None);
        let pass = posed.earn(at(0)).seal(&key(1), &home);
        assert_eq!(PosedPuzzle::open(&pass, &key(1), &home, at(0)), None);
    }

    #[test]
    fn the_solution_follows_from_key_puzzle_client_and_network() {
        let home = origin("app", "192.0.2.1");
        let solution = |key: &ServerKey, posed: PosedPuzzle, origin: &Origin| {
            let seed = posed.seed(key, origin);
            (seed.characters(), seed.number(), seed.looks())
        };
        let posed = puzzle(PuzzleKind::Image, 3);
        let reference = solution(&key(1), posed, &home);
        assert_eq!(reference, solution(&key(1), posed, &home));
        for (what, other) in [
            ("key", solution(&key(2), posed, &home)),
            ("puzzle", solution(&key(1), puzzle(PuzzleKind::Image, 4), &home)),
            ("kind", solution(&key(1), puzzle(PuzzleKind::Work, 3), &home)),
            ("client", solution(&key(1), posed, &origin("other", "192.0.2.1"))),
            ("network", solution(&key(1), posed, &origin("app", "192.0.2.2"))),
        ] {
            assert_ne!(reference, other, "{what}");
        }
    }

    #[test]
    fn solutions_are_spread_over_all_there_are() {
        let home = origin("app", "192.0.2.1");
        let seeds: Vec<Seed> = (0..=255).map(|id| puzzle(PuzzleKind::Work, id).seed(&key(1), &home)).collect();
        let characters: std::collections::BTreeSet<char> = seeds.iter().flat_map(Seed::characters).collect();
        assert_eq!(characters.len(), CHARACTERS.len(), "{characters:?}");
        assert!(seeds.iter().all(|seed| seed.number() <= 1_000));
        assert!(seeds.iter().any(|seed| seed.number() < 200) && seeds.iter().any(|seed| seed.number() > 800));
    }

    #[test]
    fn characters_are_read_as_people_type_them() {
        let seed = puzzle(PuzzleKind::Image, 3).seed(&key(1), &origin("app", "192.0.2.1"));
        let text: String = seed.characters().iter().collect();
        let wide: String = text.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect();
        let (begins, ends) = text.split_at(2);
        for right in [
            text.clone(),
            text.to_lowercase(),
            format!(" {text}\n"),
            wide.to_lowercase(),
            wide,
            format!("{begins}\u{3000}{ends}"),
            format!("\u{202A}{begins}-{ends}\u{202C}"),
        ] {
            assert!(seed.is_spelt(&right), "{right:?}");
        }
        assert!(!seed.is_spelt(&format!("{}{text}", " ".repeat(MAX_RAW_OCTETS))), "nobody types that");
        for wrong in [String::new(), text[1..].to_owned(), format!("{text}A"), text.chars().rev().collect(), "É".into()]
        {
            assert!(!seed.is_spelt(&wrong), "{wrong:?}");
        }
    }
}
