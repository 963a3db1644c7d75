//! A private PostgreSQL for programs and tests. It is found (or fetched), started as a child process on a unix socket,
//! and stopped when its last user goes.
//!
//! PostgreSQL itself is not part of this crate. It is looked for in a named folder, in the system's folders, in `PATH`
//! and in a cache. If there is none and the system has apt, the distribution's signed packages are downloaded (never
//! installed) and unpacked into the cache. No step needs root. Where the program runs as root, which PostgreSQL
//! refuses, the server is run in a user namespace, or else as another user.
//!
//! ```no_run
//! use auth_embedded_postgres::{Cluster, Host, Options};
//!
//! let host = Host::from_environment("my-app").on_progress(|step| eprintln!("{step}"));
//! let cluster = Cluster::start(Options::new(".data/postgres", host))?;
//! let url = cluster.url("postgres"); // postgresql://postgres@/postgres?host=/tmp/my-app-…
//! cluster.stop()?;
//! # Ok::<(), auth_embedded_postgres::Error>(())
//! ```
//!
//! What a crash leaves behind is picked up: a cluster that still runs on the data folder is adopted, and a stale pid
//! file or socket is removed. Several processes may use one data folder at a time. They share one cluster, and the last
//! one stops it. Tests that run in many processes use [`shared_throwaway`].
//!
//! Next to the data folder `x` are `x.log` (the server's log), `x.start.lock`, `x.users.lock` and, for throw-away
//! clusters, `x.watcher.lock`.
//!
//! The crate blocks (it needs no asynchronous runtime) and prints nothing. It needs a unix with `/proc` to tell
//! processes apart after a crash; elsewhere it relies on the socket alone.

#[cfg(not(unix))]
compile_error!("the service runs on Linux and macOS; on Windows, use it inside WSL 2 (see README.md)");

mod apt;
mod binaries;
mod cluster;
mod data_dir;
mod discover;
mod error;
mod fetch;
mod folder;
mod lock;
mod log;
mod options;
mod packages;
mod pid_file;
mod postmaster;
mod process;
mod programs;
mod progress;
mod run_as;
mod shared;
mod socket;
mod watcher;
mod wire;

pub use cluster::Cluster;
pub use error::Error;
pub use options::{Durability, Host, Options};
pub use progress::Progress;
pub use shared::{SharedCluster, shared_throwaway};
pub use wire::DataRow;
