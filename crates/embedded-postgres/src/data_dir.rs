//! The data folder and the files beside it.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::process;

use crate::binaries::Binaries;
use crate::error::{Error, While};
use crate::log::Log;
use crate::run_as::RunAs;
use crate::{Durability, Host, Progress, folder};

/// A data folder that may not exist yet.
#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Makes the folder's parent, and makes the path absolute, so that a relative path means the same to every process.
    pub(crate) fn locate(path: &Path) -> Result<Self, Error> {
        if path.file_name().is_none() {
            // The path is `.` or the like.
            return fs::canonicalize(path).doing("finding", path).map(|path| Self { path });
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parent = loop {
            DirBuilder::new().recursive(true).mode(0o700).create(parent).doing("making the folder", parent)?;
            match fs::canonicalize(parent) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {} // its last user has just removed it
                found => break found.doing("finding", parent)?,
            }
        };
        Ok(Self { path: parent.join(path.file_name().unwrap_or_default()) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder as the server sees it, with symbolic links resolved.
    pub(crate) fn real(&self) -> PathBuf {
        fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone())
    }

    /// The file of this kind beside the folder.
    pub(crate) fn beside(&self, kind: &str) -> PathBuf {
        let mut name: OsString = self.path.clone().into_os_string();
        name.push(".");
        name.push(kind);
        name.into()
    }

    /// The major version that wrote the data. `None` if there is no data yet.
    pub(crate) fn version(&self) -> Result<Option<u32>, Error> {
        match fs::read_to_string(self.path.join("PG_VERSION")) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| Error::NotADataFolder { path: self.path.clone() }),
            Err(_) if self.is_vacant()? => Ok(None),
            Err(_) => Err(Error::NotADataFolder { path: self.path.clone() }),
        }
    }

    fn is_vacant(&self) -> Result<bool, Error> {
        match fs::read_dir(&self.path) {
            Ok(mut entries) => Ok(entries.next().is_none()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error).doing("reading", &self.path),
        }
    }

    /// Puts the data where the server can reach it, which matters when it runs as another user.
    pub(crate) fn place(&self, host: &Host, run_as: &RunAs) -> Result<(), Error> {
        let Some((user, _)) = run_as.ids() else { return Ok(()) };
        let real = self.real();
        if run_as.reaches(real.parent().unwrap_or(&real)) {
            return if self.version()?.is_some() { run_as.hand_over(&real) } else { Ok(()) };
        }
        if self.version()?.is_some() {
            return Err(Error::Unreachable { path: real, user });
        }
        let reachable = Path::new("/var/lib").join(format!("{}-{}", host.name, folder::hash(&self.path)));
        fs::create_dir_all(&reachable).doing("making the folder", &reachable)?;
        let target = unused(&reachable)?;
        let _ = fs::remove_dir(&self.path); // an empty one
        let _ = fs::remove_file(&self.path); // a link to data that is gone
        make_private(&target)?;
        run_as.hand_over(&target)?;
        symlink(&target, &self.path).doing("linking to the data at", &self.path)
    }

    /// Makes the data in another folder, which takes its place once it is complete, so that a kill leaves nothing half
    /// made.
    pub(crate) fn create(
        &self,
        host: &Host,
        durability: Durability,
        binaries: &Binaries,
        run_as: &RunAs,
        log: &Log,
    ) -> Result<(), Error> {
        host.report(Progress::Preparing { data_dir: self.path.clone() });
        let real = self.real();
        let parent = real.parent().unwrap_or(&real);
        self.clear_leftovers(&real, parent);
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let new = parent.join(format!("{name}.new-{}", process::id()));
        make_private(&new)?;
        run_as.hand_over(&new)?;
        if !initdb(&new, durability, binaries, run_as, log)? {
            let tail = log.tail();
            let _ = fs::remove_dir_all(&new);
            return Err(Error::Prepare { data_dir: self.path.clone(), log: log.path.clone(), tail });
        }
        fs::rename(&new, &real).doing("moving the new data to", &real)?;
        if durability == Durability::Durable {
            File::open(parent).and_then(|folder| folder.sync_all()).doing("flushing", parent)?;
        }
        Ok(())
    }

    /// Removes what a kill during `initdb` left behind.
    fn clear_leftovers(&self, real: &Path, parent: &Path) {
        let prefix = format!("{}.new-", real.file_name().unwrap_or_default().to_string_lossy());
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// A name that is not in use. Data to which no link leads any more is left alone, because it is not ours to delete.
fn unused(folder: &Path) -> Result<PathBuf, Error> {
    let names = (0_u32..).map(|number| folder.join(format!("data-{number}")));
    names.into_iter().find(|path| !path.exists()).ok_or_else(|| Error::NotADataFolder { path: folder.to_owned() })
}

fn make_private(path: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).doing("making the folder", path)
}

/// Runs `initdb`. Anyone who can open the socket is trusted, because its folder is closed to others.
fn initdb(into: &Path, durability: Durability, binaries: &Binaries, run_as: &RunAs, log: &Log) -> Result<bool, Error> {
    let mut command = binaries.command("initdb", run_as);
    command.args(["-A", "trust", "--locale=C.UTF-8", "-E", "UTF8", "-U", "postgres", "-D"]).arg(into);
    if durability == Durability::Throwaway {
        command.arg("--no-sync");
    }
    command.stdout(log.handle()?).stderr(log.handle()?);
    Ok(command.status().doing("running initdb in", &binaries.bin)?.success())
}
