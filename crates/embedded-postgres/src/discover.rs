//! Finds PostgreSQL on the machine.

use std::cmp::Reverse;
use std::env::split_paths;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::binaries::{Binaries, OLDEST, inspect};
use crate::programs::is_program;
use crate::run_as::RunAs;
use crate::{Error, Host, Progress, fetch};

/// Finds PostgreSQL, of exactly the major version `wanted` if the data needs one. Fetches it as a last resort.
pub(crate) fn find(host: &Host, wanted: Option<u32>, data_dir: &Path, run_as: &RunAs) -> Result<Binaries, Error> {
    host.report(Progress::Searching);
    let found = match &host.pg_bin {
        Some(bin) => named(host, bin, wanted, data_dir)?,
        None => search(host, wanted, data_dir, run_as)?,
    };
    host.report(Progress::Found { bin: found.bin.clone(), major: found.major });
    Ok(found)
}

/// The folder that the operator named. It is either usable or an error, because anything else would be a surprise.
fn named(host: &Host, bin: &Path, wanted: Option<u32>, data_dir: &Path) -> Result<Binaries, Error> {
    let found =
        inspect(bin, None, host.path.as_deref()).map_err(|reason| Error::PgBin { path: bin.to_owned(), reason })?;
    match wanted {
        Some(data) if data != found.major => {
            Err(Error::Version { data_dir: data_dir.to_owned(), data, found: found.major })
        }
        _ => Ok(found),
    }
}

fn search(host: &Host, wanted: Option<u32>, data_dir: &Path, run_as: &RunAs) -> Result<Binaries, Error> {
    let mut tried = Vec::new();
    let mut other = None;
    let cache = fetch::cache_dir(host, run_as);
    let folders =
        system(&host.system_bins).into_iter().chain(path_folders(host.path.as_deref())).map(|bin| (bin, None));
    for (bin, libraries) in folders.chain(fetch::cached(&cache)) {
        match inspect(&bin, libraries, host.path.as_deref()) {
            Ok(found) if wanted.is_none_or(|major| major == found.major) => return Ok(found),
            Ok(found) => other = other.or(Some(found.major)),
            Err(reason) => tried.push(format!("  {}: {reason}", bin.display())),
        }
    }
    match fetch::fetch(host, wanted, &cache) {
        Some(fetched) => fetched,
        None => Err(match (wanted, other) {
            (Some(data), Some(found)) => Error::Version { data_dir: data_dir.to_owned(), data, found },
            _ => not_found(host, wanted, tried),
        }),
    }
}

fn not_found(host: &Host, wanted: Option<u32>, mut tried: Vec<String>) -> Error {
    if tried.is_empty() {
        let folders = host.system_bins.join(", ");
        tried.push(format!("  nothing in {folders}, in PATH or in {}", host.cache_dir.display()));
    }
    let wanted = wanted.map_or(format!("{OLDEST} or newer"), |major| major.to_string());
    Error::NotFound { wanted, tried: tried.join("\n") }
}

/// The folders of all versions that the patterns find, newest first.
fn system(patterns: &[String]) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = patterns.iter().flat_map(|pattern| matching(pattern)).collect();
    versions.sort_by_key(|(version, _)| Reverse(*version));
    versions.into_iter().map(|(_, bin)| bin).collect()
}

/// The folders that exist for a pattern such as `/usr/lib/postgresql/*/bin`, with what its `*` stands for in each.
fn matching(pattern: &str) -> Vec<(u32, PathBuf)> {
    let Some((before, below)) = pattern.split_once('*') else { return Vec::new() };
    let (folder, prefix) = before.rsplit_once('/').unwrap_or((".", before));
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let versions = entries.filter_map(|entry| {
        let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
        Some((version, entry.path().join(below.trim_start_matches('/'))))
    });
    versions.filter(|(_, bin)| bin.is_dir()).collect()
}

