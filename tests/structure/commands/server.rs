//! The server that the commands in the papers talk to.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use crate::files;

/// Enough for the first start of a private PostgreSQL, including fetching it.
const PATIENCE: Duration = Duration::from_secs(300);
const STEP: Duration = Duration::from_millis(20);

/// The addresses of a server.
pub(super) struct Addresses {
    pub(super) public: String,
    pub(super) admin: String,
}

/// A server of profile `local` with a private PostgreSQL, which is stopped when the test is over.
pub(super) struct Server {
    process: Child,
    output: PathBuf,
}

impl Server {
    pub(super) fn start(folder: &Path) -> Self {
        let output = folder.join("output");
        let process = Command::new(program())
            .current_dir(folder)
            .env_remove("DATABASE_URL")
            .env("AUTH_PROFILE", "local")
            .env("AUTH__HTTP__LISTEN", "127.0.0.1:0")
            .env("AUTH__ADMIN__LISTEN", "127.0.0.1:0")
            .env("AUTH__DATABASE__DATA_DIR", folder.join(DATA))
            .stdout(File::create(&output).expect("a new file"))
            .stderr(File::create(folder.join("errors")).expect("a new file"))
            .spawn()
            .expect("the server starts");
        Self { process, output }
    }

    /// Returns its addresses once it answers.
    pub(super) fn addresses(&mut self) -> Addresses {
        for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
            let output = self.printed();
            let line = |start: &str| output.lines().find_map(|line| line.strip_prefix(start)).map(str::to_owned);
            if let (Some(public), Some(admin)) = (line("listening on "), line("admin listening on ")) {
                return Addresses { public, admin };
            }
            let ended = self.process.try_wait().expect("our own child");
            assert!(ended.is_none(), "the server ended: {}", self.errors());
            std::thread::sleep(STEP);
        }
        panic!("the server does not answer: {}", self.errors())
    }

    /// Returns the file with its output.
    pub(super) fn output(&self) -> &Path {
        &self.output
    }

    fn printed(&self) -> String {
        fs::read_to_string(&self.output).unwrap_or_default()
    }

    pub(super) fn errors(&self) -> String {
        fs::read_to_string(self.output.with_file_name("errors")).unwrap_or_default()
    }

    /// Asks it to stop. If it were killed, its PostgreSQL would keep running.
    fn ask_to_stop(&self) -> bool {
        Command::new("kill").arg(self.process.id().to_string()).status().is_ok_and(|status| status.success())
    }

    pub(super) fn stop(mut self) {
        assert!(self.ask_to_stop(), "cannot send SIGTERM");
        let ended = self.process.wait().expect("our own child");
        assert!(ended.success(), "the server ended with {ended}: {}", self.errors());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) && !(self.ask_to_stop() && self.process.wait().is_ok()) {
            let _ = self.process.kill();
        }
    }
}

/// The folder of the server's data, inside its working folder.
pub(super) const DATA: &str = "data";

/// The server's program.
pub(super) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(built)
}

/// `cargo test` of the whole workspace has built the program beside this test. If only this package is tested, the
/// program may be missing or outdated, so it is built now.
fn built() -> PathBuf {
    let test = std::env::current_exe().expect("this program has a path");
    let folder = test.parent().and_then(Path::parent).expect("target/<profile>/deps").to_owned();
    let program = folder.join("auth-server");
    let built = fs::metadata(&program).and_then(|metadata| metadata.modified()).ok();
    if built.is_none_or(|built| built < newest_source()) {
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(other) => other,
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = folder.parent().expect("target/<profile>");
        let arguments = ["build", "--quiet", "--package", "auth-server", "--profile", profile, "--target-dir"];
        let built = Command::new(cargo).current_dir(files::root()).args(arguments).arg(target).status();
        assert!(built.is_ok_and(|status| status.success()), "the server does not build");
    }
    program
}

/// Returns when the server's sources were last changed, without crates that only tests use.
fn newest_source() -> SystemTime {
    let for_tests = |path: &str| path.starts_with("crates/contracts/") || path.starts_with("crates/memory/");
    let is_source = |path: &str| !path.starts_with("crates/") || path.contains("/src/");
    let is_paper = |path: &str| path.ends_with(".md");
    let files = ["crates", "config", "migrations"].into_iter().flat_map(files::below).map(|file| file.path);
    let sources = files.filter(|path| is_source(path) && !for_tests(path) && !is_paper(path));
    let modified = |path: String| fs::metadata(files::root().join(path)).and_then(|metadata| metadata.modified()).ok();
    sources.filter_map(modified).max().expect("there are sources")
}

/// Whether a command is installed, given the argument that makes it print its version.
pub(super) fn is_there(command: &str, version: &str) -> bool {
    Command::new(command).arg(version).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
