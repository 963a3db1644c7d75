//! The server process: starting, adopting and stopping it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;

use crate::error::{Error, While};
use crate::log::Log;
use crate::pid_file::{self, PidFile, Status};
use crate::process::{self, Liveness};
use crate::wire::Connection;

const STEP: Duration = Duration::from_millis(20);
/// Recovery after a crash is part of a start.
const START_SECONDS: u32 = 120;
const FAST_STOP_SECONDS: u32 = 30;
const IMMEDIATE_STOP_SECONDS: u32 = 10;
const LEFTOVER_SECONDS: u32 = 10;
const STARTS: u32 = 20;
/// Attempts to connect, one step apart, before a server counts as silent.
const UNANSWERED: u32 = 150;

/// A server that answers.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub(crate) pid: i32,
    pub(crate) socket_dir: PathBuf,
}

/// Polls until `poll` returns something. Sleeps are counted, because a clock would add nothing but its jumps.
fn wait<T>(seconds: u32, mut poll: impl FnMut() -> Option<T>) -> Option<T> {
    let steps = u128::from(seconds) * 1000 / STEP.as_millis();
    for _ in 0..steps {
        if let Some(value) = poll() {
            return Some(value);
        }
        sleep(STEP);
    }
    poll()
}

/// What runs on a data folder.
pub(crate) enum Found {
    /// No server, or a dead one.
    Nothing,
    /// A server that takes connections.
    Answering(Running),
    /// A server that takes none: its socket may have been swept out of the temporary folder.
    Silent { pid: i32 },
}

/// Looks for a server that is already running on the data folder. One that is starting or stopping is waited for.
/// The caller holds the start lock, so no other process starts or stops one meanwhile.
pub(crate) fn find(data_dir: &Path) -> Found {
    let mut pid = 0;
    let mut unanswered = 0;
    let found = wait(START_SECONDS, || {
        let Some(file) = live(data_dir) else { return Some(Found::Nothing) };
        pid = file.pid;
        let socket_dir = file.socket_dir.filter(|_| file.status == Status::Ready)?;
        if Connection::open(&socket_dir, "postgres").is_ok() {
            return Some(Found::Answering(Running { pid, socket_dir }));
        }
        // A server that was killed this instant can look alive for a moment.
        unanswered += 1;
        (unanswered > UNANSWERED).then_some(Found::Silent { pid })
    });
    found.unwrap_or(Found::Silent { pid })
}

fn live(data_dir: &Path) -> Option<PidFile> {
    let file = PidFile::read(data_dir)?;
    let serving = match process::liveness(file.pid, data_dir) {
        Liveness::Serving => true,
        Liveness::Gone | Liveness::Unrelated => false,
        Liveness::Unknown => {
            let folder = file.socket_dir.as_ref();
            folder.is_some_and(|folder| Connection::open(folder, "postgres").is_ok())
        }
    };
    serving.then_some(file)
}

/// Removes what a dead server left behind. Its children live on for a moment, and must be gone first.
pub(crate) fn clear_leftovers(data_dir: &Path) {
    let Some(file) = PidFile::read(data_dir) else { return };
    let quiet = wait(LEFTOVER_SECONDS, || (!process::any_in(data_dir)).then_some(())).is_some();
    // The server itself copes with the number of a process that is gone, and also looks for children. It cannot
    // recognise a number that was reused, or a dead process that nobody collects.
    if quiet && process::liveness(file.pid, data_dir) == Liveness::Unrelated {
        let _ = fs::remove_file(pid_file::path(data_dir));
    }
}

/// Starts a server. `command` makes its command line, once for each attempt.
pub(crate) fn start(
    data_dir: &Path,
    socket_dir: &Path,
    log: &mut Log,
    command: impl Fn() -> Command,
) -> Result<Running, Error> {
    for attempt in 1.. {
        log.begin_here();
        let mut child = spawn(command(), log)?;
        match wait(START_SECONDS, || outcome(&mut child, data_dir)) {
            Some(true) => break,
            Some(false) if attempt < STARTS && is_passing(&log.tail()) => sleep(Duration::from_millis(250)),
            ended => {
                // It must not be left behind half started.
                process::signal(pid_of(&child), Signal::QUIT);
                let _ = wait(IMMEDIATE_STOP_SECONDS, || child.try_wait().ok().flatten());
                let reason = if ended.is_some() { "it ended" } else { "it was not ready in time" };
                return Err(failure(reason, log));
            }
        }
    }
    let pid = PidFile::read(data_dir).ok_or_else(|| failure("it ended", log))?.pid;
    Ok(Running { pid, socket_dir: socket_dir.to_owned() })
}

fn failure(reason: &str, log: &Log) -> Error {
    Error::Start { reason: reason.to_owned(), log: log.path.clone(), tail: log.tail() }
}

/// Spawns the server in a process group of its own: the terminal's Ctrl-C is meant for us, and we stop the server when
/// we no longer need it.
fn spawn(mut command: Command, log: &Log) -> Result<Child, Error> {
    command.process_group(0).stdout(log.handle()?).stderr(log.handle()?);
    let program = PathBuf::from(command.get_program());
    command.spawn().doing("running", &program)
}

/// `true` once the server is ready, `false` once it has ended.
fn outcome(child: &mut Child, data_dir: &Path) -> Option<bool> {
    if let Ok(Some(_)) = child.try_wait() {
        return Some(false);
    }
    let file = PidFile::read(data_dir)?;
    (file.pid == pid_of(child) && file.status == Status::Ready).then_some(true)
}

fn pid_of(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap_or(0)
}

/// Whether the failure passes as soon as the children of a killed server have ended.
fn is_passing(tail: &str) -> bool {
    ["pre-existing shared memory block", "lock file \"postmaster.pid\" already exists"]
        .iter()
        .any(|message| tail.contains(message))
}

/// Stops the server of a data folder, if one runs: first in its fast mode (open transactions are rolled back), then in
/// its immediate mode (the next start recovers).
pub(crate) fn stop(data_dir: &Path, log: &Path) -> Result<(), Error> {
    let Some(file) = live(data_dir) else { return Ok(()) };
    for (signal, seconds) in [(Signal::INT, FAST_STOP_SECONDS), (Signal::QUIT, IMMEDIATE_STOP_SECONDS)] {
        process::signal(file.pid, signal);
        if wait(seconds, || is_gone(file.pid, data_dir).then_some(())).is_some() {
            return Ok(());
        }
    }
    Err(Error::Stop { pid: file.pid, seconds: FAST_STOP_SECONDS + IMMEDIATE_STOP_SECONDS, log: log.to_owned() })
}

fn is_gone(pid: i32, data_dir: &Path) -> bool {
    matches!(process::liveness(pid, data_dir), Liveness::Gone | Liveness::Unrelated)
}
