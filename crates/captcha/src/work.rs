//! Proofs of work.

use std::fmt::Write as _;

use async_trait::async_trait;
use auth_domain::captcha::{Answer, Puzzle, PuzzleKind, Seed, Work};
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_ports::{Failure, PuzzleMaker};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Makes proofs of work as ALTCHA's libraries know them (version 1 of its protocol, which the widgets of all versions
/// solve): the salt ends with `?expires=` and `&`, and the signature is an HMAC-SHA256 of the challenge.
///
/// The number follows from the seed, so that checking an answer costs a few hashes, whatever it cost to find it.
pub struct WorkMaker {
    /// In the form that the libraries take: a text.
    signing_key: String,
}

impl WorkMaker {
    /// Makes puzzles that are signed with a key which follows from the server's.
    #[must_use]
    pub fn new(key: &ServerKey) -> Self {
        Self { signing_key: hex(&key.hash(KeyUse::CaptchaWork, &[])) }
    }

    fn work(&self, seed: &Seed) -> Work {
        let puzzle = seed.puzzle();
        let salt = format!("{}?expires={}&", hex(puzzle.id.as_bytes()), puzzle.expires_at.timestamp());
        let challenge = hex(&Sha256::digest(format!("{salt}{}", seed.number())));
        let signature = self.sign(&challenge);
        Work { salt, challenge, max_number: puzzle.effort, signature }
    }

    fn sign(&self, challenge: &str) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.signing_key.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(challenge.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

#[async_trait]
impl PuzzleMaker for WorkMaker {
    fn kind(&self) -> PuzzleKind {
        PuzzleKind::Work
    }

    async fn make(&self, seed: &Seed) -> Result<Puzzle, Failure> {
        Ok(Puzzle::Work(self.work(seed)))
    }

    fn is_solved(&self, seed: &Seed, answer: &Answer) -> bool {
        let Answer::Work { salt, challenge, signature, number } = answer else { return false };
        let work = self.work(seed);
        (salt, challenge, signature) == (&work.salt, &work.challenge, &work.signature)
            && *number == u64::from(seed.number())
    }
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes everything
        text
    })
}

#[cfg(test)]
mod tests {
    use auth_domain::secret_bytes::SecretBytes;

    use super::*;

    #[test]
    fn the_signature_is_a_plain_hmac() {
        let maker = WorkMaker { signing_key: "key".to_owned() };
        // printf %s abc | openssl dgst -sha256 -hmac key
        assert_eq!(maker.sign("abc"), "9c196e32dc0175f86f4b1cb89289d6619de6bee699e4c378e68309ed97a1a6ab");
        let ours = WorkMaker::new(&ServerKey::new(SecretBytes::new([7; 32])));
        assert_eq!(ours.signing_key.len(), 64);
        assert_ne!(ours.sign("abc"), maker.sign("abc"));
    }
}
