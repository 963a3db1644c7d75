//! The user as whom the server runs. PostgreSQL refuses user id 0.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, While};
use crate::programs::on_path;

/// The user as seen from inside the namespace. Outside, it is still root, so the data may be below a folder that is
/// closed to others.
const NAMESPACE: [&str; 3] = ["-U", "--map-user=1000", "--map-group=1000"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// As ourselves, because we are not root.
    Direct,
    /// As ourselves under another number, through `unshare`.
    Namespace(PathBuf),
    /// As another user.
    User { user: u32, group: u32 },
}

impl RunAs {
    /// Decides how the server of a data folder runs. The owner of the folder, if it exists, matters.
    pub(crate) fn decide(data_dir: &Path, path: Option<&OsStr>) -> Result<Self, Error> {
        let us = rustix::process::geteuid().as_raw();
        let owner = fs::metadata(data_dir).ok().map(|found| (found.uid(), found.gid()));
        match (us, owner) {
            (0, Some((user, group))) if user != 0 => Ok(Self::User { user, group }), // it was made for that user
            (0, _) => namespace(path).map_or_else(other_user, Ok),
            _ => Ok(Self::Direct),
        }
    }

    /// Refuses files that belong to somebody else before they are touched, unless we are root, who can deal with them.
    pub(crate) fn check_owner(paths: &[&Path]) -> Result<(), Error> {
        let user = rustix::process::geteuid().as_raw();
        for path in paths {
            let owner = fs::metadata(path).map_or(user, |found| found.uid());
            if user != 0 && owner != user {
                return Err(Error::ForeignOwner { path: path.to_path_buf(), owner, user });
            }
        }
        Ok(())
    }

    /// The ids of the other user and its group, if there is one.
    pub(crate) fn ids(&self) -> Option<(u32, u32)> {
        match self {
            Self::User { user, group } => Some((*user, *group)),
            Self::Direct | Self::Namespace(_) => None,
        }
    }

    /// A command that runs `program` this way.
    pub(crate) fn command(&self, program: &Path) -> Command {
        match self {
            Self::Direct => Command::new(program),
            Self::Namespace(unshare) => {
                let mut command = Command::new(unshare);
                command.args(NAMESPACE).arg("--").arg(program);
                command
            }
            Self::User { user, group } => {
                let mut command = Command::new(program);
                command.uid(*user).gid(*group); // root's further groups are dropped with it
                command
            }
        }
    }

    /// Whether the server can get at `path`.
    pub(crate) fn reaches(&self, path: &Path) -> bool {
        let Some((user, group)) = self.ids() else { return true };
        path.ancestors().filter_map(|folder| fs::metadata(folder).ok()).filter(fs::Metadata::is_dir).all(|folder| {
            let enter = match () {
                () if folder.uid() == user => 0o100,
                () if folder.gid() == group => 0o010,
                () => 0o001,
            };
            folder.mode() & enter != 0
        })
    }

    /// Gives a folder and all in it to the user that runs the server.
    pub(crate) fn hand_over(&self, path: &Path) -> Result<(), Error> {
        let Some((user, group)) = self.ids() else { return Ok(()) };
        let found = fs::symlink_metadata(path).doing("looking at", path)?;
        std::os::unix::fs::lchown(path, Some(user), Some(group)).doing("handing over", path)?;
        if found.is_dir() {
            for entry in fs::read_dir(path).doing("reading", path)? {
                self.hand_over(&entry.doing("reading", path)?.path())?;
            }
        }
        Ok(())
    }
}

/// Whether user namespaces work. A setting, a missing program or the rules of a container can prevent them, so it is
/// tried.
fn namespace(path: Option<&OsStr>) -> Option<RunAs> {
    let unshare = on_path("unshare", path)?;
    let mut attempt = Command::new(&unshare);
    attempt.args(NAMESPACE).args(["--", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    attempt.status().is_ok_and(|status| status.success()).then_some(RunAs::Namespace(unshare))
}

fn other_user() -> Result<RunAs, Error> {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"].iter().find_map(|name| in_passwd(&passwd, name)).ok_or(Error::Root)
}

fn in_passwd(passwd: &str, name: &str) -> Option<RunAs> {
    let mut fields = passwd.lines().map(|line| line.split(':')).find_map(|mut fields| {
        let found = fields.next() == Some(name);
        found.then_some(fields)
    })?;
    let user = fields.nth(1)?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    Some(RunAs::User { user, group })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn users_are_read_from_passwd() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:nobody:/:/bin/false\n";
        assert_eq!(in_passwd(passwd, "nobody"), Some(RunAs::User { user: 65534, group: 65533 }));
        assert_eq!(in_passwd(passwd, "postgres"), None);
    }

    #[test]
    fn a_folder_below_a_closed_one_is_out_of_reach() {
        let temp = tempfile::tempdir().unwrap();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let other = RunAs::User { user: 4_000_000, group: 4_000_000 };
        assert!(!other.reaches(&temp.path().join("data")));
        assert!(other.reaches(Path::new("/tmp/data")));
        assert!(RunAs::Direct.reaches(temp.path()));
    }
}
