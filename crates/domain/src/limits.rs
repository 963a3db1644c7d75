//! Rate limits: how often something may happen per key.

use chrono::TimeDelta;

use crate::Timestamp;
use crate::keyed_hash::{KeyUse, ServerKey};
use crate::secret_bytes::SecretHash;

/// Allows `burst` at once, refilled evenly over `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many may happen at once.
    pub burst: u32,
    /// The time in which `burst` more become possible.
    pub per: TimeDelta,
}

/// What is limited, and for whom. Stores see only a keyed hash ([`LimitKey::keyed`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LimitKey(SecretHash);

impl LimitKey {
    /// Makes a key; `what` names the limit, and `whom` the party whose attempts it counts.
    #[must_use]
    pub fn new(what: &str, whom: &str) -> Self {
        Self(SecretHash::of(format!("{what}\0{whom}").as_bytes()))
    }

    /// The same with the server's key, without which nobody can tell whom a stored count is of: networks and account
    /// ids are few enough to try them all.
    #[must_use]
    pub fn keyed(&self, key: &ServerKey) -> Self {
        Self(SecretHash::from_bytes(key.hash(KeyUse::Limit, &[self.as_bytes()])))
    }

    /// The form that a store keeps.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// Whether one more may happen now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may, and was counted.
    Admitted,
    /// It may not, and was not counted.
    Refused {
        /// How long until it may.
        retry_after: TimeDelta,
    },
}

/// The outcome of counting one occurrence against several limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// All of them admit it, and each has counted it. It has the instant at which each one's whole burst will be
    /// available again, in the order in which the limits were named.
    Admitted(Vec<Timestamp>),
    /// At least one of them refuses it, and none has counted it.
    Refused {
        /// Which one: the place among the limits that were named of the one with the longest wait.
        limit: usize,
        /// How long until that one admits it.
        retry_after: TimeDelta,
    },
}

impl Quota {
    /// The same trickle out of a bucket that is so many times as deep.
    #[must_use]
    pub fn deepened(self, times: u32) -> Self {
        let per = i32::try_from(times).ok().and_then(|times| self.per.checked_mul(times));
        Self { burst: self.burst.saturating_mul(times), per: per.unwrap_or(TimeDelta::MAX) }
    }

    /// So many times as much in the same time.
    #[must_use]
    pub fn widened(self, times: u32) -> Self {
        Self { burst: self.burst.saturating_mul(times), ..self }
    }

    /// How many are possible at once at `now`.
    #[must_use]
    pub fn remaining(&self, full_at: Timestamp, now: Timestamp) -> u32 {
        let used = (full_at - now).max(TimeDelta::zero());
        let micros = |span: TimeDelta| span.num_microseconds().unwrap_or(i64::MAX);
        let left = micros(self.per - used) / micros(self.interval()).max(1);
        u32::try_from(left).unwrap_or(0).min(self.burst)
    }

    /// The time that one occurrence uses up, in whole microseconds as stores keep them.
    #[must_use]
    pub fn interval(&self) -> TimeDelta {
        let micros = self.per.num_microseconds().unwrap_or(i64::MAX) / i64::from(self.burst.max(1));
        TimeDelta::microseconds(micros)
    }

    /// Decides by the generic cell rate algorithm. `full_at` is the instant at which the whole
    /// burst would be available again; the second value is the new instant, to be stored if admitted.
    #[must_use]
    pub fn admit(&self, full_at: Option<Timestamp>, now: Timestamp) -> (Admission, Timestamp) {
        let full_at = full_at.map_or(now, |at| at.max(now));
        let next = full_at + self.interval();
        if next - now > self.per {
            (Admission::Refused { retry_after: next - now - self.per }, full_at)
        } else {
            (Admission::Admitted, next)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::secret_bytes::SecretBytes;

    #[test]
    fn a_key_is_recognised_with_the_servers_key_only() {
        let server = |byte| ServerKey::new(SecretBytes::new([byte; 32]));
        let plain = LimitKey::new("send", "192.0.2.1");
        assert_eq!(plain.keyed(&server(1)), LimitKey::new("send", "192.0.2.1").keyed(&server(1)));
        let others = [plain, plain.keyed(&server(2)), LimitKey::new("send", "192.0.2.2").keyed(&server(1))];
        assert!(others.iter().all(|other| *other != plain.keyed(&server(1))));
    }

    #[test]
    fn a_deeper_bucket_has_the_same_trickle_and_a_wider_one_a_stronger() {
        let quota = Quota { burst: 3, per: TimeDelta::seconds(30) };
        assert_eq!(quota.deepened(4), Quota { burst: 12, per: TimeDelta::seconds(120) });
        assert_eq!(quota.deepened(4).interval(), quota.interval());
        assert_eq!(quota.widened(2), Quota { burst: 6, per: TimeDelta::seconds(30) });
        assert_eq!(quota.deepened(u32::MAX).burst, u32::MAX);
    }

    #[test]
    fn what_remains_is_what_is_admitted() {
        let quota = Quota { burst: 3, per: TimeDelta::seconds(30) };
        let now = DateTime::from_timestamp(1_700_000_000, 0).expect("in range");
        for used in 0..40 {
            let mut full_at = now + TimeDelta::seconds(used);
            let remaining = quota.remaining(full_at, now);
            for n in 0..=remaining {
                let (admission, next) = quota.admit(Some(full_at), now);
                assert_eq!(admission == Admission::Admitted, n < remaining, "{used} s used, number {n} of {remaining}");
                full_at = next;
            }
        }
    }

    #[test]
    fn a_burst_is_followed_by_an_even_trickle() {
        let quota = Quota { burst: 3, per: TimeDelta::seconds(30) };
        let at = |seconds: i64| DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range");
        let mut state = None;
        for (second, admitted) in
            [(0, true), (0, true), (0, true), (0, false), (9, false), (10, true), (10, false), (60, true)]
        {
            let (admission, next) = quota.admit(state, at(second));
            assert_eq!(admission == Admission::Admitted, admitted, "second {second}");
            state = Some(next);
        }
    }
}
