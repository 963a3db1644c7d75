//! Signing keys in files.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use auth_domain::Timestamp;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::key_ring::SigningKeys;
use crate::signing_key::{KeyError, SigningKey};

/// Why there are no keys. Names the file, never its content.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The list of files is empty.
    #[error("no file with a signing key was named")]
    None,
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not a key.
    #[error("{}: {source}", path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        source: KeyError,
    },
}

/// Reads the keys that an operator lists: the first signs, all are published.
///
/// # Errors
/// [`KeyFileError`], when any of them cannot be read.
pub fn load_files(paths: &[PathBuf]) -> Result<SigningKeys, KeyFileError> {
    let (first, others) = paths.split_first().ok_or(KeyFileError::None)?;
    let others = others.iter().map(|path| load(path)).collect::<Result<_, _>>()?;
    Ok(SigningKeys { signing: load(first)?, others })
}

/// Reads all `*.pem` of a folder; the newest by name with this algorithm signs, all are published.
///
/// Where there is none, one is made as `<now>-<start of its id>.pem`, readable by the owner only. Of
/// several processes that start together one makes it and all get it. The folder is made when
/// missing (mode 0700).
///
/// # Errors
/// [`KeyFileError`], when the folder or any key in it cannot be read or written.
pub fn load_or_create(folder: &Path, algorithm: Algorithm, now: Timestamp) -> Result<SigningKeys, KeyFileError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
    let _lock = lock(folder)?;
    let mut keys = names(folder)?.iter().map(|path| load(path)).collect::<Result<Vec<_>, _>>()?;
    let signing = match keys.iter().rposition(|key| key.algorithm() == algorithm) {
        Some(newest) => keys.remove(newest),
        None => create(folder, algorithm, now)?,
    };
    Ok(SigningKeys { signing, others: keys })
}

/// Held until dropped, or until the process ends in any way.
fn lock(folder: &Path) -> Result<File, KeyFileError> {
    let path = folder.join(".lock");
    let file = private().truncate(false).create(true).open(&path).map_err(at(&path))?;
    file.lock().map_err(at(&path))?;
    Ok(file)
}

/// Oldest first.
fn names(folder: &Path) -> Result<Vec<PathBuf>, KeyFileError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(at(folder))?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pem"));
    paths.sort();
    Ok(paths)
}

fn load(path: &Path) -> Result<SigningKey, KeyFileError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(at(path))?);
    SigningKey::from_pem(&text).map_err(|source| KeyFileError::Key { path: path.to_owned(), source })
}

/// Under a name that nobody reads until everything is on the disk.
fn create(folder: &Path, algorithm: Algorithm, now: Timestamp) -> Result<SigningKey, KeyFileError> {
    let key =
        SigningKey::generate(algorithm).map_err(|source| KeyFileError::Key { path: folder.to_owned(), source })?;
    let name = format!("{}-{}.pem", now.format("%Y%m%dT%H%M%SZ"), &key.id()[..8]);
    let (path, unfinished) = (folder.join(&name), folder.join(format!(".{name}.new")));
    let mut file = private().create_new(true).open(&unfinished).map_err(at(&unfinished))?;
    file.write_all(key.to_pem().as_bytes()).and_then(|()| file.sync_all()).map_err(at(&unfinished))?;
    fs::rename(&unfinished, &path).map_err(at(&path))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    Ok(key)
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

    #[test]
    fn the_first_start_makes_a_key_and_later_ones_find_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep/keys");
        let first = load_or_create(&folder, Algorithm::Es256, at_second(0)).unwrap();
        let second = load_or_create(&folder, Algorithm::Es256, at_second(1)).unwrap();
        assert_eq!(first.signing.id(), second.signing.id());
        let files = names(&folder).unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        let name = files[0].file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(&format!("20270115T080000Z-{}", &first.signing.id()[..8])), "{name}");
    }

    #[test]
    fn another_algorithm_gets_a_key_and_the_old_one_stays_published() {
        let folder = tempfile::tempdir().unwrap();
        let old = load_or_create(folder.path(), Algorithm::Es256, at_second(0)).unwrap();
        let new = load_or_create(folder.path(), Algorithm::EdDsa, at_second(1)).unwrap();
        assert_eq!(new.signing.algorithm(), Algorithm::EdDsa);
        assert_eq!(new.others.iter().map(SigningKey::id).collect::<Vec<_>>(), [old.signing.id()]);
        let back = load_or_create(folder.path(), Algorithm::Es256, at_second(2)).unwrap();
        assert_eq!(back.signing.id(), old.signing.id());
    }

    #[test]
    fn the_newest_signs() {
        let folder = tempfile::tempdir().unwrap();
        create(folder.path(), Algorithm::Es256, at_second(5)).unwrap();
        let newest = create(folder.path(), Algorithm::Es256, at_second(90)).unwrap();
        create(folder.path(), Algorithm::Es256, at_second(10)).unwrap();
        let keys = load_or_create(folder.path(), Algorithm::Es256, at_second(100)).unwrap();
        assert_eq!((keys.signing.id(), keys.others.len()), (newest.id(), 2));
    }

    #[test]
    fn of_many_starts_at_once_one_makes_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let start = || load_or_create(folder.path(), Algorithm::Es256, at_second(0)).unwrap().signing.id().to_owned();
        let ids: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(names(folder.path()).unwrap().len(), 1);
    }

    #[test]
    fn the_first_file_of_a_list_signs_and_trouble_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> = ["a.pem", "b.pem"].map(|name| folder.path().join(name)).into();
        let keys = [Algorithm::Rs256, Algorithm::Es256].map(|algorithm| SigningKey::generate(algorithm).unwrap());
        for (path, key) in paths.iter().zip(&keys) {
            fs::write(path, key.to_pem().as_bytes()).unwrap();
        }
        let loaded = load_files(&paths).unwrap();
        assert_eq!((loaded.signing.id(), loaded.others[0].id()), (keys[0].id(), keys[1].id()));

        assert!(matches!(load_files(&[]), Err(KeyFileError::None)));
        fs::write(&paths[1], "secret nonsense").unwrap();
        let damaged = load_files(&paths).unwrap_err().to_string();
        assert!(damaged.contains("b.pem") && !damaged.contains("nonsense"), "{damaged}");
        fs::remove_file(&paths[0]).unwrap();
        assert!(load_files(&paths).unwrap_err().to_string().contains("pem"));
        assert!(load_or_create(folder.path(), Algorithm::Es256, at_second(0)).is_err(), "a damaged key is not skipped");
    }
}
