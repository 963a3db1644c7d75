//! Signing keys in files.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use auth_domain::Timestamp;
use chrono::{NaiveDateTime, SubsecRound as _};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::signing_key::{KeyError, SigningKey};
use crate::signing_keys::{KeySchedule, ScheduledKey, SigningKeys};

/// The format of a key's time in the name of its file.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// Why there are no keys. Errors name the file, and never its content.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The list of files is empty.
    #[error("no file with a signing key was named")]
    None,
    /// The folder is empty or missing, or its keys are for other algorithms.
    #[error("{} holds no {} key that could sign; `auth-server keys rotate` creates one", folder.display(), algorithm.name())]
    Empty {
        /// Which.
        folder: PathBuf,
        /// What was looked for.
        algorithm: Algorithm,
    },
    /// The name of a file in the folder does not say when its key begins to sign.
    #[error("{} must be named <year><month><day>T<hour><minute><second>Z-<anything>.pem, after the time from which on it signs", .0.display())]
    Name(PathBuf),
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not contain a key.
    #[error("{}: {source}", path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        source: KeyError,
    },
}

/// Reads the keys that an operator lists. The first one signs, and all are published.
///
/// # Errors
/// [`KeyFileError`], when any of them cannot be read.
pub fn load_files(paths: &[PathBuf]) -> Result<SigningKeys, KeyFileError> {
    let (first, others) = paths.split_first().ok_or(KeyFileError::None)?;
    let others = others.iter().map(|path| load(path)).collect::<Result<_, _>>()?;
    Ok(SigningKeys::fixed(load(first)?, others))
}

/// A folder of keys, in files named `<time>-<start of the id>.pem`. Each key signs from its time until the next one's.
/// Only their owner can read the files.
#[derive(Debug, Clone)]
pub struct KeyFolder {
    pub(crate) path: PathBuf,
    pub(crate) algorithm: Algorithm,
}

impl KeyFolder {
    /// The folder, which need not exist yet, with keys for this algorithm.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, algorithm: Algorithm) -> Self {
        Self { path: path.into(), algorithm }
    }

    /// Reads all its keys. Writes nothing, so that the folder may be mounted read-only.
    ///
    /// # Errors
    /// [`KeyFileError`], when there is no key of the algorithm, or when one of the files cannot be used.
    pub fn load(&self) -> Result<KeySchedule, KeyFileError> {
        let keys = self.read()?;
        let some = keys.iter().any(|scheduled| scheduled.key.algorithm() == self.algorithm);
        if some { self.schedule(keys) } else { Err(self.empty()) }
    }

    /// Reads all its keys, whatever their algorithms.
    ///
    /// # Errors
    /// [`KeyFileError`], when there is no key, or when one of the files cannot be used.
    pub fn load_any(&self) -> Result<KeySchedule, KeyFileError> {
        self.schedule(self.read()?)
    }

    /// Like [`KeyFolder::load`], but if there is no key of the algorithm, makes one that signs from `now` on. Of
    /// several processes that start together, one makes the key and all get it. The folder is made if it is missing.
    ///
    /// # Errors
    /// [`KeyFileError`], when the folder or any key in it cannot be read or written.
    pub fn load_or_create(&self, now: Timestamp) -> Result<KeySchedule, KeyFileError> {
        let _lock = self.lock()?;
        match self.load() {
            Err(KeyFileError::Empty { .. }) => {
                self.create(now)?;
                self.load()
            }
            loaded => loaded,
        }
    }

    fn schedule(&self, keys: Vec<ScheduledKey>) -> Result<KeySchedule, KeyFileError> {
        KeySchedule::new(self.algorithm, keys).ok_or_else(|| self.empty())
    }

    fn empty(&self) -> KeyFileError {
        KeyFileError::Empty { folder: self.path.clone(), algorithm: self.algorithm }
    }

    /// Makes the folder if it is missing (mode 0700), and keeps others from changing it until the lock is dropped or
    /// the process ends, in whatever way.
    pub(crate) fn lock(&self) -> Result<File, KeyFileError> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path).map_err(at(&self.path))?;
        let path = self.path.join(".lock");
        let file = private().truncate(false).create(true).open(&path).map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }

    /// Reads all keys. A file that is removed meanwhile counts as absent.
    pub(crate) fn read(&self) -> Result<Vec<ScheduledKey>, KeyFileError> {
        let is_gone = |read: &Result<_, KeyFileError>| matches!(read, Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound);
        self.files()?.into_iter().map(scheduled).filter(|read| !is_gone(read)).collect()
    }

    fn files(&self) -> Result<Vec<PathBuf>, KeyFileError> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(at(&self.path))?,
        };
        let paths = entries.into_iter().map(|entry| entry.path());
        Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == "pem")).collect())
    }

    /// Under a name that nobody reads until everything is on the disk.
    pub(crate) fn create(&self, signs_from: Timestamp) -> Result<ScheduledKey, KeyFileError> {
        let key = SigningKey::generate(self.algorithm)
            .map_err(|source| KeyFileError::Key { path: self.path.clone(), source })?;
        let signs_from = signs_from.trunc_subsecs(0);
        let name = format!("{}-{}.pem", signs_from.format(TIME), &key.id()[..8]);
        let (file, unfinished) = (self.path.join(&name), self.path.join(format!(".{name}.new")));
        let mut writing = private().create_new(true).open(&unfinished).map_err(at(&unfinished))?;
        writing.write_all(key.to_pem().as_bytes()).and_then(|()| writing.sync_all()).map_err(at(&unfinished))?;
        fs::rename(&unfinished, &file).map_err(at(&file))?;
        self.sync()?;
        Ok(ScheduledKey { key, signs_from, file })
    }

    pub(crate) fn remove(&self, file: &Path) -> Result<(), KeyFileError> {
        fs::remove_file(file).map_err(at(file))?;
        self.sync()
    }

    fn sync(&self) -> Result<(), KeyFileError> {
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(at(&self.path))
    }
}

