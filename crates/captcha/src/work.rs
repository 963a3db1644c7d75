//! Proofs of work.

use async_trait::async_trait;
use auth_domain::captcha::{Puzzle, PuzzleAnswer, PuzzleKind, Seed, Work};
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_domain::text::hexadecimal;
use auth_ports::{Failure, PuzzleMaker};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Makes proofs of work as ALTCHA's libraries know them (version 1 of its protocol, which the widgets of all versions
/// solve): the salt ends with `?expires=` and `&`, and the signature is an HMAC-SHA256 of the challenge.
///
/// The number follows from the seed, so that checking an answer costs a few hashes, whatever it cost to find it.
pub struct WorkMaker {
    key: ServerKey,
}

impl WorkMaker {
    /// Makes puzzles that are signed with a key which follows from the server's.
    #[must_use]
    pub fn new(key: &ServerKey) -> Self {
        Self { key: key.clone() }
    }

    fn work(&self, seed: &Seed) -> Work {
        let puzzle = seed.puzzle();
        let salt = format!("{}?expires={}&", hexadecimal(puzzle.id.as_bytes()), puzzle.expires_at.timestamp());
        let challenge = hexadecimal(&Sha256::digest(format!("{salt}{}", seed.number())));
        let signature = sign(&hexadecimal(&self.key.hash(KeyUse::CaptchaWork, &[])), &challenge);
        Work { salt, challenge, max_number: puzzle.effort, signature }
    }

    /// Whether we have signed the challenge, perhaps before the server's key was changed.
    fn has_signed(&self, challenge: &str, signature: &str) -> bool {
        self.key.hashes(KeyUse::CaptchaWork, &[]).any(|hash| sign(&hexadecimal(&hash), challenge) == signature)
    }
}

/// Signs with a key in the form that the libraries take: a text.
fn sign(signing_key: &str, challenge: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(signing_key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(challenge.as_bytes());
    hexadecimal(&mac.finalize().into_bytes())
}

#[async_trait]
impl PuzzleMaker for WorkMaker {
    fn kind(&self) -> PuzzleKind {
        PuzzleKind::Work
    }

    async fn make(&self, seed: &Seed) -> Result<Puzzle, Failure> {
        Ok(Puzzle::Work(self.work(seed)))
    }

    fn is_solved(&self, seed: &Seed, answer: &PuzzleAnswer) -> bool {
        let PuzzleAnswer::Work { salt, challenge, signature, number } = answer else { return false };
        let work = self.work(seed);
        (salt, challenge) == (&work.salt, &work.challenge)
            && self.has_signed(challenge, signature)
            && *number == u64::from(seed.number())
    }
}

#[cfg(test)]
mod tests {
    use auth_domain::secret_bytes::SecretBytes;

    use super::*;

    #[test]
    fn the_signature_is_a_plain_hmac() {
        // printf %s abc | openssl dgst -sha256 -hmac key
        assert_eq!(sign("key", "abc"), "9c196e32dc0175f86f4b1cb89289d6619de6bee699e4c378e68309ed97a1a6ab");
        let ours = WorkMaker::new(&ServerKey::new(SecretBytes::new([7; 32])));
        assert!(!ours.has_signed("abc", &sign("key", "abc")));
        let before = sign(&hexadecimal(&ours.key.hash(KeyUse::CaptchaWork, &[])), "abc");
        ours.key.replace(SecretBytes::new([8; 32]), Some(SecretBytes::new([7; 32])));
        assert!(ours.has_signed("abc", &before), "the key of before is accepted");
        ours.key.replace(SecretBytes::new([8; 32]), None);
        assert!(!ours.has_signed("abc", &before));
    }
}
