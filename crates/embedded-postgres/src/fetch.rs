//! Downloads PostgreSQL where there is none: the distribution's packages, through apt, which checks their signatures.
//! Nothing is installed, and no rights beyond ours are used.

use std::env::join_paths;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use crate::apt::Apt;
use crate::binaries::{Binaries, inspect};
use crate::error::{Error, While};
use crate::folder;
use crate::lock;
use crate::log::last_lines;
use crate::packages;
use crate::programs::on_path;
use crate::run_as::RunAs;
use crate::{Host, Progress};

/// The folder for downloads. If another user runs the server, that user may be unable to reach our own cache.
pub(crate) fn cache_dir(host: &Host, run_as: &RunAs) -> PathBuf {
    if run_as.reaches(&host.cache_dir) {
        return host.cache_dir.clone();
    }
    Path::new("/var/cache").join(format!("{}-{}", host.name, folder::hash(&host.cache_dir)))
}

/// What was fetched before: folders with binaries, each with the place of its libraries.
pub(crate) fn cached(cache: &Path) -> Vec<(PathBuf, Option<OsString>)> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(cache)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((packages::major(entry.file_name().to_str()?)?, entry.path())))
        .collect();
    versions.sort_by(|left, right| right.cmp(left));
    versions.into_iter().map(|(major, root)| unpacked(&root, major)).collect()
}

fn unpacked(root: &Path, major: u32) -> (PathBuf, Option<OsString>) {
    let bin = root.join(format!("usr/lib/postgresql/{major}/bin"));
    // Libraries are in folders that are named after the machine, such as x86_64-linux-gnu.
    let folders =
        ["usr/lib", "lib"].iter().flat_map(|lib| fs::read_dir(root.join(lib)).into_iter().flatten().flatten());
    let folders = folders.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains("-linux-"));
    (bin, join_paths(folders).ok().filter(|paths| !paths.is_empty()))
}

/// Fetches PostgreSQL. `None` if the machine has no apt, or if downloads are not wanted.
pub(crate) fn fetch(host: &Host, wanted: Option<u32>, cache: &Path) -> Option<Result<Binaries, Error>> {
    let path = host.path.as_deref();
    let tools = ["apt-get", "apt-cache", "dpkg-deb"].map(|tool| on_path(tool, path));
    (host.download && tools.iter().all(Option::is_some)).then(|| locked(host, wanted, cache))
}

/// Fetches PostgreSQL under a lock. One process fetches, and those that waited find its result.
fn locked(host: &Host, wanted: Option<u32>, cache: &Path) -> Result<Binaries, Error> {
    fs::create_dir_all(cache).doing("making the folder", cache)?;
    let _lock = lock::exclusive(&cache.join("fetch.lock"))?;
    let usable = |(bin, libraries): (PathBuf, _)| inspect(&bin, libraries, host.path.as_deref()).ok();
    let fits = |found: &Binaries| wanted.is_none_or(|major| major == found.major);
    if let Some(found) = cached(cache).into_iter().filter_map(usable).find(fits) {
        return Ok(found);
    }
    clear_leftovers(cache);
    let work = cache.join(format!(".new-{}", process::id()));
    let fetched = Apt::new(host, &work).and_then(|apt| apt.fetch(wanted, cache));
    let _ = fs::remove_dir_all(&work);
    fetched
}

/// Removes what killed downloads left behind. Only the holder of the lock writes, so none of it is in use.
fn clear_leftovers(cache: &Path) {
    for entry in fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(".new-") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Apt<'_> {
    fn fetch(&self, wanted: Option<u32>, cache: &Path) -> Result<Binaries, Error> {
        self.host.report(Progress::UpdatingLists);
        let warnings = self.output("apt-get", "update", |command| self.configured(command).arg("update"))?.1;
        // apt calls an update a success even if it reached no source. What comes after it then fails for less clear
        // reasons.
        self.choose_and_unpack(wanted, cache).map_err(|error| match error {
            Error::Fetch { step, reason } => {
                Error::Fetch { step, reason: last_lines(&format!("{warnings}\n{reason}")) }
            }
            other => other,
        })
    }

    fn choose_and_unpack(&self, wanted: Option<u32>, cache: &Path) -> Result<Binaries, Error> {
        let (package, major) = packages::newest(self, wanted)?;
        let libraries = packages::missing_libraries(self, &package)?;
        self.host.report(Progress::Fetching { package: package.clone(), libraries: libraries.len() });
        let mut names = vec!["download", package.as_str()];
        names.extend(libraries.iter().map(String::as_str));
        self.run("apt-get", &names)?;
        self.unpack()?;
        self.publish(&cache.join(&package), major)
    }

    fn unpack(&self) -> Result<(), Error> {
        let debs = self.work.join("debs");
        for deb in fs::read_dir(&debs).doing("reading", &debs)? {
            let deb = deb.doing("reading", &debs)?.path();
            self.tool("dpkg-deb", |command| command.arg("-x").arg(deb).arg(self.work.join("root")))?;
        }
        Ok(())
    }

    /// Moves what was unpacked to its place in one step, once it is known to work.
    fn publish(&self, place: &Path, major: u32) -> Result<Binaries, Error> {
        let root = self.work.join("root");
        drop_jit(&root, major);
        let check = |root: &Path| {
            let (bin, libraries) = unpacked(root, major);
            inspect(&bin, libraries, self.host.path.as_deref())
                .map_err(|reason| Error::Fetch { step: "running what was downloaded".to_owned(), reason })
        };
        check(&root)?;
        let _ = fs::remove_dir_all(place); // what is there no longer works, or it would have been used
        fs::rename(&root, place).doing("moving the download to", place)?;
        check(place)
    }
}

/// Removes the just-in-time compiler. It needs LLVM, a hundred megabytes that we leave out. Without its file the server
/// does not use it; with the file but without LLVM, queries fail.
fn drop_jit(root: &Path, major: u32) {
    let lib = root.join(format!("usr/lib/postgresql/{major}/lib"));
    for file in ["llvmjit.so", "llvmjit_types.bc"] {
        let _ = fs::remove_file(lib.join(file));
    }
    let _ = fs::remove_dir_all(lib.join("bitcode"));
}
