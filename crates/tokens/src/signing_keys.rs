//! Which of a deployment's keys signs at which time.

use std::path::PathBuf;

use auth_domain::Timestamp;
use chrono::TimeDelta;

use crate::algorithm::Algorithm;
use crate::signing_key::SigningKey;

/// The keys of a deployment. There is always one that signs.
#[derive(Debug)]
pub struct SigningKeys(Keys);

#[derive(Debug)]
enum Keys {
    Fixed { signing: Box<SigningKey>, others: Vec<SigningKey> },
    Scheduled(KeySchedule),
}

impl SigningKeys {
    /// One key that always signs. The others are only published, so that tokens of a key that signed before, or that
    /// will sign next, are accepted.
    #[must_use]
    pub fn fixed(signing: SigningKey, others: Vec<SigningKey>) -> Self {
        Self(Keys::Fixed { signing: Box::new(signing), others })
    }

    /// The key that signs tokens issued at `at`.
    #[must_use]
    pub fn signing_at(&self, at: Timestamp) -> &SigningKey {
        match &self.0 {
            Keys::Fixed { signing, .. } => signing,
            Keys::Scheduled(schedule) => &schedule.signing_at(at).key,
        }
    }

    /// All keys.
    pub fn published(&self) -> impl Iterator<Item = &SigningKey> {
        let (first, others, scheduled) = match &self.0 {
            Keys::Fixed { signing, others } => (Some(&**signing), others.as_slice(), [].as_slice()),
            Keys::Scheduled(schedule) => (None, [].as_slice(), schedule.keys()),
        };
        first.into_iter().chain(others).chain(scheduled.iter().map(|scheduled| &scheduled.key))
    }
}

impl From<KeySchedule> for SigningKeys {
    fn from(schedule: KeySchedule) -> Self {
        Self(Keys::Scheduled(schedule))
    }
}

/// A key, and the time from which on it signs.
#[derive(Debug)]
pub struct ScheduledKey {
    /// The key.
    pub key: SigningKey,
    /// The key signs tokens that are issued from this time on, until the next key's time.
    pub signs_from: Timestamp,
    /// Where it is kept.
    pub file: PathBuf,
}

/// What a key is good for at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It signs new tokens.
    Signs,
    /// It is published, so that verifiers know it when its time comes.
    WillSign,
    /// Its successor signs. It is published for the sake of the tokens that it signed.
    Retired {
        /// Its successor's time.
        at: Timestamp,
        /// When its last token expires.
        tokens_alive_until: Timestamp,
    },
    /// It is for another algorithm than the one that is set, and has no successor. It is not known when it signed last.
    OtherAlgorithm,
}

/// Keys that sign one after another. Never empty.
#[derive(Debug)]
pub struct KeySchedule {
    algorithm: Algorithm,
    keys: Vec<ScheduledKey>,
}

impl KeySchedule {
    /// Puts the keys in order. Of two keys for the same time, the one whose file's name sorts last signs. `None` if
    /// there is no key.
    pub(crate) fn new(algorithm: Algorithm, mut keys: Vec<ScheduledKey>) -> Option<Self> {
        keys.sort_by(|one, other| (one.signs_from, &one.file).cmp(&(other.signs_from, &other.file)));
        (!keys.is_empty()).then_some(Self { algorithm, keys })
    }

    /// The keys, in the order of their times.
    #[must_use]
    pub fn keys(&self) -> &[ScheduledKey] {
        &self.keys
    }

    /// The newest key of the algorithm whose time has come. Until there is one, the newest key of another algorithm
    /// goes on signing, so that a new algorithm is announced like a new key. If the times of all keys are ahead of this
    /// machine's clock, the first key signs.
    #[must_use]
    pub fn signing_at(&self, at: Timestamp) -> &ScheduledKey {
        let due = || self.keys.iter().filter(|scheduled| scheduled.signs_from <= at);
        let of_the_algorithm = due().rfind(|scheduled| self.is_of_the_algorithm(scheduled));
        of_the_algorithm.or_else(|| due().next_back()).unwrap_or(&self.keys[0])
    }

