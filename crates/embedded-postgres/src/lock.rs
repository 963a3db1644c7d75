//! Advisory locks on files. The kernel releases them when their holder dies, in whatever way.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::error::{Error, While};

/// Waits until nobody else holds `path`. Missing folders above it are made, closed to other users.
pub(crate) fn exclusive(path: &Path) -> Result<File, Error> {
    acquire(path, File::lock)
}

/// Holds `path` together with others.
pub(crate) fn shared(path: &Path) -> Result<File, Error> {
    acquire(path, File::lock_shared)
}

fn acquire(path: &Path, lock: impl Fn(&File) -> io::Result<()>) -> Result<File, Error> {
    loop {
        let file = open(path)?;
        while let Err(error) = lock(&file) {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error).doing("locking", path);
            }
        }
        // The last user may have removed the folder while we waited. Then this lock is worth nothing.
        if is_at(&file, path) {
            return Ok(file);
        }
    }
}

/// Locks `path` if nobody holds it.
pub(crate) fn try_exclusive(path: &Path) -> Result<Option<File>, Error> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).doing("locking", path),
    }
}

/// Turns a shared lock into an exclusive one, if there is no other holder. After `false`, the lock may be lost.
pub(crate) fn upgrade(file: &File) -> bool {
    // The kernel releases the old lock before it grants the new one, and in between a watcher may hold it for the
    // moment that it takes to see that it is free.
    for _ in 0..5 {
        if file.try_lock().is_ok() {
            return true;
        }
        sleep(Duration::from_millis(20));
    }
    false
}

fn open(path: &Path) -> Result<File, Error> {
    loop {
        if let Some(parent) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(parent).doing("making the folder", parent)?;
        }
        match OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {} // removed in between
            opened => return opened.doing("opening", path),
        }
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.metadata()) {
        (Ok(held), Ok(there)) => held.ino() == there.ino() && held.dev() == there.dev(),
        _ => false,
    }
}
