//! What several sections need.

use crate::values::Given;

/// For settings that are one of a few words.
pub(super) fn one_of<T: Copy>(given: &Given, words: &[(&str, T)]) -> Result<T, String> {
    let list: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    let known = |text: &str| words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    given.parse(&format!("one of {}", list.join(", ")), known)
}

/// Processors that this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
