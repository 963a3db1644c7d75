use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries::Binaries;
use crate::data_dir::DataDir;
use crate::discover;
use crate::error::Error;
use crate::lock;
use crate::log::Log;
use crate::postmaster::{self, Found, Running};
use crate::run_as::RunAs;
use crate::watcher::{self, Afterwards};
use crate::wire::{self, Connection, DataRow};
use crate::{Durability, Host, Options, Progress, socket};

/// A running PostgreSQL that is in use. It is stopped when its last user, in this process or another, stops or drops
/// it.
#[derive(Debug)]
pub struct Cluster {
    data: DataDir,
    running: Running,
    adopted: bool,
    /// The lock that all users share. `None` once it has been given up.
    users: Option<File>,
}

impl Cluster {
    /// Gives the cluster of a data folder: adopts the one that runs there, or else starts one, making the data first if
    /// there is none.
    ///
    /// # Errors
    ///
    /// When there is no usable PostgreSQL, when the data folder belongs to somebody else or to another version, or when
    /// the server does not start. The message says what to do.
    pub fn start(options: Options) -> Result<Self, Error> {
        Self::start_then(&options, Afterwards::Stop)
    }

    pub(crate) fn start_then(options: &Options, afterwards: Afterwards) -> Result<Self, Error> {
        let data = DataDir::locate(&options.data_dir)?;
        RunAs::check_owner(&[data.path(), &data.beside("start.lock")])?;
        let _start = lock::exclusive(&data.beside("start.lock"))?;
        let users = lock::shared(&data.beside("users.lock"))?;
        let (running, adopted) = match adopt(&data, &options.host, &users)? {
            Some(running) => (running, true),
            None => (start(&data, options)?, false),
        };
        // From here on a failure stops what was started.
        let cluster = Self { data, running, adopted, users: Some(users) };
        if let Err(error) = cluster.make_ready(options, afterwards) {
            drop(_start);
            return Err(error);
        }
        options.host.report(Progress::Ready { socket_dir: cluster.running.socket_dir.clone() });
        Ok(cluster)
    }

    fn make_ready(&self, options: &Options, afterwards: Afterwards) -> Result<(), Error> {
        if options.durability == Durability::Throwaway {
            watcher::ensure(&self.data, &self.running, afterwards, &options.host)?;
        }
        wire::ensure_database(&self.running.socket_dir, &options.database)
    }

    /// The address of a database in the cluster, as a libpq connection URI.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let host = self.running.socket_dir.to_string_lossy();
        format!("postgresql://postgres@/{}?host={}", encode(database, false), encode(&host, true))
    }

    /// The folder of the cluster's socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.running.socket_dir
    }

    /// The log file.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.data.beside("log")
    }

    /// The server's process id.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.running.pid
    }

    /// Whether the server was already running.
    #[must_use]
    pub fn adopted(&self) -> bool {
        self.adopted
    }

    /// Runs SQL and returns the rows as text. This is for administration, such as making databases: it opens a
    /// connection each time, and is no replacement for a client library.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached or refuses the statement.
    pub fn query(&self, database: &str, sql: &str) -> Result<Vec<DataRow>, Error> {
        Connection::open(&self.running.socket_dir, database)?.query(sql)
    }

    /// The same, for statements that work longer than [`Cluster::query`] waits, which is a minute: indexes on large tables,
    /// vacuum, changes of many rows. Their server says nothing until they are done, so a limit could not tell them from one
    /// that hangs.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached or refuses the statement.
    pub fn query_patiently(&self, database: &str, sql: &str) -> Result<Vec<DataRow>, Error> {
        Connection::open(&self.running.socket_dir, database)?.without_patience_limit()?.query(sql)
    }

    /// Ends this use. The last user stops the server; until then it keeps running for the others.
    ///
    /// # Errors
    ///
    /// When the server does not stop.
    pub fn stop(mut self) -> Result<(), Error> {
        self.release()
    }

    /// Ends this use without stopping anything, because the watcher will.
    pub(crate) fn leave(&mut self) {
        self.users = None;
    }

    fn release(&mut self) -> Result<(), Error> {
        let Some(users) = self.users.take() else { return Ok(()) };
        let _start = lock::exclusive(&self.data.beside("start.lock"))?;
        if !lock::upgrade(&users) {
            return Ok(());
        }
        postmaster::stop(&self.data.real(), &self.log())?;
        socket::remove(&self.running.socket_dir);
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.release(); // nobody is left to report an error to
    }
}

/// Uses the server that runs on the data, if it answers. A server that does not answer is stopped, unless others use
/// it.
fn adopt(data: &DataDir, host: &Host, users: &File) -> Result<Option<Running>, Error> {
    let pid = match postmaster::find(&data.real()) {
        Found::Nothing => return Ok(None),
        Found::Answering(running) => {
            host.report(Progress::Adopted { pid: running.pid });
            return Ok(Some(running));
        }
        Found::Silent { pid } => pid,
    };
    let log = data.beside("log");
    if !lock::upgrade(users) {
        let reason = format!("process {pid} runs on the data but does not answer, and others use it; stop those first");
        return Err(Error::Start { reason, tail: String::new(), log });
    }
    postmaster::stop(&data.real(), &log)?;
    let _ = users.lock_shared();
    Ok(None)
}

fn start(data: &DataDir, options: &Options) -> Result<Running, Error> {
    let host = &options.host;
    let run_as = RunAs::decide(data.path(), host.path.as_deref())?;
    let version = data.version()?;
    let binaries = discover::find(host, version, data.path(), &run_as)?;
    data.place(host, &run_as)?;
    let mut log = Log::open(&data.beside("log"))?;
    if version.is_none() {
        data.create(host, options.durability, &binaries, &run_as, &log)?;
    }
    let data_dir = data.real();
    postmaster::clear_leftovers(&data_dir);
    let socket_dir = socket::prepare(host, &data_dir, &run_as)?;
    host.report(Progress::Starting);
    postmaster::start(&data_dir, &socket_dir, &mut log, || command(&data_dir, &socket_dir, &binaries, &run_as, options))
}

fn command(data_dir: &Path, socket_dir: &Path, binaries: &Binaries, run_as: &RunAs, options: &Options) -> Command {
    let mut command = binaries.command("postgres", run_as);
    command.arg("-D").arg(data_dir);
    let socket_dir = socket_dir.to_string_lossy();
    let ours = [("listen_addresses", ""), ("port", "5432"), ("unix_socket_directories", &*socket_dir)];
    let durability = options.durability.settings().iter().copied();
    let theirs = options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in ours.into_iter().chain(durability).chain(theirs) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command
}

/// Percent-encodes a part of a URI.
fn encode(text: &str, keep_slashes: bool) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            b'/' if keep_slashes => encoded.push('/'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encoded() {
        assert_eq!(encode("/tmp/a b&c", true), "/tmp/a%20b%26c");
        assert_eq!(encode("a/b", false), "a%2Fb");
    }
}
