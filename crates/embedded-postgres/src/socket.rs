//! Where the server listens: a file in a folder that only its user may enter.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use crate::error::{Error, While};
use crate::run_as::RunAs;
use crate::{Host, folder};

/// The port is part of the file's name, and has no other meaning.
const FILE: &str = ".s.PGSQL.5432";
/// `sun_path` holds 108 bytes, including the closing zero. The lock file beside it has a longer name, but no limit.
const LONGEST: usize = 107;

pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Makes the folder for the socket of a data folder, and removes what a dead server left in it.
pub(crate) fn prepare(host: &Host, data_dir: &Path, run_as: &RunAs) -> Result<PathBuf, Error> {
    let folder = make(host, data_dir, run_as)?;
    if let Some((user, group)) = run_as.ids() {
        chown(&folder, Some(user), Some(group)).doing("handing over", &folder)?;
    }
    clear(&folder);
    Ok(folder)
}

fn clear(folder: &Path) {
    for stale in [FILE.to_owned(), format!("{FILE}.lock")] {
        let _ = fs::remove_file(folder.join(stale));
    }
}

fn make(host: &Host, data_dir: &Path, run_as: &RunAs) -> Result<PathBuf, Error> {
    let hash = folder::hash(data_dir);
    let other = run_as.ids().map(|(user, _)| user);
    if let Some(runtime) = host.runtime_dir.as_ref().filter(|runtime| is_usable(runtime, run_as)) {
        let name = format!("{}-{hash}", host.name);
        if fits(&runtime.join(&name)) {
            return folder::private(runtime, &name, other);
        }
    }
    let user = rustix::process::geteuid().as_raw();
    let name = format!("{}-{user}-{hash}", host.name);
    let path = Path::new("/tmp").join(&name);
    if fits(&path) { folder::private(Path::new("/tmp"), &name, other) } else { Err(Error::SocketPath { path }) }
}

/// Whether the user's folder for sockets can be used: it is closed to other users, and `sudo` may leave us with
/// somebody else's.
fn is_usable(runtime: &Path, run_as: &RunAs) -> bool {
    let user = rustix::process::geteuid().as_raw();
    runtime.is_absolute()
        && run_as.ids().is_none()
        && runtime.metadata().is_ok_and(|found| found.is_dir() && found.uid() == user)
}

fn fits(folder: &Path) -> bool {
    // A suffix such as `-1` may be added to the folder's name.
    file(folder).as_os_str().len() + 2 <= LONGEST
}

/// Removes the folder once the server has ended, in whatever way. It stays if there is anything else in it.
pub(crate) fn remove(folder: &Path) {
    clear(folder);
    let _ = fs::remove_dir(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_runtime_folder_is_passed_over() {
        let temp = tempfile::tempdir().unwrap();
        let long = temp.path().join("r".repeat(90));
        fs::create_dir(&long).unwrap();
        let mut host = Host::from_environment("pg-test");
        host.runtime_dir = Some(long);
        let folder = prepare(&host, temp.path(), &RunAs::Direct).unwrap();
        assert!(folder.starts_with("/tmp"), "{}", folder.display());
        remove(&folder);
        assert!(!folder.exists());
    }

    #[test]
    fn a_name_too_long_for_any_socket_is_refused() {
        let mut host = Host::from_environment(&"n".repeat(100));
        host.runtime_dir = None;
        let refused = make(&host, Path::new("/d"), &RunAs::Direct);
        assert!(matches!(refused, Err(Error::SocketPath { .. })));
    }
}
