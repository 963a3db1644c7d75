//! What several sections need.

use chrono::TimeDelta;

use crate::values::Given;

const SECONDS_PER_DAY: i64 = 86_400;

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

/// What a quota allows in a day: all at once, and as many again in each of its periods.
pub(super) fn in_a_day(burst: u32, per: TimeDelta) -> u64 {
    let refilled = i64::from(burst) * SECONDS_PER_DAY / per.num_seconds().max(1);
    u64::from(burst) + u64::try_from(refilled).unwrap_or(u64::MAX)
}
