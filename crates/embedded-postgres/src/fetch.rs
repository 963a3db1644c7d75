//! Downloads PostgreSQL where there is none: the distribution's packages, by way of apt, which checks their
//! signatures. Nothing is installed, and no rights beyond ours are used.

use std::env::join_paths;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

use crate::discover::{Binaries, inspect, on_path};
use crate::error::{Error, While};
use crate::folder;
use crate::lock;
use crate::log::last_lines;
use crate::packages;
use crate::run_as::RunAs;
use crate::{Host, Progress};

/// Where downloads go: another user that runs the server may be unable to reach our cache.
pub(crate) fn cache_dir(host: &Host, run_as: &RunAs) -> PathBuf {
    if run_as.reaches(&host.cache_dir) {
        return host.cache_dir.clone();
    }
    Path::new("/var/cache").join(format!("{}-{}", host.name, folder::hash(&host.cache_dir)))
}

/// What was fetched before: folders with binaries and, for each, where its libraries are.
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
    // Libraries lie in folders named after the machine, such as x86_64-linux-gnu.
    let folders =
        ["usr/lib", "lib"].iter().flat_map(|lib| fs::read_dir(root.join(lib)).into_iter().flatten().flatten());
    let folders = folders.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains("-linux-"));
    (bin, join_paths(folders).ok().filter(|paths| !paths.is_empty()))
}

/// Fetches PostgreSQL; `None` where the machine has no apt, or downloads are not wanted.
pub(crate) fn fetch(host: &Host, wanted: Option<u32>, cache: &Path) -> Option<Result<Binaries, Error>> {
    let path = host.path.as_deref();
    let tools = ["apt-get", "apt-cache", "dpkg-deb"].map(|tool| on_path(tool, path));
    (host.download && tools.iter().all(Option::is_some)).then(|| locked(host, wanted, cache))
}

/// One process fetches; those that waited find its result.
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

/// What killed downloads left. Only the holder of the lock writes, so all of it is dead.
fn clear_leftovers(cache: &Path) {
    for entry in fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(".new-") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// apt with all its state in a folder of ours.
pub(crate) struct Apt<'a> {
    host: &'a Host,
    work: &'a Path,
}

impl<'a> Apt<'a> {
    fn new(host: &'a Host, work: &'a Path) -> Result<Self, Error> {
        for folder in ["state/lists/partial", "cache/archives/partial", "debs", "root"] {
            let folder = work.join(folder);
            fs::create_dir_all(&folder).doing("making the folder", &folder)?;
        }
        let file = work.join("apt.conf");
        fs::write(&file, configuration(work)).doing("writing", &file)?;
        Ok(Self { host, work })
    }

    fn fetch(&self, wanted: Option<u32>, cache: &Path) -> Result<Binaries, Error> {
        self.host.report(Progress::UpdatingLists);
        let warnings = self.output("apt-get", "update", |command| self.configured(command).arg("update"))?.1;
        // apt calls an update without any source reached a success; what comes after fails less tellingly.
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

    /// Runs one of apt's tools and gives what it printed.
    pub(crate) fn run(&self, tool: &str, arguments: &[&str]) -> Result<String, Error> {
        let step = arguments.first().copied().unwrap_or_default();
        Ok(self.output(tool, step, |command| self.configured(command).args(arguments))?.0)
    }

    fn configured<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.arg("-q").arg("-c").arg(self.work.join("apt.conf"))
    }

    /// Runs a tool and gives what it printed.
    pub(crate) fn tool(&self, tool: &str, with: impl FnOnce(&mut Command) -> &mut Command) -> Result<String, Error> {
        Ok(self.output(tool, "", with)?.0)
    }

    /// Standard output and standard error.
    fn output(
        &self,
        tool: &str,
        step: &str,
        with: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Result<(String, String), Error> {
        let failed = |reason: String| Error::Fetch { step: format!("{tool} {step}").trim_end().to_owned(), reason };
        let program = on_path(tool, self.host.path.as_deref()).unwrap_or_else(|| tool.into());
        let mut command = Command::new(program);
        command.current_dir(self.work.join("debs")).env("LC_ALL", "C").stdin(Stdio::null());
        let output = with(&mut command).output().map_err(|error| failed(error.to_string()))?;
        let [printed, said] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if output.status.success() { Ok((printed, said)) } else { Err(failed(last_lines(&said))) }
    }

    fn unpack(&self) -> Result<(), Error> {
        let debs = self.work.join("debs");
        for deb in fs::read_dir(&debs).doing("reading", &debs)? {
            let deb = deb.doing("reading", &debs)?.path();
            self.tool("dpkg-deb", |command| command.arg("-x").arg(deb).arg(self.work.join("root")))?;
        }
        Ok(())
    }

    /// Moves what was unpacked to its place, all at once, when it is known to work.
    fn publish(&self, place: &Path, major: u32) -> Result<Binaries, Error> {
        let root = self.work.join("root");
        drop_jit(&root, major);
        let check = |root: &Path| {
            let (bin, libraries) = unpacked(root, major);
            inspect(&bin, libraries, self.host.path.as_deref())
                .map_err(|reason| Error::Fetch { step: "running what was downloaded".to_owned(), reason })
        };
        check(&root)?;
        let _ = fs::remove_dir_all(place); // one that does not work any more, or it would have been used
        fs::rename(&root, place).doing("moving the download to", place)?;
        check(place)
    }
}

/// The just-in-time compiler needs LLVM, a hundred megabytes that we leave out; without its file the server does
/// without it, with the file but without LLVM queries fail.
fn drop_jit(root: &Path, major: u32) {
    let lib = root.join(format!("usr/lib/postgresql/{major}/lib"));
    for file in ["llvmjit.so", "llvmjit_types.bc"] {
        let _ = fs::remove_file(lib.join(file));
    }
    let _ = fs::remove_dir_all(lib.join("bitcode"));
}

/// Read after the system's configuration, whose hooks would touch folders that are not ours. apt's switch to a user
/// of its own fails in a user namespace and has nothing to protect here.
fn configuration(work: &Path) -> String {
    let work = work.display();
    format!(
        "#clear APT::Update::Pre-Invoke;\n\
         #clear APT::Update::Post-Invoke;\n\
         #clear APT::Update::Post-Invoke-Success;\n\
         Dir::State \"{work}/state\";\n\
         Dir::State::lists \"{work}/state/lists\";\n\
         Dir::State::status \"/var/lib/dpkg/status\";\n\
         Dir::Cache \"{work}/cache\";\n\
         Dir::Cache::archives \"{work}/cache/archives\";\n\
         Debug::NoLocking \"1\";\n\
         APT::Sandbox::User \"root\";\n\
         Acquire::Languages \"none\";\n\
         Acquire::Retries \"2\";\n\
         Acquire::http::Timeout \"30\";\n\
         Acquire::https::Timeout \"30\";\n"
    )
}
