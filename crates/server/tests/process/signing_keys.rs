//! Signing keys of access tokens: created, changed and removed while tokens are valid.

use auth_domain::Timestamp;
use auth_ports::Clock as _;
use auth_server::SystemClock;
use auth_tests::TestDatabase;
use auth_tokens::{Algorithm, KeyFolder};
use chrono::TimeDelta;

use crate::http::get;
use crate::person::{me, sign_up};
use crate::server::Installation;

const AHEAD: TimeDelta = TimeDelta::seconds(600);

fn ago(seconds: i64) -> Timestamp {
    SystemClock.now() - TimeDelta::seconds(seconds)
}

fn folder(installation: &Installation) -> KeyFolder {
    KeyFolder::new(installation.data_dir().join("keys"), Algorithm::default())
}

/// Runs a command, which must succeed, and returns its output.
fn said(installation: &Installation, arguments: &[&str]) -> String {
    let output = installation.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command, which must be refused, and returns the reason.
fn refusal(installation: &Installation, arguments: &[&str]) -> String {
    let output = installation.run(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}: {message}");
    message
}

/// Returns the ids of listed keys, oldest first.
fn ids(list: &str) -> Vec<&str> {
    list.lines().map(|line| line.split_once("  ").unwrap().0).collect()
}

#[test]
fn the_next_key_is_announced_and_nothing_is_removed_too_early() {
    let installation = Installation::on(TestDatabase::create());
    assert!(refusal(&installation, &["keys", "list"]).contains("`auth-server keys rotate` creates one"));
    let first = said(&installation, &["keys", "rotate"]);
    let list = said(&installation, &["keys", "list"]);
    assert!(list.contains("  ES256  signs  ") && list.lines().count() == 1, "{list}");
    assert_eq!(ids(&list), ids(&first));

    let too_soon = refusal(&installation, &["keys", "rotate", "--after", "329"]);
    assert!(too_soon.contains("329 is not in 330..="), "{too_soon}");
    let second = said(&installation, &["keys", "rotate", "--after", "330"]);
    let again = refusal(&installation, &["keys", "rotate"]);
    assert!(again.contains(ids(&second)[0]) && again.contains("already exists and will sign from"), "{again}");
    let list = said(&installation, &["keys", "list"]);
    assert_eq!(ids(&list), [ids(&first)[0], ids(&second)[0]]);
    assert!(list.lines().last().unwrap().contains("  will sign from 20"), "{list}");

    for (kid, reason) in
        [(ids(&first)[0], " is signing;"), (ids(&second)[0], " will sign from"), ("k", "there is no key k")]
    {
        let kept = refusal(&installation, &["keys", "retire", kid]);
        assert!(kept.contains(reason), "{kept}");
    }
    assert_eq!(said(&installation, &["keys", "list"]), list);
    assert!(installation.run(&["doctor"]).status.success());
}

#[test]
fn tokens_of_the_old_key_live_on() {
    let installation = Installation::on(TestDatabase::create())
        .with("AUTH__HTTP__PUBLIC_URL", "http://auth.example")
        .with("AUTH__VERIFICATION__RESEND_AFTER_SECONDS", "0");
    let folder = folder(&installation);
    folder.rotate(ago(200_000), AHEAD).unwrap();
    folder.rotate(ago(100_000), AHEAD).unwrap();
    let server = installation.serve();
    let by_old = sign_up(&server, "+86 13000000021").text("access_token");
    server.stop();
    folder.rotate(ago(700), AHEAD).unwrap();
    let list = said(&installation, &["keys", "list"]);
    let kept = refusal(&installation, &["keys", "retire", ids(&list)[1]]);
    assert!(kept.contains("are still valid; it can be removed from 20"), "{kept}");
    assert_eq!(said(&installation, &["keys", "retire", ids(&list)[0]]), format!("removed {}\n", ids(&list)[0]));

    let server = installation.serve();
    let by_new = sign_up(&server, "+86 13000000022").text("access_token");
    assert_ne!(by_old.split('.').next(), by_new.split('.').next(), "the headers name different keys");
    for token in [&by_old, &by_new] {
        assert_eq!(me(&server, token).status, 200);
    }
    let certs = get(server.public, "/auth/v1/certs");
    assert_eq!(certs.header("cache-control"), Some("public, max-age=300"), "as `keys rotate` assumes");
    let published: Vec<_> = certs.json()["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect();
    assert_eq!(published, ids(&list)[1..]);
    server.stop();
}

#[test]
fn files_that_an_operator_lists_are_shown_and_left_alone() {
    let installation = Installation::new();
    let files = [ago(20), ago(10)].map(|time| {
        let folder = KeyFolder::new(installation.path().join(time.timestamp().to_string()), Algorithm::default());
        folder.rotate(time, AHEAD).unwrap().file.to_str().unwrap().to_owned()
    });
    let installation = installation.with("AUTH__TOKENS__KEY_FILES", files.join(","));
    let list = said(&installation, &["keys", "list"]);
    let states: Vec<_> = list.lines().map(|line| line.split("  ").nth(2).unwrap()).collect();
    assert_eq!(states, ["signs", "published"], "{list}");
    for command in [&["keys", "rotate"][..], &["keys", "retire", ids(&list)[1]]] {
        let refused = refusal(&installation, command);
        assert!(refused.contains("this command cannot change them"), "{refused}");
    }
    let both = installation.with("AUTH__TOKENS__KEY_DIR", "keys");
    assert!(refusal(&both, &["keys", "list"]).contains("tokens.key_dir (AUTH__TOKENS__KEY_DIR) and tokens.key_files"));
}

#[test]
fn production_starts_with_a_key_and_not_without() {
    let installation = Installation::new()
        .with("AUTH_PROFILE", "production")
        .with("AUTH__DATABASE__URL", "postgresql:///auth?host=/nowhere")
        .with("AUTH__SECRETS__SERVER_KEY", "u3v0Gq1x7yJmM2b8oWn4kTzE5rCsHdLfA9iPgQeKtVY=")
        .with("AUTH__TOKENS__KEY_DIR", "signing-keys")
        .with("AUTH__HTTP__DRAIN_SECONDS", "0");
    let refused = refusal(&installation, &[]);
    assert!(refused.contains("signing-keys holds no ES256 key") && refused.contains("keys rotate"), "{refused}");
    assert!(!installation.path().join("signing-keys").exists(), "only the command makes keys");
    let made = said(&installation, &["keys", "rotate"]);
    let server = installation.serve();
    let certs = get(server.public, "/auth/v1/certs").json();
    assert_eq!(certs["keys"][0]["kid"], ids(&made)[0]);
    server.stop();
}
