//! What is written to the terminal, to the log and to files.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use auth_tests::TestDatabase;
use serde_json::json;

use crate::http::{call, get, post};
use crate::person::{me, prove};
use crate::server::Installation;

const PHONE: &str = "+86 13000000006";
const PASSWORD: &str = "correct horse battery staple";

#[test]
fn secrets_stay_out_of_the_log_and_chatter_out_of_the_answers() {
    let installation = Installation::on(TestDatabase::create()).with("AUTH__LOGGING__LEVEL", "debug");
    let server = installation.serve();
    let verification_token = prove(&server, PHONE);
    let body = json!({
        "phone_number": PHONE, "verification_token": verification_token, "username": "quiet_person", "password": PASSWORD,
    });
    let signed_up = post(server.public, "/auth/v1/signup", &body);
    assert_eq!(signed_up.status, 200, "{}", signed_up.json());
    let (access_token, refresh_token) = (signed_up.text("access_token"), signed_up.text("refresh_token"));
    me(&server, &access_token);
    me(&server, "not-a-token-but-secret");
    post(server.public, "/auth/v1/signup", &json!({ "verification_token": verification_token, "password": PASSWORD }));
    let code = server.code_for(PHONE);
    // The first page shows it too, to whoever calls this machine by a name that is nobody else's.
    let shown = call(server.public, "GET /local/messages HTTP/1.1\r\nhost: localhost\r\n\r\n").json();
    let shown = shown["messages"].as_array().expect("messages").clone();
    assert!(shown.iter().any(|message| message["code"] == *code && message["to"] == PHONE), "{shown:?}");
    assert_eq!(get(server.public, "/local/messages").status, 403);
    assert_eq!(get(server.public, "/").header("content-type"), Some("text/html; charset=utf-8"));
    let (out, err) = server.stop();

    let known = ["listening on http://", "admin listening on http://", "try it at http://", "message channel="];
    for line in out.all() {
        assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
    }
    let log = err.all().join("\n");
    assert!(log.contains("http.status=200"), "{log}");
    assert!(log.contains(concat!("server.started version=\"", env!("CARGO_PKG_VERSION"), "\" profile=")), "{log}");
    let read = |from: &str| {
        let start = format!("settings.read from=\"{from}\" keys=\"");
        log.lines().find_map(|line| line.split_once(&start)).unwrap_or_else(|| panic!("{from}: {log}")).1
    };
    assert!(read("the environment").contains("database.url") && read("the environment").contains("logging.level"));
    assert!(read("defaults").contains("verification.code_ttl_seconds") && !read("defaults").contains("logging.level"));
    for secret in
        [&*verification_token, &*access_token, &*refresh_token, PASSWORD, "13000000006", "not-a-token-but-secret"]
    {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(!words(&log).any(|word| word == code), "{code} in {log}");
}

/// Six digits also occur inside times and ids, where they are not a leak.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}

#[test]
fn key_files_are_for_their_owner_only() {
    let installation = Installation::on(TestDatabase::create());
    installation.serve().stop();
    let mut keys = files(&installation.data_dir().join("keys"));
    assert!(!keys.is_empty());
    keys.push(installation.data_dir().join("server.key"));
    for key in keys {
        let mode = std::fs::metadata(&key).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", key.display());
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}
