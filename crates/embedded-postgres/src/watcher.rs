//! Stops a throw-away cluster once its users are gone, including those that were killed. A small shell script in a
//! process of its own waits for a lock, which the kernel releases when its holders die.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::data_dir::DataDir;
use crate::error::{Error, While};
use crate::postmaster::Running;
use crate::programs::on_path;
use crate::{Host, lock};

const SCRIPT: &str = include_str!("watcher.sh");

/// What happens after the last user has gone.
#[derive(Debug, Clone)]
pub(crate) enum Afterwards {
    /// The server is stopped.
    Stop,
    /// The server is stopped a little later, because the next user may be about to come, and the folder is removed.
    Remove(PathBuf),
}

/// Makes sure that a watcher runs. The caller holds the start lock. Where there is no `flock` there is no watcher: a
/// server that is left behind then runs until the next start adopts it.
pub(crate) fn ensure(data: &DataDir, running: &Running, afterwards: Afterwards, host: &Host) -> Result<(), Error> {
    let path = host.path.as_deref();
    let (Some(shell), Some(_)) = (on_path("sh", path), on_path("flock", path)) else { return Ok(()) };
    // The watcher's standard input, so that it is held for as long as the watcher lives.
    let Some(lock) = lock::try_exclusive(&data.beside("watcher.lock"))? else { return Ok(()) };
    let (linger, remove) = match afterwards {
        Afterwards::Stop => ("0", PathBuf::new()),
        Afterwards::Remove(folder) => ("3", folder),
    };
    let mut command = Command::new(&shell);
    command.args(["-c", SCRIPT, "postgres-watcher"]).args([data.beside("start.lock"), data.beside("users.lock")]);
    command.args([data.real(), running.socket_dir.clone(), remove]).arg(linger);
    command.env_clear().env("PATH", path.unwrap_or_default()).current_dir("/").process_group(0);
    // It gets no pipe of ours, so that nobody who reads our output has to wait for the watcher.
    command.stdin(Stdio::from(lock)).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().doing("running", &shell).map(drop)
}