fn scheduled(file: PathBuf) -> Result<ScheduledKey, KeyFileError> {
    let Some(signs_from) = time_in_name(&file) else { return Err(KeyFileError::Name(file)) };
    Ok(ScheduledKey { key: load(&file)?, signs_from, file })
}

fn time_in_name(file: &Path) -> Option<Timestamp> {
    let (time, _) = file.file_stem()?.to_str()?.split_once('-')?;
    Some(NaiveDateTime::parse_from_str(time, TIME).ok()?.and_utc())
}

fn load(path: &Path) -> Result<SigningKey, KeyFileError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(at(path))?);
    SigningKey::from_pem(&text).map_err(|source| KeyFileError::Key { path: path.to_owned(), source })
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyFileError {
    let path = path.to_owned();
    move |source| KeyFileError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use chrono::DateTime;

    use super::*;

    fn at_second(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn es256(path: &Path) -> KeyFolder {
        KeyFolder::new(path, Algorithm::Es256)
    }

    fn signing_id(schedule: &KeySchedule, second: i64) -> &str {
        schedule.signing_at(at_second(second)).key.id()
    }

    #[test]
    fn the_first_start_makes_a_key_and_later_ones_find_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/keys");
        let folder = es256(&path);
        let missing = folder.load().unwrap_err().to_string();
        assert!(missing.contains("deep/keys holds no ES256 key") && !path.exists(), "{missing}");
        let first = folder.load_or_create(at_second(0)).unwrap();
        let second = folder.load_or_create(at_second(1)).unwrap();
        assert_eq!((first.keys().len(), second.keys().len()), (1, 1));
        assert_eq!(first.keys()[0].key.id(), second.keys()[0].key.id());
        let file = &second.keys()[0].file;
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(&format!("20270115T080000Z-{}", &first.keys()[0].key.id()[..8])), "{name}");
        assert_eq!(second.keys()[0].signs_from, at_second(0));
    }

    #[test]
    fn another_algorithm_gets_a_key_and_the_old_one_stays_published() {
        let folder = tempfile::tempdir().unwrap();
        let old = es256(folder.path()).load_or_create(at_second(0)).unwrap();
        let ed = KeyFolder::new(folder.path(), Algorithm::EdDsa);
        assert!(matches!(ed.load(), Err(KeyFileError::Empty { algorithm: Algorithm::EdDsa, .. })));
        assert_eq!(ed.load_any().unwrap().keys().len(), 1);
        let new = ed.load_or_create(at_second(1)).unwrap();
        assert_eq!(new.signing_at(at_second(1)).key.algorithm(), Algorithm::EdDsa);
        assert_eq!(new.keys().len(), 2);
        let back = es256(folder.path()).load_or_create(at_second(2)).unwrap();
        assert_eq!(signing_id(&back, 2), old.keys()[0].key.id());
    }

    #[test]
    fn of_many_starts_at_once_one_makes_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let start = || signing_id(&es256(folder.path()).load_or_create(at_second(0)).unwrap(), 0).to_owned();
        let ids: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(es256(folder.path()).files().unwrap().len(), 1);
    }

    #[test]
    fn what_a_crash_leaves_behind_is_not_a_key() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".20270115T080000Z-abcdefgh.pem.new"), "-----BEGIN PRIV").unwrap();
        let keys = es256(folder.path()).load_or_create(at_second(0)).unwrap();
        assert_eq!(keys.keys().len(), 1);
    }

    #[test]
    fn names_must_contain_the_time() {
        let folder = tempfile::tempdir().unwrap();
        es256(folder.path()).create(at_second(0)).unwrap();
        for name in ["key.pem", "new-key.pem", "20271315T080000Z-a.pem", "20270115T080000-a.pem"] {
            let path = folder.path().join(name);
            fs::write(&path, SigningKey::generate(Algorithm::Es256).unwrap().to_pem().as_bytes()).unwrap();
            let said = es256(folder.path()).load().unwrap_err().to_string();
            assert!(said.contains(name), "{said}");
            fs::remove_file(path).unwrap();
        }
        assert!(es256(folder.path()).load().is_ok());
    }

    #[test]
    fn the_first_file_of_a_list_signs_and_errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["20270115T080000Z-a.pem", "20270115T080000Z-b.pem"];
        let paths: Vec<_> = names.map(|name| folder.path().join(name)).into();
        let keys = [Algorithm::Rs256, Algorithm::Es256].map(|algorithm| SigningKey::generate(algorithm).unwrap());
        for (path, key) in paths.iter().zip(&keys) {
            fs::write(path, key.to_pem().as_bytes()).unwrap();
        }
        let loaded = load_files(&paths).unwrap();
        assert_eq!(loaded.signing_at(at_second(0)).id(), keys[0].id());
        assert!(loaded.published().map(SigningKey::id).eq(keys.iter().map(SigningKey::id)));

        assert!(matches!(load_files(&[]), Err(KeyFileError::None)));
        fs::write(&paths[1], "secret nonsense").unwrap();
        let damaged = load_files(&paths).unwrap_err().to_string();
        assert!(damaged.contains("b.pem") && !damaged.contains("nonsense"), "{damaged}");
        fs::remove_file(&paths[0]).unwrap();
        assert!(load_files(&paths).unwrap_err().to_string().contains("pem"));
        assert!(es256(folder.path()).load_or_create(at_second(0)).is_err(), "a damaged key is not skipped");
    }
}
