//! The README's commands, run as a reader would run them.
//!
//! Every ```` ```sh ```` block of the README is either among [`ELSEWHERE`] or is run here, in order, by one bash,
//! against a server with a private PostgreSQL of its own. Two things are put in for the reader: the server's address
//! (the line `BASE=…`) and the codes that the server prints (the lines `CODE=…`).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::files;

/// Blocks that other tests stand for: the tests themselves, and commands of an operator's machine.
const ELSEWHERE: [&str; 2] = ["cargo run", "cargo test"];

/// First start of a private PostgreSQL, fetching it included.
const PATIENCE: Duration = Duration::from_secs(300);
const STEP: Duration = Duration::from_millis(20);

/// Blocks of the README, by the word that opens them.
fn blocks(readme: &str) -> Vec<String> {
    let fenced = readme.split("\n```sh\n").skip(1);
    fenced.map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned()).collect()
}

fn runs_elsewhere(block: &str) -> bool {
    block.lines().all(|line| ELSEWHERE.iter().any(|command| line.starts_with(command)))
}

/// The reader's part: prints the next code that the server prints.
const READER: &str = r#"
set -eu
seen=$(grep -c code= "$SERVER_OUTPUT" || true)
next_code() {
    for _ in $(seq 500); do
        codes=$(sed -n 's/.*code=\([0-9]\{6\}\).*/\1/p' "$SERVER_OUTPUT")
        count=$(printf '%s\n' "$codes" | grep -c . || true)
        if [ "$count" -gt "$seen" ]; then seen=$count; CODE=$(printf '%s\n' "$codes" | tail -n 1); return; fi
        sleep 0.02
    done
    echo "the server printed no code" >&2
    exit 1
}
"#;

/// On a machine without curl: what the README uses of it, over bash's own sockets.
const CURL: &str = r#"
curl() {
    local headers="" body="" url="" host path line
    while [ $# -gt 0 ]; do
        case $1 in
            -sS) ;;
            -H) headers="$headers$2"$'\r\n'; shift ;;
            -d) body=$2; shift ;;
            http://*) url=${1#http://} ;;
            *) echo "curl's stand-in does not know $1" >&2; return 2 ;;
        esac
        shift
    done
    host=${url%%/*} path=/${url#*/}
    exec 9<> "/dev/tcp/${host%:*}/${host##*:}"
    local method=GET
    if [ -n "$body" ]; then method=POST; fi
    printf '%s %s HTTP/1.0\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s' \
        "$method" "$path" "$host" "$headers" "$(printf %s "$body" | wc -c)" "$body" >&9
    while IFS= read -r line <&9 && [ "$line" != $'\r' ]; do :; done
    cat <&9
    exec 9>&-
}
"#;

