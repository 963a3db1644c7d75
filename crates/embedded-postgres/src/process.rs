//! Questions about processes that may not be our children.

use std::fs;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, test_kill_process, waitpid};

/// How a process id and a data folder are related, as far as can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Liveness {
    /// There is no such process.
    Gone,
    /// There is such a process, but it is dead and unreaped, or it does not work in the data folder because the number
    /// was reused.
    Unrelated,
    /// It works in the data folder.
    Serving,
    /// It is hidden from us, by the system or by a user namespace.
    Unknown,
}

/// Looks at a process. The working folder of a server is its data folder, which distinguishes it from a process that
/// got its number later.
pub(crate) fn liveness(pid: i32, data_dir: &Path) -> Liveness {
    let Some(id) = Pid::from_raw(pid) else { return Liveness::Gone };
    reap(id);
    if test_kill_process(id) == Err(Errno::SRCH) {
        return Liveness::Gone;
    }
    if is_zombie(pid) {
        return Liveness::Unrelated;
    }
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(folder) if folder == data_dir => Liveness::Serving,
        Ok(_) => Liveness::Unrelated,
        Err(_) => Liveness::Unknown,
    }
}

/// Reaps the process if it is a dead child of ours. Otherwise it would look alive until we end.
fn reap(pid: Pid) {
    let _ = waitpid(Some(pid), WaitOptions::NOHANG);
}

fn is_zombie(pid: i32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // The state follows the name, which is in brackets and may itself hold brackets.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
}

/// Whether any process works in the folder: children outlive a killed server for a moment.
pub(crate) fn any_in(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir("/proc") else { return false };
    entries.flatten().any(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|at| at == folder))
}

/// Sends a signal. Whether the process still exists is for [`liveness`] to say.
pub(crate) fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}
