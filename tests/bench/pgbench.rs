//! PostgreSQL alone, with the statements of a request.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::database::{self, Database, gist_of};

/// A transaction as the server runs it.
pub(crate) struct Script(pub(crate) &'static str);

/// A sign-up by phone number, without a password.
pub(crate) const SIGN_UP: Script = Script(include_str!("sign_up.sql"));
/// The use of a refresh token.
pub(crate) const REFRESH: Script = Script(include_str!("refresh.sql"));

const MISSING: &str = "pgbench is missing: it comes with PostgreSQL's server (Debian: apt install postgresql; \
    Fedora: dnf install postgresql-contrib), or name its folder in PG_BIN";

impl Script {
    /// The script's statements, in the form of [`Database::statements_of`].
    pub(crate) fn statements(&self) -> Vec<String> {
        let parts = self.0.split(';').filter(|part| part.lines().any(is_sql));
        parts.map(|part| gist_of(&sql_of(part))).collect()
    }

    /// Checks that the server does the same while `work` runs as this script: pgbench must never be compared
    /// on other statements than ours.
    pub(crate) fn check(&self, database: &Database, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let (statements, script) = (database.statements_of(work)?, self.statements());
        let ours = |statement: &&String| !matches!(&***statement, "BEGIN" | "COMMIT");
        if statements.iter().filter(ours).ne(script.iter().filter(ours)) {
            return Err(
                format!("the server runs {statements:?}, the script has {script:?}: bring it up to date").into()
            );
        }
        Ok(())
    }

    /// Transactions per second for the numbers `first .. first + connections * each`.
    pub(crate) fn run(&self, database: &Database, first: u64, connections: u64, each: u64) -> Result<f64, Failure> {
        let script = tempfile::NamedTempFile::new()?;
        std::fs::write(script.path(), self.0)?;
        let mut command = Command::new(find().ok_or(MISSING)?);
        command.arg("-h").arg(database.0.socket_dir()).args(["-p", "5432", "-U", "postgres", "-n", "-M", "prepared"]);
        command.args(["-c", &connections.to_string(), "-j", "2", "-t", &each.to_string()]);
        for (name, value) in [("first", first), ("each", each), ("i", 0)] {
            command.args(["-D", &format!("{name}={value}")]);
        }
        let output = command.arg("-f").arg(script.path()).arg(database::NAME).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next());
        match tps {
            Some(tps) if output.status.success() => Ok(tps.parse()?),
            _ => Err(format!("pgbench failed: {text}{}", String::from_utf8_lossy(&output.stderr)).into()),
        }
    }
}

fn is_sql(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with("--") && !line.starts_with('\\')
}

fn sql_of(part: &str) -> String {
    part.lines().filter(|line| is_sql(line)).collect::<Vec<_>>().join(" ")
}

fn find() -> Option<PathBuf> {
    let named = std::env::var_os("PG_BIN").map(PathBuf::from);
    let mut system: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    system.sort_unstable_by_key(|bin| std::cmp::Reverse(bin.parent().and_then(version)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = named.into_iter().chain(system).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join("pgbench")).find(|program| program.is_file())
}

fn version(folder: &Path) -> Option<u32> {
    folder.file_name()?.to_str()?.parse().ok()
}
