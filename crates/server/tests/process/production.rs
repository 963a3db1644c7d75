//! Profile `production`: what it refuses, and that it runs on an operator's database.

use auth_ports::Clock as _;
use auth_server::SystemClock;
use auth_tests::TestDatabase;
use auth_tokens::{Algorithm, KeyFolder};
use serde_json::{Value, json};

use crate::http::{get, post};
use crate::server::Installation;

/// 32 bytes that nobody published.
const SERVER_KEY: &str = "u3v0Gq1x7yJmM2b8oWn4kTzE5rCsHdLfA9iPgQeKtVY=";
const SAMPLE_KEY: &str = "c2FtcGxlLXNlcnZlci1rZXktZG8tbm90LXVzZS0hISE=";

fn production(url: &str) -> Installation {
    let installation = Installation::new();
    let keys = installation.path().join("keys");
    KeyFolder::new(&keys, Algorithm::default()).load_or_create(SystemClock.now()).unwrap();
    let mut files = std::fs::read_dir(&keys).unwrap().map(|entry| entry.unwrap().path());
    let key = files.find(|path| path.extension().is_some_and(|extension| extension == "pem")).unwrap();
    installation
        .with("AUTH_PROFILE", "production")
        .with("AUTH__DATABASE__URL", url)
        .with("AUTH__TOKENS__KEY_FILES", key)
        .with("AUTH__SECRETS__SERVER_KEY", SERVER_KEY)
        .with("AUTH__HTTP__DRAIN_SECONDS", "0")
}

#[test]
fn it_refuses_what_is_only_fit_for_trying_out() {
    for (variable, value, key) in [
        ("AUTH__DATABASE__URL", "", "database.url"),
        ("AUTH__LIMITS__ENABLED", "false", "limits.enabled"),
        ("AUTH__TOKENS__KEY_FILES", "", "tokens.key_files"),
        ("AUTH__SECRETS__SERVER_KEY", "", "secrets.server_key"),
        ("AUTH__SECRETS__REQUEST_KEY", "nonsense", "secrets.request_key"),
        ("AUTH__SECRETS__SERVER_KEY", SAMPLE_KEY, "secrets.server_key"),
    ] {
        let installation = production("postgresql:///auth?host=/nowhere").with(variable, value);
        let output = installation.run(&[]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{variable}: {message}");
        assert!(message.contains(key) && message.contains(variable) && message.lines().count() == 1, "{message}");
        assert!(!message.contains(SAMPLE_KEY), "{message}");
    }
}

#[test]
fn a_protection_that_is_switched_off_stops_serve_and_doctor_until_it_is_accepted() {
    let exposed = || {
        production("postgresql:///auth?host=/nowhere")
            .with("AUTH__HTTP__TRUSTED_PROXIES", "0.0.0.0/0,::/0")
            .with("AUTH__ADMIN__LISTEN", "0.0.0.0:0")
    };
    // `doctor` goes on to the database, which is not there either.
    for (command, problems) in [(&["serve"][..], 2), (&["doctor"], 3)] {
        let output = exposed().run(command);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), message.lines().count()), (Some(1), problems), "{message}");
        assert!(
            message.contains("http.trusted_proxies") && message.contains("admin.allow_exposed = true"),
            "{message}"
        );
    }
    let accepting = exposed().with("AUTH__HTTP__ALLOW_ANY_PROXY", "true").with("AUTH__ADMIN__ALLOW_EXPOSED", "true");
    let found = String::from_utf8(accepting.run(&["doctor"]).stdout).unwrap();
    let warnings: Vec<_> = found.lines().filter(|line| line.starts_with("warning: ")).collect();
    assert_eq!(warnings.len(), 2, "{found}");
    assert!(warnings[0].ends_with("(accepted by http.allow_any_proxy)"), "{found}");
}

#[test]
fn it_runs_on_the_operators_database_and_logs_json() {
    let database = TestDatabase::without_schema();
    let installation = production(database.url());

    let server = installation.serve();
    let early = get(server.public, "/readyz");
    assert_eq!((early.status, early.text("error")), (503, "unavailable".into()), "migrations are a step of their own");
    assert!(early.text("error_description").contains("the schema is not current"), "{}", early.json());
    assert!(early.header("retry-after").is_some());
    assert!(installation.run(&["migrate"]).status.success());
    assert_eq!(get(server.public, "/readyz").status, 200);
    // No sender is configured, and there is no client of this name.
    let unsent = post(server.public, "/auth/v1/verification", &json!({ "phone_number": "+86 13000000005" }));
    assert_eq!((unsent.status, unsent.text("error")), (501, "unimplemented".into()));
    let stranger = json!({ "phone_number": "+86 13000000005", "client_id": "stranger" });
    assert_eq!(post(server.public, "/auth/v1/verification", &stranger).status, 401);
    assert_eq!(get(server.public, "/nowhere").status, 404);
    let no_key = post(server.public, "/auth/v2/signin/publichkey", &json!({}));
    assert_eq!((no_key.status, no_key.text("error")), (404, "not_found".into()), "none is made in production");

    let (out, err) = server.stop();
    assert_eq!(out.all().len(), 2, "only where it listens: {:?}", out.all());
    let events: Vec<Value> = err.all().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let requests = events.iter().filter(|event| event["message"] == "request").count();
    assert_eq!(requests, 6, "one event a request: {events:#?}");
    let errors: Vec<_> = events.iter().filter(|event| event["level"] == "ERROR").collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0]["message"].as_str().unwrap().contains("auth-server migrate"), "{errors:#?}");
    let waiting = events.iter().filter(|event| event["message"] == "workers.waiting").count();
    assert_eq!(waiting, 1, "workers do not find it out again and again: {events:#?}");
    assert!(!installation.data_dir().exists(), "production keeps nothing on this machine");
}
