//! For `deserialize_with`: one function for each way in which a key can be given. Their errors complete a sentence that
//! begins with the key, and repeat no secret.

use std::time::Duration;

use chrono::TimeDelta;
use serde::de::{Deserialize, Deserializer, Error};

use super::{Given, Setting};

/// A value that must be there.
pub fn value<'de, T: Setting, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_given(&Given::of::<T, D>(deserializer)?).map_err(D::Error::custom)
}

/// A value that may be absent or empty.
pub fn optional<'de, T: Setting, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let given = Given::of::<T, D>(deserializer)?;
    if given.is_empty() { Ok(None) } else { T::from_given(&given).map(Some).map_err(D::Error::custom) }
}

/// A list, or a text with commas between the elements; an empty text is an empty list.
pub fn list<'de, T: Setting, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let given = Given::of::<T, D>(deserializer)?;
    elements(given).iter().map(T::from_given).collect::<Result<_, _>>().map_err(D::Error::custom)
}

/// A list that may be absent, which an empty text is; an empty list is one.
pub fn optional_list<'de, T: Setting, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    let given = Given::of::<T, D>(deserializer)?;
    if given.is_empty() {
        return Ok(None);
    }
    elements(given).iter().map(T::from_given).collect::<Result<_, _>>().map(Some).map_err(D::Error::custom)
}

fn elements(given: Given) -> Vec<Given> {
    match given {
        Given::List(elements) => elements,
        Given::Text(text) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| Given::Text(part.to_owned())).collect()
        }
        other => vec![other],
    }
}

/// A whole number from `MIN` to `MAX`.
pub fn whole<'de, const MIN: u32, const MAX: u32, T: TryFrom<u32>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    in_range(&Given::deserialize(deserializer)?, MIN, MAX).map_err(D::Error::custom)
}

/// Like [`whole`]; absent or empty where the program chooses.
pub fn optional_whole<'de, const MIN: u32, const MAX: u32, T: TryFrom<u32>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let given = Given::deserialize(deserializer)?;
    if given.is_empty() { Ok(None) } else { in_range(&given, MIN, MAX).map(Some).map_err(D::Error::custom) }
}

/// A span in seconds, for the domain.
pub fn seconds<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<TimeDelta, D::Error> {
    whole::<MIN, MAX, i64, D>(deserializer).map(TimeDelta::seconds)
}

/// A span in seconds, for timers.
pub fn duration<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    whole::<MIN, MAX, u64, D>(deserializer).map(Duration::from_secs)
}

fn in_range<T: TryFrom<u32>>(given: &Given, min: u32, max: u32) -> Result<T, String> {
    let number = match given {
        Given::Whole(number) => u32::try_from(*number).ok(),
        Given::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    let fitting = number.filter(|number| (min..=max).contains(number));
    fitting
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| format!("must be a whole number from {min} to {max}, not {given}"))
}
