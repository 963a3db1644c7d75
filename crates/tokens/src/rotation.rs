//! Changing keys so that no verifier refuses a token: the next key is published before it signs, and the last one stays
//! published for as long as its tokens live.

use auth_domain::Timestamp;
use chrono::TimeDelta;
use thiserror::Error;

use crate::key_folder::{KeyFileError, KeyFolder};
use crate::signing_keys::{KeySchedule, KeyState, ScheduledKey};

/// Why no key was made.
#[derive(Debug, Error)]
pub enum RotateError {
    /// The next key was made already.
    #[error("key {id} already exists and will sign from {}", shown(.signs_from))]
    Announced {
        /// Its id.
        id: String,
        /// Its time.
        signs_from: Timestamp,
    },
    /// The folder cannot be used.
    #[error(transparent)]
    Files(#[from] KeyFileError),
}

/// Why a key was not removed.
#[derive(Debug, Error)]
pub enum RetireError {
    /// There is no such key.
    #[error("there is no key {0}; `auth-server keys list` shows all")]
    Unknown(String),
    /// New tokens need it.
    #[error("key {0} is signing; `auth-server keys rotate` creates its successor")]
    Signs(String),
    /// It has been announced, and has not signed yet.
    #[error("key {id} will sign from {}", shown(.signs_from))]
    WillSign {
        /// Its id.
        id: String,
        /// Its time.
        signs_from: Timestamp,
    },
    /// Tokens that it signed are alive, and would be refused.
    #[error("tokens that key {id} signed are still valid; it can be removed from {}", shown(.until))]
    TokensAlive {
        /// Its id.
        id: String,
        /// The end of its last token.
        until: Timestamp,
    },
    /// It is not known when it signed last.
    #[error(
        "key {0} is for another algorithm than the one set, and may have signed until now; it can be removed after the next rotation"
    )]
    OtherAlgorithm(String),
    /// The folder cannot be used.
    #[error(transparent)]
    Files(#[from] KeyFileError),
}

/// A time as people and programs read it.
fn shown(time: &Timestamp) -> impl std::fmt::Display {
    time.format("%Y-%m-%dT%H:%M:%SZ")
}

impl KeyFolder {
    /// Makes the next key, which begins to sign `ahead` after `now`. The first key of a folder signs at once. If
    /// several processes do this at once, one of them makes the key.
    ///
    /// `ahead` must be longer than any verifier keeps the key set without asking for it again.
    ///
    /// # Errors
    /// [`RotateError`]; nothing was changed.
    pub fn rotate(&self, now: Timestamp, ahead: TimeDelta) -> Result<ScheduledKey, RotateError> {
        let _lock = self.lock()?;
        let keys = self.read()?;
        if let Some(next) = keys.iter().find(|scheduled| scheduled.signs_from > now) {
            let (id, signs_from) = (next.key.id().to_owned(), next.signs_from);
            return Err(RotateError::Announced { id, signs_from });
        }
        let signs_from = if keys.is_empty() { now } else { now + ahead };
        Ok(self.create(signs_from)?)
    }

    /// Removes a key that no longer signs, and whose last token has expired. A token lives as long as `token_life`.
    ///
    /// # Errors
    /// [`RetireError`]; nothing was changed.
    pub fn retire(&self, id: &str, now: Timestamp, token_life: TimeDelta) -> Result<(), RetireError> {
        let _lock = self.lock()?;
        let unknown = || RetireError::Unknown(id.to_owned());
        let keys = KeySchedule::new(self.algorithm, self.read()?).ok_or_else(unknown)?;
        let (scheduled, state) =
            keys.states(now, token_life).find(|(scheduled, _)| scheduled.key.id() == id).ok_or_else(unknown)?;
        check_over(scheduled, state, now)?;
        Ok(self.remove(&scheduled.file)?)
    }
}

