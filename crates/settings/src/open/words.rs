//! Settings whose words are known to the caller only.

use crate::values::Given;

/// Reads one of a few words.
pub(super) fn one_of(given: &Given, words: &[&str]) -> Result<String, String> {
    let known = |text: &str| words.iter().find(|word| **word == text).map(|word| (*word).to_owned());
    given.parse(&format!("one of {}", words.join(", ")), known)
}
