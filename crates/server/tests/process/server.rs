//! Starting and observing the binary.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use auth_embedded_postgres::{Cluster, Host, Options};
use auth_tests::TestDatabase;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

use crate::waiting::{wait_for, wait_until};

/// The only variables that the program inherits: they describe the machine and are not settings.
const MACHINE: [&str; 8] =
    ["PATH", "HOME", "TMPDIR", "PG_BIN", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "LLVM_PROFILE_FILE", "RUST_BACKTRACE"];

const PROGRAM: &str = env!("CARGO_BIN_EXE_auth-server");

/// A newcomer's machine: an empty folder, and no settings except free ports.
pub(crate) struct Installation {
    folder: TempDir,
    variables: Vec<(OsString, OsString)>,
    _database: Option<TestDatabase>,
}

impl Installation {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("auth-process-").tempdir().unwrap();
        let data_dir = folder.path().join("data");
        Self { folder, variables: Vec::new(), _database: None }
            .with("AUTH__HTTP__LISTEN", "127.0.0.1:0")
            .with("AUTH__ADMIN__LISTEN", "127.0.0.1:0")
            .with("AUTH__DATABASE__DATA_DIR", data_dir)
    }

    /// Uses an existing database, for tests that do not depend on a private one: that takes seconds to create, and
    /// each command would start and stop it.
    pub(crate) fn on(database: TestDatabase) -> Self {
        let mut installation = Self::new().with("AUTH__DATABASE__URL", database.url());
        installation._database = Some(database);
        installation
    }

    pub(crate) fn with(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((variable.into(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments);
        self.prepare(command)
    }

    /// A line for a shell, in which `$0` is the program.
    fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line, PROGRAM]);
        self.prepare(command)
    }

    fn prepare(&self, mut command: Command) -> Command {
        let machine = MACHINE.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        command.current_dir(self.path()).stdin(Stdio::null());
        command.env_clear().envs(machine).envs(self.variables.iter().cloned());
        command
    }

    /// Runs a command that must exit on its own.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        Self::finish(self.command(arguments))
    }

    /// Runs a line of a shell, in which `$0` is the program, until it exits on its own.
    pub(crate) fn run_in_shell(&self, line: &str) -> Output {
        Self::finish(self.shell(line))
    }

    fn finish(mut command: Command) -> Output {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = collect(child.stdout.take().unwrap());
        let err = collect(child.stderr.take().unwrap());
        let status = wait_for_exit(&mut child);
        Output { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() }
    }

    /// Starts the server and waits until it listens.
    pub(crate) fn serve(&self) -> Server {
        Server::start(self.command(&[]), |_| {})
    }

    /// The same, and does something with its process again and again until it listens.
    pub(crate) fn serve_while(&self, meanwhile: impl FnMut(Pid)) -> Server {
        Server::start(self.command(&[]), meanwhile)
    }

    /// The same by a line of a shell, in which `$0` is the program.
    pub(crate) fn serve_in_shell(&self, line: &str) -> Server {
        Server::start(self.shell(line), |_| {})
    }

    /// Starts the server, asks it to stop as soon as it has logged a line like this, and waits until it exits.
    pub(crate) fn stop_at(&self, wanted: impl Fn(&str) -> bool) -> ExitStatus {
        self.stop_once("the line", |err| err.find(&wanted).is_some())
    }

    /// The same, as soon as this holds of the lines so far.
    pub(crate) fn stop_once(&self, what: &str, holds: impl Fn(&Lines) -> bool) -> ExitStatus {
        let mut child = self.command(&[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (err, reader) = Lines::follow(child.stderr.take().unwrap());
        wait_until(what, || holds(&err));
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        let status = wait_for_exit(&mut child);
        reader.join().unwrap();
        status
    }

    /// Shares the private cluster, to inspect the database directly. While the returned value exists, a server that
    /// stops leaves the cluster running.
    pub(crate) fn cluster(&self) -> Cluster {
        Cluster::start(Options::new(self.data_dir().join("postgres"), Host::from_environment("auth-server"))).unwrap()
    }

    /// Returns the process id of the private cluster while it runs.
    pub(crate) fn cluster_pid(&self) -> Option<i32> {
        let file = std::fs::read_to_string(self.data_dir().join("postgres/postmaster.pid")).ok()?;
        file.lines().next()?.parse().ok()
    }
}

impl Drop for Installation {
    /// A killed server leaves its cluster to the next start. Here there is none, so the cluster is stopped.
    fn drop(&mut self) {
        if self.cluster_pid().is_some_and(is_running) {
            drop(self.cluster());
        }
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

fn wait_for_exit(child: &mut Child) -> ExitStatus {
    wait_for("the end of the process", || child.try_wait().unwrap())
}

pub(crate) fn is_running(pid: i32) -> bool {
    let zombie = std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    test_kill_process(Pid::from_raw(pid).unwrap()).is_ok() && !zombie
}

/// The lines that a process has written so far.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn follow(pipe: impl Read + Send + 'static) -> (Self, JoinHandle<()>) {
        let lines = Self::default();
        let written = lines.clone();
        let reader = thread::spawn(move || {
            for line in BufReader::new(pipe).lines() {
                written.0.lock().unwrap().push(line.unwrap());
            }
        });
        (lines, reader)
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn find(&self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        self.0.lock().unwrap().iter().rfind(|line| wanted(line)).cloned()
    }
}

/// A server that listens.
pub(crate) struct Server {
    child: Child,
    readers: Vec<JoinHandle<()>>,
    pub(crate) out: Lines,
    pub(crate) err: Lines,
    pub(crate) public: SocketAddr,
    pub(crate) admin: SocketAddr,
}

impl Server {
    fn start(mut command: Command, mut meanwhile: impl FnMut(Pid)) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, out_reader) = Lines::follow(child.stdout.take().unwrap());
        let (err, err_reader) = Lines::follow(child.stderr.take().unwrap());
        let mut listening = |prefix: &str| {
            wait_for("listening", || {
                meanwhile(Pid::from_child(&child));
                assert!(child.try_wait().unwrap().is_none(), "it ended at once: {:?}", err.all());
                let line = out.find(|line| line.starts_with(prefix))?;
                Some(line.strip_prefix(prefix)?.parse().unwrap())
            })
        };
        let public = listening("listening on http://");
        let admin = listening("admin listening on http://");
        Self { child, readers: vec![out_reader, err_reader], out, err, public, admin }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it exits, and for the rest of its output.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let status = wait_for_exit(&mut self.child);
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        status
    }

    /// Asks it to stop, and waits for a clean exit.
    pub(crate) fn stop(mut self) -> (Lines, Lines) {
        self.signal(Signal::TERM);
        let status = self.wait();
        assert!(status.success(), "{status}: {:?}", self.err.all());
        (self.out.clone(), self.err.clone())
    }

    /// Kills it, like a crash.
    pub(crate) fn kill(mut self) {
        self.signal(Signal::KILL);
        self.wait();
    }

    /// Returns the latest code that was sent to an address.
    pub(crate) fn code_for(&self, address: &str) -> String {
        let to = format!("to={address:?}");
        let line = wait_for("the message", || self.out.find(|line| line.contains(&to)));
        line.split_whitespace().find_map(|word| word.strip_prefix("code=")).unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            let _ = self.child.kill();
            wait_until("the end of the process", || self.child.try_wait().unwrap().is_some());
        }
    }
}