fn check_over(scheduled: &ScheduledKey, state: KeyState, now: Timestamp) -> Result<(), RetireError> {
    let id = scheduled.key.id().to_owned();
    match state {
        KeyState::Signs => Err(RetireError::Signs(id)),
        KeyState::WillSign => Err(RetireError::WillSign { id, signs_from: scheduled.signs_from }),
        KeyState::Retired { tokens_alive_until: until, .. } if now < until => {
            Err(RetireError::TokensAlive { id, until })
        }
        KeyState::Retired { .. } => Ok(()),
        KeyState::OtherAlgorithm => Err(RetireError::OtherAlgorithm(id)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::DateTime;

    use super::*;
    use crate::algorithm::Algorithm;

    const AHEAD: TimeDelta = TimeDelta::seconds(600);
    const LIFE: TimeDelta = TimeDelta::seconds(7260);

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn folder(path: &Path) -> KeyFolder {
        KeyFolder::new(path, Algorithm::Es256)
    }

    #[test]
    fn the_first_key_signs_at_once_and_the_next_is_announced() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = folder(&temporary.path().join("keys"));
        let first = folder.rotate(at(0), AHEAD).unwrap();
        assert_eq!(first.signs_from, at(0));
        let second = folder.rotate(at(5), AHEAD).unwrap();
        assert_eq!(second.signs_from, at(605));
        let again = folder.rotate(at(604), AHEAD).unwrap_err();
        assert!(matches!(&again, RotateError::Announced { id, .. } if id == second.key.id()), "{again}");
        assert!(again.to_string().ends_with("will sign from 2027-01-15T08:10:05Z"), "{again}");
        assert_eq!(folder.rotate(at(605), AHEAD).unwrap().signs_from, at(1205));
    }

    #[test]
    fn a_key_goes_when_its_last_token_is_over() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = folder(temporary.path());
        let first = folder.rotate(at(0), AHEAD).unwrap();
        let id = first.key.id();
        assert!(matches!(folder.retire(id, at(1), LIFE), Err(RetireError::Signs(_))));
        let second = folder.rotate(at(1), AHEAD).unwrap();
        assert!(matches!(folder.retire(second.key.id(), at(2), LIFE), Err(RetireError::WillSign { .. })));
        assert!(matches!(folder.retire(id, at(600), LIFE), Err(RetireError::Signs(_))));
        let early = folder.retire(id, at(7860), LIFE).unwrap_err();
        assert!(matches!(early, RetireError::TokensAlive { until, .. } if until == at(7861)), "{early}");
        folder.retire(id, at(7861), LIFE).unwrap();
        assert!(!first.file.exists() && second.file.exists());
        assert!(matches!(folder.retire(id, at(7861), LIFE), Err(RetireError::Unknown(_))));
        assert!(matches!(folder.retire(second.key.id(), at(99_999), LIFE), Err(RetireError::Signs(_))));
    }

    #[test]
    fn a_key_of_another_algorithm_goes_after_the_next_rotation() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = folder(temporary.path());
        folder.rotate(at(0), AHEAD).unwrap();
        let other = KeyFolder::new(temporary.path(), Algorithm::EdDsa).rotate(at(1), AHEAD).unwrap();
        let id = other.key.id();
        assert!(matches!(folder.retire(id, at(99_999), LIFE), Err(RetireError::OtherAlgorithm(_))));
        folder.rotate(at(99_999), AHEAD).unwrap();
        folder.retire(id, at(99_999) + AHEAD + LIFE, LIFE).unwrap();
    }

    #[test]
    fn of_many_rotations_at_once_one_makes_the_key() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = folder(temporary.path());
        folder.rotate(at(0), AHEAD).unwrap();
        let made = std::thread::scope(|scope| {
            let rotate = || folder.rotate(at(1), AHEAD).is_ok();
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(rotate)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|made| *made).count()
        });
        assert_eq!((made, folder.load().unwrap().keys().len()), (1, 2));
    }
}
