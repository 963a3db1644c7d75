use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::Progress;

/// Debian and its relatives; Homebrew on Apple silicon and on Intel; Postgres.app.
const SYSTEM_BINS: [&str; 4] = [
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// What may be used of the machine, and how progress is reported.
#[derive(Clone)]
#[non_exhaustive]
pub struct Host {
    /// A short name of the application, with which the names of its socket folders and temporary folders begin.
    pub name: String,
    /// The folder with `postgres` and `initdb`, if the operator names one.
    pub pg_bin: Option<PathBuf>,
    /// Where systems keep the programs of their versions of PostgreSQL. The `*` in each path stands for a version.
    pub system_bins: Vec<String>,
    /// The search path for programs.
    pub path: Option<OsString>,
    /// Where downloaded binaries are kept.
    pub cache_dir: PathBuf,
    /// The user's folder for sockets, if there is one.
    pub runtime_dir: Option<PathBuf>,
    /// Where throw-away clusters live.
    pub temp_dir: PathBuf,
    /// Whether binaries may be downloaded if none are found.
    pub download: bool,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl Host {
    /// The machine as the environment describes it: `PG_BIN`, `PATH`, `XDG_CACHE_HOME` or `HOME`,
    /// `XDG_RUNTIME_DIR`, `TMPDIR`.
    #[must_use]
    pub fn from_environment(name: &str) -> Self {
        let folder = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        let temp_dir = env::temp_dir();
        let caches = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
        let user = rustix::process::geteuid().as_raw();
        Self {
            name: name.to_owned(),
            pg_bin: folder("PG_BIN"),
            system_bins: SYSTEM_BINS.map(str::to_owned).into(),
            path: env::var_os("PATH"),
            cache_dir: caches
                .map(|caches| caches.join(name).join("postgresql"))
                .unwrap_or_else(|| temp_dir.join(format!("{name}-{user}-cache"))),
            runtime_dir: folder("XDG_RUNTIME_DIR"),
            temp_dir,
            download: true,
            progress: Arc::new(|_| {}),
        }
    }

    /// Calls `report` at each step.
    #[must_use]
    pub fn on_progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Arc::new(report);
        self
    }

    pub(crate) fn report(&self, step: Progress) {
        (self.progress)(step);
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("name", &self.name).field("pg_bin", &self.pg_bin).finish_non_exhaustive()
    }
}

/// Which cluster to run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The folder of the data, which is made if it is missing. Its parent holds the log and the locks.
    pub data_dir: PathBuf,
    /// What a crash of the machine may cost.
    pub durability: Durability,
    /// A database that must exist once the cluster is ready. It is made if it is missing.
    pub database: String,
    /// Further server settings, by name. They apply when this call starts the server, and not when it adopts one.
    pub settings: Vec<(String, String)>,
    /// What may be used of the machine.
    pub host: Host,
}

impl Options {
    /// A durable cluster with the database `postgres`.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>, host: Host) -> Self {
        Self {
            data_dir: data_dir.into(),
            durability: Durability::Durable,
            database: "postgres".to_owned(),
            settings: Vec::new(),
            host,
        }
    }

    /// Makes sure that `database` exists once the cluster is ready.
    #[must_use]
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.database = database.into();
        self
    }

    /// Sets what a crash of the machine may cost.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Adds a server setting.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }
}

/// What a crash of the machine may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was committed is lost. The server also outlives a parent that is killed, and the next start adopts
    /// it.
    Durable,
    /// Everything may be lost: for tests. Nothing is flushed to disk, and a watcher stops the server when all its users
    /// are gone, including those that were killed.
    Throwaway,
}

impl Durability {
    pub(crate) fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Durable => &[],
            Self::Throwaway => &[
                ("fsync", "off"),
                ("full_page_writes", "off"),
                ("synchronous_commit", "off"),
                ("max_connections", "300"), // many test processes, each with a pool
            ],
        }
    }
}
