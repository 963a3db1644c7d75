//! The sub-commands `users`, `admin-keys` and `clients keys`, without a server and beside a running one.

use std::process::Output;

use auth_tests::TestDatabase;
use chrono::NaiveDate;

use crate::http::{call, request};
use crate::server::Installation;

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn users_are_made_listed_and_blocked() {
    let installation = Installation::on(TestDatabase::create());
    let made = out(&installation.run(&["users", "create", "--username", "ann", "--email", "ann@example.com"]));
    let (id, rest) = made.split_once('\n').unwrap();
    assert!(rest.starts_with("initial password: ") && rest.len() > 40, "{rest}");
    let taken = refused(&installation.run(&["users", "create", "--username", "ANN"]));
    assert!(taken.contains("username is already registered"), "{taken}");
    let nobody = refused(&installation.run(&["users", "create"]));
    assert!(nobody.contains("one of username, email, phone_number is required"), "{nobody}");
    let silent = refused(&installation.run(&["users", "create", "--username", "bob", "--password-stdin"]));
    assert!(silent.contains("no password on standard input"), "{silent}");

    let listed = out(&installation.run(&["users", "list"]));
    assert!(listed.starts_with(id) && listed.contains("ACTIVE") && listed.contains("ann@example.com ann"), "{listed}");
    out(&installation.run(&["users", "block", id]));
    assert!(out(&installation.run(&["users", "list", "--limit", "1"])).contains("BLOCKED"));
    out(&installation.run(&["users", "unblock", id]));
    assert!(out(&installation.run(&["users", "list"])).contains("ACTIVE"));
    let unknown = refused(&installation.run(&["users", "block", "3742118560412631040"]));
    assert!(unknown.contains("there is no such user"), "{unknown}");
}

#[test]
fn an_import_tells_what_it_did_and_can_be_taken_up_again() {
    let installation = Installation::on(TestDatabase::create());
    let file = installation.path().join("users.ndjson");
    std::fs::write(&file, "{\"username\":\"ann\"}\nnonsense\n{\"username\":\"bob\"}\n").unwrap();
    let file = file.to_str().unwrap();
    let first = installation.run(&["users", "import", file]);
    assert!(out(&first).starts_with("3 lines: 2 imported, 0 existing, 1 refused, "), "{first:?}");
    let problems = String::from_utf8(first.stderr).unwrap();
    assert!(problems.contains("line 2: refused: the line must be a JSON object"), "{problems}");
    let again = out(&installation.run(&["users", "import", file, "--skip-lines", "2"]));
    assert!(again.starts_with("3 lines: 0 imported, 1 existing, 0 refused, "), "{again}");
    std::fs::write(file, "nonsense\n".repeat(60_000)).unwrap();
    let long = installation.run(&["users", "import", file]);
    assert!(out(&long).starts_with("60000 lines: 0 imported, 0 existing, 60000 refused, "), "{long:?}");
    let told = String::from_utf8(long.stderr).unwrap();
    assert!(told.contains("\n50000 lines: 0 imported, 0 existing, 50000 refused, "), "progress: {told}");
    assert!(told.contains("line 1000: refused: ") && !told.contains("line 1001: "), "{told}");
    let missing = refused(&installation.run(&["users", "import", "missing.ndjson"]));
    assert!(missing.contains("missing.ndjson"), "{missing}");
}

#[test]
fn keys_open_the_admin_listener_until_they_are_revoked() {
    let installation = Installation::on(TestDatabase::create());
    let server = installation.serve();
    let create = ["admin-keys", "create", "--name", "ci", "--scope", "users:read", "--expires-in-days", "30"];
    let key = out(&installation.run(&create));
    let key = key.trim();
    assert!(key.starts_with("ak_") && key.len() == 46, "{key}");
    let bearer = format!("Bearer {key}");
    let users = || call(server.admin, &request("GET", "/admin/v1/users", &[("authorization", &bearer)], "")).status;
    assert_eq!(users(), 200);

    let listed = out(&installation.run(&["admin-keys", "list"]));
    assert!(listed.contains("  ci  users:read  ") && listed.contains("expires") && !listed.contains(key), "{listed}");
    let id = listed.split(' ').next().unwrap();
    out(&installation.run(&["admin-keys", "revoke", id]));
    assert_eq!(users(), 401);
    assert!(out(&installation.run(&["admin-keys", "list"])).contains("revoked"));
    let create = |name, more: &[&str]| {
        let arguments = ["admin-keys", "create", "--name", name, "--scope", "users:read"];
        out(&installation.run(&[&arguments[..], more].concat()));
        let listed = out(&installation.run(&["admin-keys", "list"]));
        listed.lines().find(|line| line.contains(name)).unwrap().to_owned()
    };
    let days = |line: &str| {
        let date = |word| NaiveDate::parse_from_str(&line.split_once(word).unwrap().1[..10], "%Y-%m-%d").unwrap();
        (date(" expires ") - date("created ")).num_days()
    };
    assert_eq!((days(&create("by-default", &[])), days(&create("short", &["--expires-in-days", "7"]))), (365, 7));
    assert!(create("for-ever", &["--never-expires"]).ends_with("does not expire"));
    refused(&installation.run(&["admin-keys", "revoke", id]));
    for wrong in [&["--name", "x"][..], &["--name", "x", "--scope", "all"], &["--name", "", "--scope", "users:read"]] {
        refused(&installation.run(&[&["admin-keys", "create"], wrong].concat()));
    }
}

