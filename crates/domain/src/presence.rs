//! Whether the owner of an account is there, as far as a session can tell.
//!
//! An access token alone does not say so: services that accept it see it, and their logs may hold it. What adds, changes
//! or removes a way to sign in therefore needs more, and a session that was proven lately, at the same place, is enough.

use chrono::TimeDelta;

use crate::Timestamp;
use crate::origin::Place;

/// When and where the owner of a session last proved to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// When this was.
    pub at: Timestamp,
    /// Where this was.
    pub place: Place,
}

impl Presence {
    /// Whether this still counts for a request from `place`. It counts for less than `window`. An instant that a clock
    /// running ahead has stored counts no longer than that either.
    #[must_use]
    pub fn counts(&self, place: &Place, window: TimeDelta, now: Timestamp) -> bool {
        self.place.is_same(place) && (now - self.at).abs() < window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range")
    }

    fn place(device: &str) -> Place {
        Place { device: Some(device.to_owned()), network: "192.0.2.7".to_owned() }
    }

    #[test]
    fn presence_counts_for_a_while_where_it_was_shown() {
        let shown = Presence { at: at(0), place: place("phone") };
        for (what, device, window, second, counts) in [
            ("just now", "phone", 900, 0, true),
            ("a moment ago", "phone", 900, 899, true),
            ("a while ago", "phone", 900, 900, false),
            ("elsewhere", "laptop", 900, 0, false),
            ("the clock was a little behind", "phone", 900, -899, true),
            ("the clock ran far ahead when it was stored", "phone", 900, -900, false),
            ("switched off", "phone", 0, 0, false),
        ] {
            let counted = shown.counts(&place(device), TimeDelta::seconds(window), at(second));
            assert_eq!(counted, counts, "{what}");
        }
    }
}
