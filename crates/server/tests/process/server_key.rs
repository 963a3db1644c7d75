//! The server's key, replaced while people use the service.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use auth_tests::TestDatabase;
use rustix::fs::{Mode, OFlags};
use rustix::process::{Signal, kill_process};
use serde_json::json;

use crate::http::{Answer, call, post, request};
use crate::person::{ask_for_code, me, prove, sign_up, sign_up_body, verify};
use crate::server::{Installation, Server};
use crate::waiting::{wait_for, wait_until};

/// The files that the settings name, and a folder with the profile's own.
struct Files {
    key: PathBuf,
    also: PathBuf,
    local: PathBuf,
}

fn installation() -> (Installation, Files) {
    let installation = Installation::on(TestDatabase::create());
    let path = |name: &str| installation.path().join(name);
    let files = Files { key: path("server_key"), also: path("server_key_previous"), local: path("local.toml") };
    made(&installation, &files.key);
    fs::copy(&files.key, &files.also).unwrap();
    log_from(&files.local, "warn");
    let folder = installation.path().to_owned();
    let installation = installation
        .with("AUTH_CONFIG_DIR", folder)
        .with("AUTH__HTTP__PUBLIC_URL", "http://auth.example")
        .with("AUTH__LIMITS__ENABLED", "false")
        .with("AUTH__SECRETS__SERVER_KEY_FILE", &files.key)
        .with("AUTH__SECRETS__SERVER_KEY_PREVIOUS_FILE", &files.also);
    (installation, files)
}

/// Makes a server key by the sub-command.
fn made(installation: &Installation, file: &Path) {
    let output = installation.run(&["keys", "server-key", file.to_str().unwrap()]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("SERVER_KEY_PREVIOUS_FILE"), "{said}");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = installation.run(&["keys", "server-key", file.to_str().unwrap()]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("it is there already"));
}

fn log_from(file: &Path, level: &str) {
    let built_in = include_str!("../../../../config/local.toml");
    fs::write(file, format!("{built_in}\n[logging]\nlevel = \"{level}\"\n")).unwrap();
}

fn refreshed(server: &Server, refresh_token: &str) -> Answer {
    post(server.public, "/auth/v1/token", &json!({ "grant_type": "refresh_token", "refresh_token": refresh_token }))
}

/// Lets the server read the files once more, and waits until it has said so.
fn reload(server: &Server, says: &str) {
    let seen = || server.err.all().iter().filter(|line| line.contains(says)).count();
    let before = seen();
    server.signal(Signal::HUP);
    wait_until("the reload", || seen() > before);
}

/// Refreshes a session again and again until it is told to stop; how often it was refused.
fn uses(server: &Server, mut tokens: Answer, stop: &AtomicBool) -> usize {
    let mut failed = 0;
    while !stop.load(Ordering::Relaxed) {
        let next = refreshed(server, &tokens.text("refresh_token"));
        if next.status == 200 && me(server, &next.text("access_token")).status == 200 {
            tokens = next;
        } else {
            failed += 1;
        }
    }
    failed
}

#[test]
fn nothing_is_lost_while_the_key_is_replaced_under_requests() {
    let (installation, files) = installation();
    log_from(&files.local, "info");
    let server = installation.serve();
    let next = installation.path().join("server_key_next");
    made(&installation, &next);
    let (old, new) = (fs::read(&files.key).unwrap(), fs::read(&next).unwrap());

    let kept = sign_up(&server, "+86 13000000041").text("refresh_token");
    let asked = ask_for_code(&server, "+86 13000000042").text("verification_id");
    let code = server.code_for("+86 13000000042");
    let repeated = sign_up_body("+86 13000000043", &prove(&server, "+86 13000000043"));
    let first = post(server.public, "/auth/v1/signup", &repeated);
    assert_eq!(first.status, 200, "{}", first.json());
    let busy: Vec<_> = (44..48).map(|n| sign_up(&server, &format!("+86 130000000{n}"))).collect();

    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let busy: Vec<_> = busy.into_iter().map(|tokens| scope.spawn(|| uses(&server, tokens, &stop))).collect();
        for (makes, also) in [(&old, &new), (&new, &old)] {
            fs::write(&files.key, makes).unwrap();
            fs::write(&files.also, also).unwrap();
            reload(&server, "server.reloaded");
        }
        let again = post(server.public, "/auth/v1/signup", &repeated);
        assert_eq!((again.status, again.text("sub")), (200, first.text("sub")), "the repeated request is recognised");
        verify(&server, &asked, &code);
        let kept = refreshed(&server, &kept).text("refresh_token");
        fs::write(&files.also, &new).unwrap();
        reload(&server, "server.reloaded");
        assert_eq!(refreshed(&server, &kept).status, 200, "it was made with the new key");
        stop.store(true, Ordering::Relaxed);
        let failed: Vec<_> = busy.into_iter().map(|one| one.join().unwrap()).collect();
        assert_eq!(failed, [0; 4]);
    });
    server.stop();
}

#[test]
fn a_signal_to_reload_never_ends_the_server_and_changes_the_level_of_the_log() {
    let (installation, files) = installation();
    let server = installation.serve();
    let requests = |path: &str| {
        call(server.public, &request("GET", path, &[], ""));
        server.err.all().iter().filter(|line| line.contains("http.route")).count()
    };
    assert_eq!(requests("/healthz"), 0, "warnings only");
    let token = sign_up(&server, "+86 13000000051").text("refresh_token");

    fs::write(&files.key, "nonsense").unwrap();
    log_from(&files.local, "info");
    reload(&server, "server.reload_failed");
    assert_eq!(requests("/healthz"), 0, "nothing was taken over");
    let error = server.err.find(|line| line.contains("server.reload_failed")).unwrap();
    assert!(error.contains("secrets.server_key") && !error.contains("nonsense"), "{error}");
    let next = refreshed(&server, &token);
    assert_eq!(next.status, 200, "the key of before is in use: {}", next.json());

    fs::copy(&files.also, &files.key).unwrap();
    reload(&server, "server.reloaded");
    wait_until("a request in the log", || requests("/healthz") > 0);
    assert_eq!(refreshed(&server, &next.text("refresh_token")).status, 200);
    server.stop();
}

#[test]
fn signals_to_reload_that_come_during_the_start_do_not_end_it() {
    let (installation, files) = installation();
    log_from(&files.local, "info");
    // The start gets no further than to its settings, until the test writes the key.
    let pipe = installation.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::rename(&pipe, &files.key).unwrap();
    let reads = || rustix::fs::open(&files.key, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty()).ok();
    let mut is_at_the_key = false;
    let server = installation.serve_while(|process| {
        let hang_up = || kill_process(process, Signal::HUP).unwrap();
        if !is_at_the_key {
            is_at_the_key = true;
            let mut pipe = File::from(wait_for("the server to read its settings", reads));
            for _ in 0..20 {
                hang_up();
            }
            // The reload finds a file.
            fs::copy(&files.also, installation.path().join("file")).unwrap();
            fs::rename(installation.path().join("file"), &files.key).unwrap();
            pipe.write_all(&fs::read(&files.also).unwrap()).unwrap();
        }
        hang_up();
    });
    wait_until("the reload", || server.err.find(|line| line.contains("server.reloaded")).is_some());
    sign_up(&server, "+86 13000000052");
    server.stop();
}
