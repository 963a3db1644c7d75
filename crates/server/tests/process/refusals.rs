//! Starts that are refused, each with one message that says what to change.

use std::net::TcpListener;

use crate::server::Installation;

/// Runs the server, which must exit at once, and returns its one line of output.
fn refused(installation: &Installation) -> String {
    let output = installation.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("auth-server: "), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(!installation.data_dir().exists(), "nothing was begun");
    message
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for variable in ["AUTH__HTTP__LISTEN", "AUTH__ADMIN__LISTEN"] {
        let message = refused(&Installation::new().with(variable, &address));
        assert!(message.contains(&address) && message.contains(variable), "{message}");
    }
}

#[test]
fn variables_and_files_with_mistakes() {
    for (variable, value, named) in [
        ("AUTH__HTTP__LISTN", "127.0.0.1:0", "AUTH__HTTP__LISTN"),
        ("AUTH__NOWHERE__KEY", "1", "AUTH__NOWHERE"),
        ("AUTH__VERIFICATION__MAX_TRIES", "many", "AUTH__VERIFICATION__MAX_TRIES"),
        ("DATABASE_URL", "postgres://db.example.com/auth", "DATABASE_URL"),
        ("AUTH_PROFILE", "prod", "AUTH_PROFILE"),
    ] {
        let message = refused(&Installation::new().with(variable, value));
        assert!(message.contains(named), "{message}");
    }
    let installation = Installation::new();
    let folder = installation.path().join("settings");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("local.toml"), "[http]\nlistn = \"127.0.0.1:0\"\n").unwrap();
    let message = refused(&installation.with("AUTH_CONFIG_DIR", &folder));
    assert!(message.contains("http.listn") && message.contains("local.toml"), "{message}");
}
