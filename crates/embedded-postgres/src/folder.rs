//! Folders that only one user may enter.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, While};

/// Makes `<parent>/<name>` for this user alone. If a folder of that name belongs to somebody else (which may be a trap,
/// in a folder that is open to all), it is left alone, and the next of a few names is tried.
pub(crate) fn private(parent: &Path, name: &str, other_owner: Option<u32>) -> Result<PathBuf, Error> {
    let mut refused = Ok(parent.to_owned());
    for suffix in ["", "-1", "-2", "-3"] {
        let path = parent.join(format!("{name}{suffix}"));
        match claim(&path, other_owner) {
            Err(error @ Error::ForeignOwner { .. }) => refused = refused.and(Err(error)),
            claimed => return claimed.map(|()| path),
        }
    }
    refused
}

fn claim(path: &Path, other_owner: Option<u32>) -> Result<(), Error> {
    let found = loop {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.doing("making the folder", path),
        }
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {} // its last user has just removed it
            found => break found.doing("looking at", path)?,
        }
    };
    let user = rustix::process::geteuid().as_raw();
    if !found.is_dir() || (found.uid() != user && Some(found.uid()) != other_owner) {
        return Err(Error::ForeignOwner { path: path.to_owned(), owner: found.uid(), user });
    }
    fs::set_permissions(path, Permissions::from_mode(0o700)).doing("closing", path)
}

/// A short name for a long path, the same in every build (FNV-1a).
pub(crate) fn hash(path: &Path) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in path.as_os_str().as_encoded_bytes() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_closed_to_others_and_found_again() {
        let temp = tempfile::tempdir().unwrap();
        let first = private(temp.path(), "x", None).unwrap();
        fs::set_permissions(&first, Permissions::from_mode(0o777)).unwrap();
        let second = private(temp.path(), "x", None).unwrap();
        assert_eq!(first, second);
        assert_eq!(fs::metadata(second).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_symbolic_link_is_not_followed() {
        let temp = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/", temp.path().join("x")).unwrap();
        assert_eq!(private(temp.path(), "x", None).unwrap(), temp.path().join("x-1"));
    }
}
