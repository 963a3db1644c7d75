//! Whether the owner of an account is there, as far as a session can tell.
//!
//! An access token alone does not say so: services that accept it see it, and their logs may hold it. What adds, changes
//! or removes a way to sign in therefore needs more, and a session that was proven lately, at the same place, is enough.

use chrono::TimeDelta;

use crate::Timestamp;
use crate::origin::Place;
use crate::sessions::Session;

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

/// Whether a session has shown within `window` that its owner is at `place`: it began there, or its owner proved to be
/// there once more.
#[must_use]
pub fn is_present(session: &Session, place: &Place, window: TimeDelta, now: Timestamp) -> bool {
    let beginning = Presence { at: session.created_at, place: session.place() };
    std::iter::once(&beginning).chain(&session.presence).any(|presence| presence.counts(place, window, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Method, Scope};
    use crate::clients::ClientId;
    use crate::sessions::SessionId;

    fn at(seconds: i64) -> Timestamp {
        chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range")
    }

    fn place(device: &str) -> Place {
        Place { device: Some(device.to_owned()), network: "192.0.2.7".to_owned() }
    }

    /// A session that began on the phone at second 0, and whose owner proved to be there at these places and seconds.
    fn session(presence: Option<(&str, i64)>) -> Session {
        let Place { device, network } = place("phone");
        Session {
            id: SessionId::new([1; 16]),
            client: ClientId::parse("app").expect("a client id"),
            device,
            network,
            user_agent: None,
            scope: Scope::User,
            method: Method::new("email"),
            created_at: at(0),
            generation: 0,
            rotated_at: None,
            expires_at: at(1_000_000),
            presence: presence.map(|(device, second)| Presence { at: at(second), place: place(device) }),
        }
    }

    #[test]
    fn a_session_shows_presence_for_a_while_where_it_was_proven() {
        let window = TimeDelta::seconds(900);
        for (what, presence, device, second, is_there) in [
            ("it just began", None, "phone", 0, true),
            ("it began a moment ago", None, "phone", 899, true),
            ("it began a while ago", None, "phone", 900, false),
            ("it just began, elsewhere", None, "laptop", 0, false),
            ("proven again", Some(("phone", 1_000)), "phone", 1_899, true),
            ("proven again, a while ago", Some(("phone", 1_000)), "phone", 1_900, false),
            ("proven on another device", Some(("laptop", 1_000)), "laptop", 1_000, true),
            ("proven on another device only", Some(("laptop", 1_000)), "phone", 1_000, false),
            ("it just began here, and was proven there", Some(("laptop", 10)), "phone", 10, true),
            ("the clock was a little behind", None, "phone", -899, true),
            ("the clock ran far ahead when it began", None, "phone", -900, false),
        ] {
            assert_eq!(is_present(&session(presence), &place(device), window, at(second)), is_there, "{what}");
        }
    }

    #[test]
    fn without_a_window_nobody_is_present() {
        assert!(!is_present(&session(Some(("phone", 0))), &place("phone"), TimeDelta::zero(), at(0)));
    }
}