fn has_curl() -> bool {
    Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn script(readme: &str, base: &str, with_curl: bool) -> String {
    let put_in = |line: &str| match line.split_once('=') {
        Some(("BASE", _)) => format!("BASE={base}"),
        Some(("CODE", _)) => "next_code".to_owned(),
        _ => line.to_owned(),
    };
    let blocks = blocks(readme).into_iter().filter(|block| !runs_elsewhere(block));
    let lines = blocks.flat_map(|block| block.lines().map(put_in).collect::<Vec<_>>());
    let curl = if with_curl { "" } else { CURL };
    format!("{READER}{curl}{}\n", lines.collect::<Vec<_>>().join("\n"))
}

/// A server that is killed when the test is over.
struct Server {
    process: Child,
    output: PathBuf,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let output = folder.join("output");
        let process = Command::new(program())
            .current_dir(folder)
            .env_remove("DATABASE_URL")
            .env("AUTH_PROFILE", "local")
            .env("AUTH__HTTP__LISTEN", "127.0.0.1:0")
            .env("AUTH__ADMIN__LISTEN", "127.0.0.1:0")
            .env("AUTH__DATABASE__DATA_DIR", folder.join("data"))
            .stdout(File::create(&output).expect("a new file"))
            .stderr(File::create(folder.join("errors")).expect("a new file"))
            .spawn()
            .expect("the server starts");
        Self { process, output }
    }

    /// Its address, once it answers.
    fn base(&mut self) -> String {
        for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
            let output = self.output();
            if let Some(line) = output.lines().find_map(|line| line.strip_prefix("listening on ")) {
                return line.to_owned();
            }
            let ended = self.process.try_wait().expect("our own child");
            assert!(ended.is_none(), "the server ended: {}", self.errors());
            std::thread::sleep(STEP);
        }
        panic!("the server does not answer: {}", self.errors())
    }

    fn output(&self) -> String {
        fs::read_to_string(&self.output).unwrap_or_default()
    }

    fn errors(&self) -> String {
        fs::read_to_string(self.output.with_file_name("errors")).unwrap_or_default()
    }

    /// Asks it to stop. Killed, it would leave its PostgreSQL running.
    fn ask_to_stop(&self) -> bool {
        Command::new("kill").arg(self.process.id().to_string()).status().is_ok_and(|status| status.success())
    }

    fn stop(mut self) {
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

/// The server's program. `cargo test` of the whole workspace has built it beside this test; where only this package
/// is tested it may be missing or old, and is built now.
fn program() -> PathBuf {
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

/// When what the server is made of was last written to. Crates that only tests use are not part of it.
fn newest_source() -> SystemTime {
    let for_tests = |path: &str| path.starts_with("crates/contracts/") || path.starts_with("crates/memory/");
    let is_source = |path: &str| !path.starts_with("crates/") || path.contains("/src/");
    let files = ["crates", "config", "migrations"].into_iter().flat_map(files::below).map(|file| file.path);
    let sources = files.filter(|path| is_source(path) && !for_tests(path));
    let modified = |path: String| fs::metadata(files::root().join(path)).and_then(|metadata| metadata.modified()).ok();
    sources.filter_map(modified).max().expect("there are sources")
}

#[test]
fn every_command_works() {
    let readme = files::read("README.md");
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let mut server = Server::start(folder.path());
    let base = server.base();
    for with_curl in [true, false] {
        if with_curl && !has_curl() {
            continue;
        }
        // The second round meets the users of the first, so it signs others up.
        let script = script(&readme, &base, with_curl);
        let script = if with_curl { script } else { other_people(&script) };
        let run = Command::new("bash").arg("-c").arg(&script).env("SERVER_OUTPUT", &server.output).output();
        let run = run.expect("bash runs");
        let (said, complained) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "{}: {said}\n{complained}\n{}", run.status, server.errors());
        assert!(!said.contains("\"error\""), "an answer was a refusal: {said}");
        assert_eq!(said.matches("\"sub\"").count(), EXPECTED_SUBJECTS, "not everybody signed up: {said}");
    }
    server.stop();
}

/// Two people sign up and look at themselves: four answers name a user.
const EXPECTED_SUBJECTS: usize = 4;

fn other_people(script: &str) -> String {
    script
        .replace("+86 13000000000", "+86 13000000001")
        .replace("user@example", "user2@example")
        .replace("user123", "user124")
}

#[test]
fn every_block_is_run_somewhere() {
    let readme = files::read("README.md");
    let blocks = blocks(&readme);
    assert!(blocks.iter().any(|block| block == "cargo run"), "the main job is one command");
    assert!(blocks.iter().any(|block| block == "cargo test"), "the tests are one command");
    assert!(blocks.iter().filter(|block| !runs_elsewhere(block)).count() >= 6, "the sign-ups are there");
    let other =
        readme.lines().filter(|line| line.starts_with("```") && !["```", "```sh", "```text", "```toml"].contains(line));
    files::expect_none("blocks of a sort that nothing checks:", other.map(str::to_owned));
}
