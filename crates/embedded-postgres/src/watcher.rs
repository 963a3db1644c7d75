//! Stops a throw-away cluster when its users are gone, killed ones included: a small shell script in a process of its
//! own, which waits for a lock that the kernel takes from the dead.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::data_dir::DataDir;
use crate::error::{Error, While};
use crate::postmaster::Running;
use crate::programs::on_path;
use crate::{Host, lock};

const SCRIPT: &str = include_str!("watcher.sh");

/// What follows the end of the last user.
#[derive(Debug, Clone)]
pub(crate) enum Afterwards {
    /// The server is stopped.
    Stop,
    /// The server is stopped a little later, for the next user may be about to come, and the folder removed.
    Remove(PathBuf),
}

/// Makes sure that a watcher runs. The caller holds the start lock. Without `flock` there is none: what is left then
/// runs on until the next start adopts it.
pub(crate) fn ensure(data: &DataDir, running: &Running, afterwards: Afterwards, host: &Host) -> Result<(), Error> {
    let path = host.path.as_deref();
    let (Some(shell), Some(_)) = (on_path("sh", path), on_path("flock", path)) else { return Ok(()) };
    // Held for as long as the watcher lives, because it is its standard input.
    let Some(lock) = lock::try_exclusive(&data.beside("watcher.lock"))? else { return Ok(()) };
    let (linger, remove) = match afterwards {
        Afterwards::Stop => ("0", PathBuf::new()),
        Afterwards::Remove(folder) => ("3", folder),
    };
    let mut command = Command::new(&shell);
    command.args(["-c", SCRIPT, "postgres-watcher"]).args([data.beside("start.lock"), data.beside("users.lock")]);
    command.args([data.real(), running.socket_dir.clone(), remove]).arg(linger);
    command.env_clear().env("PATH", path.unwrap_or_default()).current_dir("/").process_group(0);
    // No pipe of ours: whoever reads our output must not wait for the watcher.
    command.stdin(Stdio::from(lock)).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().doing("running", &shell).map(drop)
}