    /// Every key with its state at `now`. A token lives as long as `token_life`.
    pub fn states(&self, now: Timestamp, token_life: TimeDelta) -> impl Iterator<Item = (&ScheduledKey, KeyState)> {
        (0..self.keys.len()).map(move |index| (&self.keys[index], self.state(index, now, token_life)))
    }

    fn state(&self, index: usize, now: Timestamp, token_life: TimeDelta) -> KeyState {
        let scheduled = &self.keys[index];
        if std::ptr::eq(self.signing_at(now), scheduled) {
            return KeyState::Signs;
        }
        match self.superseded_at(index).filter(|at| *at <= now) {
            _ if scheduled.signs_from > now => KeyState::WillSign,
            Some(at) => KeyState::Retired { at, tokens_alive_until: at + token_life },
            None => KeyState::OtherAlgorithm,
        }
    }

    /// The time of the first later key that takes the place of this one.
    fn superseded_at(&self, index: usize) -> Option<Timestamp> {
        let algorithm = self.keys[index].key.algorithm();
        let replaces = |later: &&ScheduledKey| later.key.algorithm() == algorithm || self.is_of_the_algorithm(later);
        self.keys[index + 1..].iter().find(replaces).map(|later| later.signs_from)
    }

    fn is_of_the_algorithm(&self, scheduled: &ScheduledKey) -> bool {
        scheduled.key.algorithm() == self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn schedule(algorithm: Algorithm, keys: &[(Algorithm, i64)]) -> KeySchedule {
        let key = |(algorithm, second): &(Algorithm, i64)| ScheduledKey {
            key: SigningKey::generate(*algorithm).unwrap(),
            signs_from: at(*second),
            file: format!("{second}").into(),
        };
        KeySchedule::new(algorithm, keys.iter().map(key).collect()).unwrap()
    }

    fn states(schedule: &KeySchedule, now: i64) -> Vec<KeyState> {
        schedule.states(at(now), TimeDelta::seconds(100)).map(|(_, state)| state).collect()
    }

    fn retired(second: i64) -> KeyState {
        KeyState::Retired { at: at(second), tokens_alive_until: at(second + 100) }
    }

    #[test]
    fn each_key_signs_from_its_time_until_the_next_ones() {
        use KeyState::{Signs, WillSign};
        let keys = schedule(Algorithm::Es256, &[(Algorithm::Es256, 20), (Algorithm::Es256, 0), (Algorithm::Es256, 10)]);
        for (now, expected) in [
            (-1, [Signs, WillSign, WillSign]),
            (0, [Signs, WillSign, WillSign]),
            (9, [Signs, WillSign, WillSign]),
            (10, [retired(10), Signs, WillSign]),
            (20, [retired(10), retired(20), Signs]),
            (9_999, [retired(10), retired(20), Signs]),
        ] {
            assert_eq!(states(&keys, now), expected, "at {now}");
        }
    }

    #[test]
    fn a_new_algorithm_is_announced_like_a_new_key() {
        use KeyState::{OtherAlgorithm, Signs, WillSign};
        let both = [(Algorithm::Es256, 0), (Algorithm::EdDsa, 10)];
        let new = schedule(Algorithm::EdDsa, &both);
        assert_eq!(states(&new, 9), [Signs, WillSign]);
        assert_eq!(states(&new, 10), [retired(10), Signs]);
        let before_the_setting_changed = schedule(Algorithm::Es256, &both);
        assert_eq!(states(&before_the_setting_changed, 11), [Signs, OtherAlgorithm]);
        let after_another_rotation = [&both[..], &[(Algorithm::Es256, 20)]].concat();
        let after_another_rotation = schedule(Algorithm::Es256, &after_another_rotation);
        assert_eq!(states(&after_another_rotation, 20), [retired(20), retired(20), Signs]);
    }

    #[test]
    fn without_keys_there_is_no_schedule() {
        assert!(KeySchedule::new(Algorithm::Es256, vec![]).is_none());
    }
}
