//! SHA-crypt, in the format of crypt(3): `$5$` with SHA-256 and `$6$` with SHA-512, `$6$rounds=656000$salt$output`. What
//! it is: <https://www.akkadia.org/drepper/SHA-crypt.txt>.

use sha_crypt::{Params, PasswordVerifier as _, ShaCrypt};

use super::fields::decimal;
use super::stored_hash::{MAX_PASSWORD, StoredHash, blocks, bounded, stretch_of};
use crate::memory::Memory;

/// These take about a second with a short password, and some three with the longest.
const MAX_ROUNDS: u32 = 1_000_000;
const MAX_SALT: usize = 16;

struct ShaCryptHash {
    hash: String,
    /// The octets of a digest, of which a block has twice as many.
    digest: usize,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let ((digest, length), rest) = [("$5$", (32, 43)), ("$6$", (64, 86))]
        .into_iter()
        .find_map(|(prefix, lengths)| text.strip_prefix(prefix).map(|rest| (lengths, rest)))?;
    let (rounds, salted) = match rest.strip_prefix("rounds=") {
        None => (Params::RECOMMENDED_ROUNDS, rest),
        Some(rest) => rest.split_once('$').and_then(|(rounds, rest)| Some((decimal(rounds)?, rest)))?,
    };
    let (salt, output) = salted.split_once('$')?;
    let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"./".contains(&b));
    let readable = (Params::ROUNDS_MIN..=MAX_ROUNDS).contains(&rounds)
        && (1..=MAX_SALT).contains(&salt.len())
        && output.len() == length
        && is_plain(salt)
        && is_plain(output);
    readable.then(|| Box::new(ShaCryptHash { hash: text.to_owned(), digest }) as _)
}

impl StoredHash for ShaCryptHash {
    /// A password that is longer than [`MAX_PASSWORD`] never matches.
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        let is_same = ShaCrypt::default().verify_password(bounded(password), self.hash.as_str()).is_ok();
        is_same && password.len() <= MAX_PASSWORD
    }

    fn stretch(&self, octets: usize) -> u32 {
        // Each round reads the password twice, and its length once in a while again.
        stretch_of(|password| blocks(self.digest + 2 * password + MAX_SALT, 2 * self.digest), octets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_passwords_take_longer_and_none_the_longest() {
        let stored = read(
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLiBFdcbYEdFCoEOfaxS35inz1",
        );
        let stored = stored.expect("readable");
        assert_eq!([0, 10, 60, 128, 4096].map(|octets| stored.stretch(octets)), [3, 3, 2, 1, 1]);
        assert!(!stored.matches("Hello world!".repeat(100).as_bytes(), &mut Memory::default()));
    }
}