fn path_folders(path: Option<&OsStr>) -> Vec<PathBuf> {
    let folders = path.into_iter().flat_map(split_paths);
    folders.filter(|folder| folder.is_absolute() && is_program(&folder.join("postgres"))).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Makes a folder with scripts that print what PostgreSQL of that version would.
    fn fake(bin: &Path, version: &str, initdb: bool) {
        fs::create_dir_all(bin).unwrap();
        for tool in ["postgres", "initdb"].into_iter().take(if initdb { 2 } else { 1 }) {
            // A process of its own writes the file: one that a thread of ours has open for writing, or a child that has
            // not reached its exec yet, cannot be run ("text file busy").
            let script = "printf '#!/bin/sh\\necho \"%s\"\\n' \"$2\" > \"$1\" && chmod +x \"$1\"";
            let text = format!("{tool} (PostgreSQL) {version}");
            let mut writer = Command::new("sh");
            assert!(writer.args(["-c", script, "sh"]).arg(bin.join(tool)).arg(text).status().unwrap().success());
        }
    }

    fn host(temp: &Path) -> Host {
        let mut host = Host::from_environment("pg-test");
        host.pg_bin = None;
        let bin = |pattern: &str| temp.join(pattern).display().to_string();
        host.system_bins = ["system/*/bin", "brew/opt/postgresql@*/bin", "App/Versions/*/bin"].map(bin).into();
        host.path = Some(temp.join("path").into());
        host.cache_dir = temp.join("cache");
        host.download = false;
        host
    }

    fn found(host: &Host, wanted: Option<u32>) -> Result<Binaries, Error> {
        find(host, wanted, Path::new("/data"), &RunAs::Direct)
    }

    #[test]
    fn the_order_is_named_system_newest_first_path_cache() {
        let temp = tempfile::tempdir().unwrap();
        let temp = fs::canonicalize(temp.path()).unwrap();
        let mut host = host(&temp);
        let places =
            ["cache/postgresql-20/usr/lib/postgresql/20/bin", "path", "system/9/bin", "system/16/bin", "system/17/bin"];
        for (place, version) in places.iter().zip(["20.1", "19.1", "9.6", "16.1", "17.1"]) {
            fake(&temp.join(place), version, true);
            let expected = if *place == "system/9/bin" { "path" } else { place };
            assert_eq!(found(&host, None).unwrap().bin, temp.join(expected));
        }
        assert_eq!(found(&host, Some(16)).unwrap().bin, temp.join("system/16/bin"));
        assert_eq!(found(&host, Some(20)).unwrap().bin, temp.join(places[0]));
        fake(&temp.join("named"), "15.1", true);
        host.pg_bin = Some(temp.join("named"));
        assert_eq!(found(&host, None).unwrap().bin, temp.join("named"));
    }

    #[test]
    fn versions_of_every_system_are_found_newest_first() {
        let temp = tempfile::tempdir().unwrap();
        let temp = fs::canonicalize(temp.path()).unwrap();
        let host = host(&temp);
        for (place, version, is_taken) in [
            ("App/Versions/16/bin", "16.4", true),
            ("brew/opt/postgresql@17/bin", "17.2", true),
            ("system/17/bin", "17.1", true),
            ("brew/opt/postgresql@18/bin", "18.0", true),
            ("App/Versions/latest/bin", "19.1", false),
            ("App/Versions/9.6/bin", "9.6.24", false),
            ("brew/opt/postgresql/bin", "19.1", false),
            ("brew/opt/libpq@19/bin", "19.1", false),
        ] {
            let before = found(&host, None).ok().map(|found| found.bin);
            fake(&temp.join(place), version, true);
            let expected = if is_taken { Some(temp.join(place)) } else { before };
            assert_eq!(found(&host, None).ok().map(|found| found.bin), expected, "{place}");
        }
        assert_eq!(found(&host, Some(16)).unwrap().bin, temp.join("App/Versions/16/bin"));
    }

    #[test]
    fn the_folders_of_known_systems_are_looked_at() {
        let bins = Host::from_environment("pg-test").system_bins;
        for known in [
            "/usr/lib/postgresql/17/bin",
            "/opt/homebrew/opt/postgresql@17/bin",
            "/usr/local/opt/postgresql@17/bin",
            "/Applications/Postgres.app/Contents/Versions/17/bin",
        ] {
            assert!(bins.iter().any(|bin| bin.replace('*', "17") == known), "{known}: {bins:?}");
        }
    }

    #[test]
    fn unusable_folders_are_passed_over_and_listed() {
        let temp = tempfile::tempdir().unwrap();
        let host = host(temp.path());
        fake(&temp.path().join("system/14/bin"), "14.9", true);
        fake(&temp.path().join("path"), "16.1", false);
        let message = found(&host, None).unwrap_err().to_string();
        assert!(message.contains("version 14 is too old"), "{message}");
        assert!(message.contains("no `initdb` there"), "{message}");
        assert!(message.contains("apt-get install postgresql") && message.contains("PG_BIN"), "{message}");
    }

    #[test]
    fn a_broken_named_folder_is_an_error_of_its_own() {
        let temp = tempfile::tempdir().unwrap();
        let mut host = host(temp.path());
        fake(&temp.path().join("system/16/bin"), "16.1", true);
        host.pg_bin = Some(temp.path().join("nowhere"));
        let message = found(&host, None).unwrap_err().to_string();
        assert!(message.contains("PG_BIN=") && message.contains("nowhere"), "{message}");
    }

    #[test]
    fn data_of_another_version_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let host = host(temp.path());
        fake(&temp.path().join("system/16/bin"), "16.1", true);
        let message = found(&host, Some(18)).unwrap_err().to_string();
        assert!(message.contains("written by PostgreSQL 18, but only 16 is here"), "{message}");
    }
}
