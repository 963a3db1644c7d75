//! Tokens whose signature has been checked, so that a client who sends the same one again is not kept waiting for it.
//!
//! Checking a signature takes more processor time than everything else that is done for an ordinary request together. What
//! is remembered is what the token says, so only the signature is not checked again: whether the token holds at the time of
//! the request is, and whether its session has ended is looked up elsewhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};

use crate::claims::OurClaims;

/// The most tokens that are remembered. Each takes about 300 octets, so all of them take less than 3 MiB. Only genuine
/// tokens are remembered, so strangers can push nobody out.
const MOST: usize = 8192;

/// A token's SHA-256. A copy of the memory does not show tokens with which somebody could sign in.
type Name = [u8; 32];

/// The tokens that were checked last, with what they say.
pub(crate) struct CheckedTokens {
    tokens: Mutex<Generations>,
    most: usize,
}

/// The newer tokens and the older ones. When the newer ones are as many as there may be of them, they take the place of the
/// older ones, which are forgotten. A token that is used again is a newer one.
#[derive(Default)]
struct Generations {
    newer: HashMap<Name, Arc<OurClaims>>,
    older: HashMap<Name, Arc<OurClaims>>,
}

impl CheckedTokens {
    pub(crate) fn new() -> Self {
        Self::with(MOST)
    }

    /// Remembers at most so many.
    fn with(most: usize) -> Self {
        Self { tokens: Mutex::default(), most }
    }

    /// What a token is remembered by.
    pub(crate) fn name(token: &str) -> Name {
        let mut name = Name::default();
        name.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        name
    }

    /// What a token says whose signature was right.
    pub(crate) fn find(&self, name: &Name) -> Option<Arc<OurClaims>> {
        let mut tokens = self.lock();
        if let Some(found) = tokens.newer.get(name) {
            return Some(found.clone());
        }
        let found = tokens.older.remove(name)?;
        self.insert(&mut tokens, *name, found.clone());
        Some(found)
    }

    /// Remembers what a token says whose signature is right.
    pub(crate) fn remember(&self, name: Name, claims: Arc<OurClaims>) {
        self.insert(&mut self.lock(), name, claims);
    }

    fn insert(&self, tokens: &mut Generations, name: Name, claims: Arc<OurClaims>) {
        if tokens.newer.len() >= self.most / 2 {
            tokens.older = std::mem::take(&mut tokens.newer);
        }
        tokens.newer.insert(name, claims);
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: usize) -> Name {
        CheckedTokens::name(&number.to_string())
    }

    #[test]
    fn the_tokens_that_were_used_last_are_remembered_and_no_more() {
        let checked = CheckedTokens::with(100);
        let claims = Arc::new(OurClaims::sample());
        for number in 0..10_000 {
            checked.remember(name(number), claims.clone());
            assert!(checked.find(&name(0)).is_some(), "it is used all the time");
        }
        let known = (0..10_000).filter(|number| checked.find(&name(*number)).is_some()).count();
        assert!((50..=100).contains(&known), "{known}");
        let tokens = checked.lock();
        assert!(tokens.newer.len() + tokens.older.len() <= 100);
    }
}
