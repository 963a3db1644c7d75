//! Passes: what a client gets for a solved puzzle, and shows beside a call.

use chrono::{DateTime, TimeDelta};

use super::sealed;
use crate::Timestamp;
use crate::keyed_hash::{KeyUse, ServerKey};
use crate::limits::LimitKey;
use crate::origin::{CaptchaToken, Origin};
use crate::text::hexadecimal;

/// Which puzzle it is: 128 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PuzzleId([u8; 16]);

impl PuzzleId {
    /// Makes an id from 16 bytes of a cryptographic random source.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The right to pass the gate once. One puzzle earns one pass, however often it is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The puzzle that was solved.
    pub puzzle: PuzzleId,
    /// Until when the pass is good.
    pub expires_at: Timestamp,
}

/// Seconds since 1970 (8 bytes), and the puzzle's id (16 bytes).
const PASS_BYTES: usize = 24;

impl Pass {
    /// How long a pass is good.
    pub const LIFE: TimeDelta = TimeDelta::seconds(120);
    /// The life that clients are told. SDKs keep a token until 10 seconds before its end and show it with every call;
    /// a pass is good for one, so they are told that there is nothing to keep.
    pub const SHOWN_LIFE: TimeDelta = TimeDelta::seconds(10);

    /// Writes the pass for the client and network of a request.
    #[must_use]
    pub fn seal(&self, key: &ServerKey, origin: &Origin) -> String {
        let body = [&self.expires_at.timestamp().to_be_bytes()[..], &self.puzzle.0].concat();
        sealed::seal(key, KeyUse::CaptchaPass, &body, origin)
    }

    /// Reads a pass that is good now, for the client and network of the request that shows it. An end that a clock running
    /// ahead has written is not believed: its use is remembered for a while only, and it would be good again.
    #[must_use]
    pub fn open(token: &CaptchaToken, key: &ServerKey, origin: &Origin, now: Timestamp) -> Option<Self> {
        let body = sealed::open::<PASS_BYTES>(key, KeyUse::CaptchaPass, token.as_str(), origin)?;
        let (seconds, puzzle) = body.split_first_chunk::<8>()?;
        let expires_at = DateTime::from_timestamp(i64::from_be_bytes(*seconds), 0)?;
        let pass = Self { puzzle: PuzzleId(puzzle.try_into().ok()?), expires_at };
        (now < expires_at && expires_at - now < Self::LIFE * 2).then_some(pass)
    }

    /// What is counted when the pass is used.
    #[must_use]
    pub fn limit_key(&self) -> LimitKey {
        self.puzzle.limit_key("captcha_pass")
    }
}

impl PuzzleId {
    /// What is counted about this puzzle under the name of a limit.
    #[must_use]
    pub fn limit_key(&self, what: &str) -> LimitKey {
        LimitKey::new(what, &hexadecimal(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::captcha::samples::{at, key, origin};

    #[test]
    fn a_pass_is_good_for_its_client_in_its_network_until_it_expires() {
        let pass = Pass { puzzle: PuzzleId::new([3; 16]), expires_at: at(120) };
        let home = origin("app", "192.0.2.1");
        let token = CaptchaToken::shown(pass.seal(&key(1), &home));
        assert_eq!(Pass::open(&token, &key(1), &home, at(0)), Some(pass));
        assert_eq!(Pass::open(&token, &key(1), &home, at(119)), Some(pass));
        for (what, key, origin, now) in [
            ("too late", key(1), home.clone(), at(120)),
            ("the clock ran far ahead", key(1), home.clone(), at(-120)),
            ("another server's key", key(2), home.clone(), at(0)),
            ("another client", key(1), origin("other", "192.0.2.1"), at(0)),
            ("another network", key(1), origin("app", "192.0.2.2"), at(0)),
        ] {
            assert_eq!(Pass::open(&token, &key, &origin, now), None, "{what}");
        }
    }

    proptest! {
        #[test]
        fn no_text_but_a_sealed_one_is_a_pass(text in "(?s).{0,90}|[A-Za-z0-9_-]{74,76}") {
            prop_assert_eq!(Pass::open(&CaptchaToken::shown(text), &key(1), &origin("app", "::1"), at(0)), None);
        }

        #[test]
        fn a_changed_pass_is_none(index in 0usize..75, letter in "[A-Za-z0-9_-]") {
            let pass = Pass { puzzle: PuzzleId::new([3; 16]), expires_at: at(120) };
            let home = origin("app", "::1");
            let mut text = pass.seal(&key(1), &home);
            prop_assume!(text.get(index..=index) != Some(&letter));
            text.replace_range(index..=index, &letter);
            prop_assert_eq!(Pass::open(&CaptchaToken::shown(text), &key(1), &home, at(0)), None);
        }
    }
}
