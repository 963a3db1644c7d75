//! The program as operators run it: every sub-command knows what is registered.

use std::process::{Command, Output};

use auth_tests::TestDatabase;
use serde_json::Value;

fn acme(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    run(env!("CARGO_BIN_EXE_acme-server"), arguments, variables)
}

fn run(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(program);
    command.current_dir(folder.path()).env("AUTH_PROFILE", "test").args(arguments).envs(variables.iter().copied());
    command.output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn openapi_describes_what_teams_add() {
    let printed = acme(&["openapi"], &[]);
    let document: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    for (path, method) in [("/auth/v1/user/badge", "get"), ("/auth/v1/signup", "post")] {
        assert!(document["paths"][path][method].is_object(), "{path}: {}", text(&printed.stderr));
    }
}

#[test]
fn migrate_and_doctor_prepare_and_look_over_everything() {
    let database = TestDatabase::without_schema();
    let variables = [
        ("AUTH__DATABASE__URL", database.url()),
        ("AUTH__SMS__KIND", "gateway"),
        ("AUTH__SMS__GATEWAY__ACCOUNT", "AC1"),
        ("AUTH__SMS__GATEWAY__TOKEN", "hunter2"),
        ("AUTH__SMS__GATEWAY__FROM", "+15017122661"),
        ("AUTH__BADGE__VETERAN_AFTER_DAYS", "30"),
        ("AUTH__CRM__BASE", "http://127.0.0.1:9"),
        ("AUTH__CRM__TOKEN", "hunter2"),
        ("AUTH__PROVIDERS__CHAT__KIND", "super_app"),
        ("AUTH__PROVIDERS__CHAT__APP_ID", "wx1"),
        ("AUTH__PROVIDERS__CHAT__APP_SECRET", "hunter2"),
        ("AUTH__PROVIDERS__CHAT__REDIRECT_URIS", "https://app.example.com/back"),
    ];
    let migrated = acme(&["migrate"], &variables);
    assert!(migrated.status.success(), "{}", text(&migrated.stderr));
    // The steps of the invitations and of the badges.
    for step in ["20270101000000", "20270101000001"] {
        assert!(text(&migrated.stdout).contains(&format!("migrated {step}\n")), "{}", text(&migrated.stdout));
    }
    let looked = acme(&["doctor"], &variables);
    let told = text(&looked.stdout);
    assert!(looked.status.success(), "{told}{}", text(&looked.stderr));
    for line in [
        "reachable, schema is current\n",
        "settings of [sms.gateway]: account, from, token",
        "text messages by [sms.gateway]",
        "settings of [providers.chat]: ",
        "third parties: chat\n",
        "settings of [badge]",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_demonstration_needs_no_database() {
    let looked =
        run(env!("CARGO_BIN_EXE_acme-demo"), &["doctor"], &[("AUTH__DATABASE__URL", "postgresql://127.0.0.1:1/x")]);
    let told = text(&looked.stdout);
    assert!(looked.status.success(), "{told}{}", text(&looked.stderr));
    assert!(told.contains("demo: reachable, schema is current\n"), "{told}");
    assert!(told.contains("the demonstration is over: 0 accounts registered, 0 deleted\n"), "{told}");
}