#[test]
fn publishable_keys_name_registered_clients_until_they_are_revoked() {
    let database = TestDatabase::create();
    let without_shop = Installation::new().with("AUTH__DATABASE__URL", database.url());
    let installation = Installation::on(database).with("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public");
    let server = installation.serve();
    let made = out(&installation.run(&["clients", "keys", "create", "shop"]));
    let key = made.trim();
    assert!(key.starts_with("pk_") && key.len() == 35, "{key}");
    let bearer = format!("Bearer {key}");
    let send = |path| call(server.public, &request("POST", path, &[("authorization", &bearer)], "{}")).status;
    assert_eq!((send("/auth/v1/signup"), send("/auth/v1/signup?client_id=other")), (400, 401));

    let of_default = out(&installation.run(&["clients", "keys", "create", "default"]));
    let listed = out(&installation.run(&["clients", "keys", "list"]));
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].starts_with(&format!("{key}  shop  created 2")) && lines[0].ends_with("  valid"), "{listed}");
    assert!(lines[1].starts_with(&format!("{}  default  ", of_default.trim())) && lines.len() == 2, "{listed}");
    let unknown = refused(&installation.run(&["clients", "keys", "create", "stranger"]));
    assert!(unknown.contains("[clients.registered.stranger]"), "{unknown}");
    refused(&installation.run(&["clients", "keys", "create"]));
    refused(&installation.run(&["clients", "keys", "create", "a b"]));

    assert!(out(&installation.run(&["doctor"])).contains("\npublishable keys: 2 valid\n"));
    let told = out(&without_shop.run(&["doctor"]));
    let lost =
        format!("publishable keys: not good for anything, because their clients are not registered: {key} of shop. ");
    assert!(told.contains("publishable keys: 2 valid\n") && told.contains(&lost), "{told}");
    out(&installation.run(&["clients", "keys", "revoke", key]));
    refused(&installation.run(&["clients", "keys", "revoke", key]));
    refused(&installation.run(&["clients", "keys", "revoke", "pk_1"]));
    let listed = out(&installation.run(&["clients", "keys", "list"]));
    assert!(listed.lines().next().unwrap().contains("  revoked 2"), "{listed}");
    assert!(out(&installation.run(&["doctor"])).contains("\npublishable keys: 1 valid\n"));
}

#[test]
fn subscribers_are_told_what_operators_do_and_doctor_shows_who_is_behind() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let installation = Installation::on(TestDatabase::create());
    let nobody = out(&installation.run(&["doctor"]));
    assert!(nobody.contains("\nrules: none\n") && !nobody.contains("events to"), "{nobody}");
    let installation = installation
        .with("AUTH__WEBHOOKS__CRM__URL", "https://crm.example.com/events")
        .with("AUTH__WEBHOOKS__CRM__SECRETS", SECRET)
        .with("AUTH__WEBHOOKS__CRM__KINDS", "user.created")
        .with("AUTH__RULES__GATE__URL", "https://crm.example.com/sign-ups")
        .with("AUTH__RULES__GATE__SECRETS", SECRET);
    let made = out(&installation.run(&["users", "create", "--username", "ann"]));
    out(&installation.run(&["users", "block", made.lines().next().unwrap()]));
    let doctor = installation.run(&["doctor"]);
    assert!(!doctor.status.success(), "nobody is there who could be told");
    let shown = String::from_utf8(doctor.stdout).unwrap();
    assert!(shown.contains("\nrules: gate within 3 s, refuses if it fails\n"), "{shown}");
    assert!(shown.contains("\nevents to crm: user.created; 1 waiting, the oldest since 2"), "{shown}");
    assert!(shown.contains(", 0 given up\n") && !shown.contains(SECRET), "{shown}");
}
