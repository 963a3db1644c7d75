//! A PostgreSQL that was found: its programs, and what makes it usable.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::programs::is_program;
use crate::run_as::RunAs;

/// The oldest major version that will do.
pub(crate) const OLDEST: u32 = 15;

/// A usable PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) bin: PathBuf,
    pub(crate) major: u32,
    /// Where its libraries are, if they are not where the system looks.
    libraries: Option<OsString>,
    path: Option<OsString>,
}

impl Binaries {
    /// A command for one of the tools, without our environment, which may hold secrets and misleading `PG…` variables.
    pub(crate) fn command(&self, tool: &str, run_as: &RunAs) -> Command {
        let mut command = run_as.command(&self.bin.join(tool));
        command.env_clear().env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }

    fn version_of(&self, tool: &str) -> Result<String, String> {
        let program = self.bin.join(tool);
        if !is_program(&program) {
            return Err(format!("no `{tool}` there"));
        }
        let output = self.command(tool, &RunAs::Direct).arg("--version").output();
        match output {
            Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            Ok(output) => Err(format!("`{tool} --version` fails: {}", String::from_utf8_lossy(&output.stderr).trim())),
            Err(error) => Err(format!("`{tool}` does not run: {error}")),
        }
    }
}

/// Looks at a folder. The error says why it will not do.
pub(crate) fn inspect(bin: &Path, libraries: Option<OsString>, path: Option<&OsStr>) -> Result<Binaries, String> {
    let bin = fs::canonicalize(bin).map_err(|error| error.to_string())?;
    let mut found = Binaries { bin, major: 0, libraries, path: path.map(OsStr::to_owned) };
    let version = found.version_of("postgres")?;
    found.version_of("initdb")?;
    found.major = major(&version).ok_or_else(|| format!("`postgres --version` says {version:?}"))?;
    if found.major < OLDEST {
        return Err(format!("version {} is too old ({OLDEST} or newer is needed)", found.major));
    }
    Ok(found)
}

/// The major version in a line like `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major(version: &str) -> Option<u32> {
    let number = version.split(' ').nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let table = [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 17.0\n", Some(17)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres\n", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(major(text), expected, "{text}");
        }
    }
}
