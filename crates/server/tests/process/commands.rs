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
        // The step that ran earlier is none of this program's.
        (&["doctor"], "reachable, schema is newer", false),
    ] {
        let output = installation.run(command);
        let stdout = text(&output.stdout);
        assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
        assert!(stdout.contains(said) && stdout.contains(next) == is_next, "{command:?}: {stdout}");
    }
}

/// An older program beside a newer one: during an upgrade, or after going back.
#[test]
fn a_schema_of_a_newer_program_is_served_unless_it_needs_that() {
    // A database of its own, because the list of steps stays as this test leaves it.
    let database = TestDatabase::without_schema();
    let migrated = Installation::new().with("AUTH__DATABASE__URL", database.url()).run(&["migrate"]);
    assert!(migrated.status.success(), "{}", text(&migrated.stderr));
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')");
    let installation =
        Installation::new().with("AUTH__DATABASE__URL", database.url()).with("AUTH__DATABASE__MIGRATE", "false");
    let served = installation.run(&["doctor"]);
    assert!(served.status.success() && text(&served.stdout).contains("newer than this program"), "{served:?}");
    let server = installation.serve();
    assert_eq!(get(server.public, "/readyz").status, 200);
    database.execute("INSERT INTO schema_requirements (step, oldest_program) VALUES ('20990101000001', '99.0.0')");
    let unready = get(server.public, "/readyz");
    assert_eq!(unready.status, 503);
    assert!(unready.text("error_description").contains("newer version of this program"), "{}", unready.json());
    let told = server.stop().1;
    assert!(told.find(|line| line.contains("database.schema_is_newer")).is_some(), "{:?}", told.all());
    for command in [&[][..], &["doctor"], &["users", "list"]] {
        let refused = installation.run(command);
        let said = text(&refused.stderr);
        assert!(!refused.status.success() && said.contains("needs version 99.0.0 or newer"), "{command:?}: {said}");
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
    let database = rows_only.database();
    database.execute(&format!("REVOKE UPDATE ON proofs FROM {}_rows", database.name()));
    let less = installation.run(&["doctor"]);
    let said = text(&less.stderr);
    assert!(!less.status.success() && said.contains("all rows of proofs") && said.contains("GRANT SELECT"), "{said}");
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

/// Whatever is wrong is told in one run, with what to do about it, also to programs.
#[test]
fn doctor_finds_everything_at_once() {
    let broken = Installation::new()
        .with("AUTH__HTTP__LISTEN", "nowhere")
        .with("AUTH__SESSIONS__MAX_PER_USER", "0")
        .with("AUTH__DATABASE__URL", "postgres://nobody@127.0.0.1:9/none?sslmode=verify-full")
        .with("AUTH__SMTP__URL", "smtp://u:p@127.0.0.1:9")
        .with("AUTH__SMTP__FROM", "no-reply@example.com")
        .with("AUTH__SMS__KIND", "webhook")
        .with("AUTH__SMS__WEBHOOK__URL", "http://127.0.0.1:9/send")
        .with("AUTH__SMS__WEBHOOK__SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx")
        .with("AUTH__WEBHOOKS__CRM__URL", "http://127.0.0.1:9/events")
        .with("AUTH__WEBHOOKS__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx");
    let output = broken.run(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] == "problem");
    let problems: Vec<_> = findings.map(|finding| format!("{} {}", finding["found"], finding["mend"])).collect();
    assert_eq!((&report["status"], problems.len()), (&"problem".into(), 6), "{problems:#?}");
    for (found, mend) in [
        ("http.listen (AUTH__HTTP__LISTEN)", ""),
        ("sessions.max_per_user", ""),
        ("the mail server cannot be used", "AUTH__SMTP__URL"),
        ("text messages cannot be used", "SSL_CERT_FILE"),
        ("the receiver of events to crm", "SSL_CERT_FILE"),
        ("the database", if auth_postgres::HAS_TLS { "AUTH__DATABASE__URL" } else { "--features pg-tls" }),
    ] {
        assert!(problems.iter().any(|one| one.contains(found) && one.contains(mend)), "{found}: {problems:#?}");
    }
    let told = text(&output.stderr);
    assert_eq!(told.lines().filter(|line| !line.contains(" WARN ")).count(), 6, "the same for people: {told}");
}

#[test]
fn doctor_sends_a_message_and_its_status_is_for_monitoring() {
    // Nobody is there.
    let installation = Installation::on(TestDatabase::create())
        .with("AUTH__PROVIDERS__ACME__KIND", "oidc")
        .with("AUTH__PROVIDERS__ACME__ISSUER", "http://127.0.0.1:9")
        .with("AUTH__PROVIDERS__ACME__CLIENT_ID", "shop")
        .with("AUTH__PROVIDERS__ACME__CLIENT_SECRET", "not-a-secret")
        .with("AUTH__PROVIDERS__ACME__REDIRECT_URIS", "https://app.example.com/signed-in");
    let output = installation.run(&["doctor", "--send-test", "+86 13000000011"]);
    let found = text(&output.stdout);
    assert!(found.contains("\nwarning: third party acme: it cannot be asked: "), "{found}");
    assert!(output.status.success() && found.contains("test message: taken for delivery as text messages"), "{found}");
    assert!(found.contains("message channel=sms to=\"+86 13000000011\" code="), "{found}");
    for unfit in ["nobody", "+86 10 6552 9988"] {
        let nobody = installation.run(&["doctor", "--send-test", unfit]);
        let said = text(&nobody.stderr);
        assert!(nobody.status.code() == Some(1) && said.contains("country code"), "{unfit}: {said}");
    }
    // Nothing is wrong, but somebody should look at it.
    for (arguments, status) in [(&["doctor"][..], 0), (&["doctor", "--strict"], 3)] {
        let watched = installation.run(arguments);
        let found = text(&watched.stdout);
        assert!(found.contains("\nwarning: third party acme: ") && !found.contains("problem: "), "{found}");
        assert_eq!(watched.status.code(), Some(status), "{arguments:?}: {found}");
    }
}

/// As a newcomer's machine is, on which the limit on open files must not be a warning.
#[test]
fn where_nothing_is_to_be_looked_at_monitoring_is_told_so() {
    let watched = Installation::new().with("AUTH__HTTP__MAX_CONNECTIONS", "8").run(&["doctor", "--strict"]);
    let found = text(&watched.stdout);
    assert!(!found.contains("warning: "), "{found}");
    assert_eq!(watched.status.code(), Some(0), "{found}");
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

/// What releases contain. Neither needs settings.
#[test]
fn completions_and_manual_pages_know_every_command() {
    let installation = Installation::new().with("AUTH_PROFILE", "production");
    for shell in ["bash", "zsh", "fish"] {
        let script = text(&installation.run(&["completions", shell]).stdout);
        assert!(script.contains("admin-keys") && script.contains("expires-in-days"), "{shell}: {script}");
    }
    assert!(installation.run(&["man", "pages"]).status.success());
    let pages = installation.path().join("pages");
    let page = |name: &str| std::fs::read_to_string(pages.join(name)).unwrap();
    assert!(page("auth-server.1").contains("migrate") && !page("auth-server.1").contains("completions"));
    assert!(page("auth-server-keys-rotate.1").starts_with(".ie"), "{}", page("auth-server-keys-rotate.1"));
    assert!(!pages.join("auth-server-man.1").exists(), "what is hidden has no page");
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
