//! How many files and sockets the process may have open.

use auth_settings::Settings;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are neither connections of clients nor of the database: libraries, logs, keys, and connections to
/// third parties, vendors and subscribers.
const OTHERS: usize = 128;
/// What each thread that serves requests has open besides connections.
const OF_A_THREAD: usize = 8;

/// Lets the process have as many open files as the system allows it (`ulimit -Hn`). Call it before anything is opened.
pub(crate) fn raise_open_files() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "open_files.not_raised");
    }
}

/// The open files that are possible, and what they are for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenFiles {
    /// All of them; `None` is no limit.
    limit: Option<usize>,
    /// Those that everything but connections of clients may need.
    others: usize,
    /// Those that are left for connections of clients.
    pub(crate) for_connections: usize,
}

impl OpenFiles {
    /// Under the limit of this process.
    pub(crate) fn of_process(settings: &Settings) -> Self {
        let limit = getrlimit(Resource::Nofile).current.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let threads = settings.http.workers() + 1;
        let others = OTHERS + OF_A_THREAD * threads + settings.database.pool_size() as usize;
        // Where there are hardly any, some of them are better than none.
        let for_connections = limit.map_or(usize::MAX / 64, |limit| limit.saturating_sub(others).max(limit / 4));
        Self { limit, others, for_connections }
    }

    /// In words, if the listeners may have this many connections, and the public one was to have the `wanted` ones.
    pub(crate) fn describe(&self, [public, admin]: [usize; 2], wanted: usize) -> String {
        let Self { limit: Some(limit), others, .. } = self else { return "not limited".to_owned() };
        let left = limit.saturating_sub(public + admin + others);
        let shown =
            format!("{limit}, of which connections need {}, all else {others}; {left} are left", public + admin);
        if public < wanted {
            return format!(
                "{shown}. Raise the limit (ulimit -n): only {public} connections are possible, not {wanted}"
            );
        }
        shown
    }
}
