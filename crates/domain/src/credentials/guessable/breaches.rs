//! Passwords that were stolen elsewhere, by a file of the operator's.

use std::fmt;
use std::sync::Arc;

use sha1::{Digest as _, Sha1};

/// The first eight octets of the SHA-1 of a password. Two passwords that share them are not told apart, which happens
/// to one password in 10¹⁰ where 10⁹ are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(u64);

impl Digest {
    /// Computes the digest of a password.
    #[must_use]
    pub fn of(password: &str) -> Self {
        let hash: [u8; 20] = Sha1::digest(password.as_bytes()).into();
        Self(u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]]))
    }

    /// Reads a line of a list: the SHA-1 in hexadecimal, with or without `:` and how often it was seen, as Have I Been
    /// Pwned publishes them; else a password as it is. `None` for an empty line.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let line = line.trim_end_matches(['\r', '\n']);
        let (hash, seen) = line.split_once(':').unwrap_or((line, ""));
        let is_hash = hash.len() == 40 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hash && seen.trim().bytes().all(|b| b.is_ascii_digit()) {
            return hash.get(..16).and_then(|start| u64::from_str_radix(start, 16).ok()).map(Self);
        }
        (!line.is_empty()).then(|| Self::of(line))
    }
}

/// Passwords that are known from breaches. Cheap to clone; takes 8 octets a password.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BreachedPasswords(Arc<[Digest]>);

impl BreachedPasswords {
    /// Takes the digests of the passwords, in any order.
    #[must_use]
    pub fn new(mut digests: Vec<Digest>) -> Self {
        digests.sort_unstable();
        digests.dedup();
        Self(digests.into())
    }

    /// Whether this password is among them, exactly as it is.
    #[must_use]
    pub fn contain(&self, password: &str) -> bool {
        !self.0.is_empty() && self.0.binary_search(&Digest::of(password)).is_ok()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for BreachedPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BreachedPasswords({})", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_hashes_or_passwords() {
        let lines = [
            "8BE3C943B1609FFFBFC51AAD666D0A04ADF83C9D",
            "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:3861493\r",
            "plain words",
            "",
        ];
        let breached = BreachedPasswords::new(lines.into_iter().filter_map(Digest::read).collect());
        assert_eq!(breached.len(), 3);
        for (password, is_known) in
            [("Password", true), ("password", true), ("plain words", true), ("plain Words", false), ("", false)]
        {
            assert_eq!(breached.contain(password), is_known, "{password}");
        }
        assert!(!BreachedPasswords::default().contain("password"));
    }
}
