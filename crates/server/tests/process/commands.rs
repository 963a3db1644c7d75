//! The sub-commands.

use auth_server::{Server, World};
use auth_settings::Environment;
use auth_tests::{RowsOnly, TestDatabase};
use serde_json::Value;

use crate::http::get;
use crate::person::{ask_for_code, me, sign_up};
use crate::server::Installation;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn openapi_prints_the_document_and_needs_nothing() {
    let installation = Installation::new().with("AUTH_PROFILE", "production");
    let output = installation.run(&["openapi"]);
    assert!(output.status.success());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["paths"]["/auth/v1/signup"]["post"].is_object());
    assert!(!installation.data_dir().exists());
}

#[test]
fn commands_stop_the_cluster_they_started() {
    let installation = Installation::new();
    for command in [&["doctor"][..], &["migrate"], &["users", "list"]] {
        let output = installation.run(command);
        assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
        assert_eq!(installation.cluster_pid(), None, "{command:?}");
    }
}

#[test]
fn migrate_and_doctor_agree_on_the_schema() {
    let installation = Installation::on(TestDatabase::without_schema());
    let before = installation.run(&["doctor"]);
    assert!(text(&before.stdout).contains("migrations are pending"), "{}", text(&before.stdout));
    assert!(before.status.success(), "the start of this profile runs them: {}", text(&before.stderr));
    let installation = installation.with("AUTH__DATABASE__MIGRATE", "false");
    let left_alone = installation.run(&["doctor"]);
    assert!(!left_alone.status.success(), "nobody runs them: {}", text(&left_alone.stdout));
    assert!(text(&left_alone.stderr).contains("run `auth-server migrate`"), "{}", text(&left_alone.stderr));
    let unfinished = Installation::on(TestDatabase::create())
        .with("AUTH__SMS__KIND", "webhook")
        .with("AUTH__SMS__WEBHOOK__URL", "https://sms.example.com/send");
    let found = unfinished.run(&["doctor"]);
    assert!(!found.status.success() && text(&found.stderr).contains("sms.webhook"), "{}", text(&found.stderr));
    let migrated = installation.run(&["migrate"]);
    assert!(migrated.status.success(), "{}", text(&migrated.stderr));
    assert!(text(&migrated.stdout).contains("migrated "), "{}", text(&migrated.stdout));
    let again = installation.run(&["migrate"]);
    assert_eq!(text(&again.stdout), "the schema is current\n");
    let after = installation.run(&["doctor"]);
    assert!(after.status.success(), "{}", text(&after.stderr));
    assert!(text(&after.stdout).contains("schema is current"), "{}", text(&after.stdout));
}

/// A schema on which an earlier program has run serves it until the operator says that it is gone.
#[test]
fn an_upgrade_is_finished_by_the_operator() {
    let database = TestDatabase::without_schema();
    database.execute(
        "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp DEFAULT now()); \
         INSERT INTO __diesel_schema_migrations (version) VALUES ('20200101000000')",
    );
    let installation = Installation::on(database);
    let next = "next, once no instance of the version before runs, is `auth-server migrate --contract`";
    for (command, said, is_next) in [
        (&["migrate"][..], "migrated 2026", true),
        (&["doctor"], "upgrade: ", true),
        (&["migrate", "--contract"], "contracted 2026", false),
        (&["migrate", "--contract"], "the schema is current", false),
        (&["doctor"], "schema is current", false),
    ] {
        let output = installation.run(command);
        let stdout = text(&output.stdout);
        assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
        assert!(stdout.contains(said) && stdout.contains(next) == is_next, "{command:?}: {stdout}");
    }
}

/// Everything but `migrate` needs the four rights to rows that docs/operation grants, and no more.
#[test]
fn a_role_that_may_only_touch_rows_suffices() {
    let rows_only = RowsOnly::of(TestDatabase::create());
    let installation =
        Installation::new().with("AUTH__DATABASE__URL", rows_only.url()).with("AUTH__DATABASE__MIGRATE", "false");
    for command in [&["doctor"][..], &["users", "create", "--username", "ann"], &["users", "list"], &["migrate"]] {
        let output = installation.run(command);
        assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
    }
    let server = installation.serve();
    assert_eq!(get(server.public, "/readyz").status, 200);
    let signed_up = sign_up(&server, "+86 13000000009");
    assert_eq!(me(&server, &signed_up.text("access_token")).status, 200);
    let warnings = server.stop().1;
    assert!(warnings.find(|line| line.contains("WARN") || line.contains("ERROR")).is_none(), "{:?}", warnings.all());
}

#[test]
fn a_database_that_can_only_be_read_is_told() {
    let database = TestDatabase::create();
    database.execute(&format!("ALTER DATABASE \"{}\" SET default_transaction_read_only = on", database.name()));
    let installation = Installation::on(database).with("AUTH__DATABASE__MIGRATE", "false");
    let doctor = installation.run(&["doctor"]);
    assert!(!doctor.status.success() && text(&doctor.stdout).contains("read only"), "{}", text(&doctor.stdout));
    let server = installation.serve();
    let ready = get(server.public, "/readyz");
    assert_eq!((ready.status, ready.text("error_description")), (503, "the database is read only".into()));
    let asked = ask_for_code(&server, "+86 13000000010");
    assert_eq!((asked.status, asked.header("retry-after")), (503, Some("2")), "{}", asked.json());
    server.stop();
}

#[test]
fn help_names_every_command_and_a_wrong_one_is_refused() {
    let installation = Installation::new();
    let help = text(&installation.run(&["--help"]).stdout);
    for command in ["serve", "migrate", "openapi", "doctor", "clients", "keys"] {
        assert!(help.contains(command), "{command} in {help}");
    }
    assert!(!installation.run(&["serv"]).status.success());
}

#[test]
fn a_clients_secret_is_printed_once_with_its_hash() {
    let installation = Installation::new().with("AUTH_PROFILE", "production");
    let print = || {
        let output = installation.run(&["clients", "secret"]);
        assert!(output.status.success(), "it needs no settings");
        text(&output.stdout)
    };
    let (first, second) = (print(), print());
    assert_ne!(first, second);
    let value = |name: &str| first.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    let hash = value("secret_hashes = ").replace(['[', ']', '"'], "");
    let environment = Environment::new([
        ("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "confidential"),
        ("AUTH__CLIENTS__REGISTERED__SHOP__SECRET_HASHES", &hash),
    ]);
    let configured = Server::new().configure(&environment, World::of_this_machine()).unwrap();
    let shop = &configured.settings.clients.registered[0].client;
    assert!(shop.accepts(&value("client_secret = ")) && !shop.accepts(&hash));
    assert!(!installation.data_dir().exists());
}
