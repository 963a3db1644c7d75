//! What may write is bounded, whatever it is for, and what hashes passwords has one budget.

use std::collections::{BTreeMap, BTreeSet};

use auth_providers::testing::FakeGitHub;
use auth_tests::{
    AccountFlows as _, Answer, Caller as _, Flows as _, INVALID_STATUS, NEW_PASSWORD, Operator, PASSWORD,
    RESOURCE_EXHAUSTED, SignedIn, TestApp, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::openapi::{admin_document, documented_routes, routes_of};

/// Every documented GET, as somebody who is signed in calls it, and the tables that it writes to. The bound on writes
/// does not see a GET, so each that writes has a limit of its own for a network.
const GETS: [(&str, &str, &[&str]); 11] = [
    ("/auth/v1/certs", "", &[]),
    ("/auth/v1/checkIfUserExist", "?username=some.body", &["rate_limits"]),
    ("/auth/v1/checkUsername", "?username=some.body", &["rate_limits"]),
    ("/auth/v1/provider/uri", "?provider_id=github", &["provider_flows", "rate_limits"]),
    ("/auth/v1/token/introspect", "", &[]),
    ("/auth/v1/user/me", "", &[]),
    ("/auth/v1/user/provider", "", &[]),
    ("/auth/v1/user/query", "?username=some.body", &["rate_limits"]),
    ("/auth/v1/user/sessions", "", &[]),
    ("/healthz", "", &[]),
    ("/readyz", "", &[]),
];

/// What each table holds and which transactions wrote it, in short, by the table's name.
fn tables(app: &TestApp) -> BTreeMap<String, String> {
    let database = app.database();
    let all = "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace \
        AND relkind IN ('r', 'p') AND NOT relispartition";
    let held = |table: Value| {
        let name = table["name"].as_str().expect("a name").to_owned();
        let hash = "md5(string_agg(concat(t.xmin, ' ', t::text), ';' ORDER BY concat(t.xmin, ' ', t::text)))";
        let rows = database.rows(&format!("SELECT {hash} AS held FROM \"{name}\" t"));
        (name, rows[0]["held"].to_string())
    };
    database.rows(all).into_iter().map(held).collect()
}

/// The tables that have been written to since.
fn written_since(before: &BTreeMap<String, String>, app: &TestApp) -> Vec<String> {
    tables(app).into_iter().filter(|(name, held)| before.get(name) != Some(held)).map(|(name, _)| name).collect()
}

/// A GET that writes rows and does not say so in the table fails here, and so does one that is not in it.
#[tokio::test]
async fn a_get_writes_only_what_has_a_limit_of_its_own() {
    let gets = documented_routes().into_iter().filter(|(method, _)| *method == Method::GET);
    let documented: BTreeSet<_> = gets.map(|(_, path)| path).collect();
    let ours: BTreeSet<_> = GETS.iter().map(|(path, ..)| (*path).to_owned()).collect();
    assert_eq!(ours, documented, "left: the table, right: the document");
    let github = FakeGitHub::start();
    let app = TestApp::builder()
        .with_github(&github.base())
        .set("AUTH__LIMITS__LOOKUPS_PER_NETWORK", "3")
        .set("AUTH__LIMITS__PROVIDER_TOKENS_PER_NETWORK", "1")
        .start()
        .await;
    // No code is sent, so that no worker writes meanwhile.
    let (_, name) = Operator::of(&app).create_named(PASSWORD).await;
    let device = app.device();
    let user = SignedIn::by(device.line(), &device.sign_in(&name, PASSWORD).await);
    let get = async |path: &str, query: &str| {
        let request = user.request(Method::GET, &format!("{path}{query}")).header("x-device-id", device.id());
        user.send(request).await
    };
    for (path, query, writes) in GETS {
        let before = tables(&app);
        let answer = get(path, query).await;
        assert_eq!(answer.status, 200, "{answer}");
        assert_eq!(written_since(&before, &app), writes, "what GET {path} writes to");
    }
    for (path, query, _) in GETS.into_iter().filter(|(.., writes)| !writes.is_empty()) {
        get(path, query).await.refused(RESOURCE_EXHAUSTED);
    }
}

/// What operators read without a record, and how it is answered. Everybody's events leave none, because it would be among
/// the next to be read, and each poll would cause the next one's event. Metrics and health tell of nobody, and where
/// nothing is found (404), nothing is handed out.
const OFF_THE_RECORD: [(&str, u16); 7] = [
    ("/admin/v1/events", 200),
    ("/admin/v1/events?after=", 200),
    ("/admin/v1/subscriptions/crm/dead-letters/00000000-0000-0000-0000-000000000000", 404),
    ("/admin/v1/users/1000000000000000001", 404),
    ("/healthz", 200),
    ("/metrics", 200),
    ("/readyz", 200),
];

/// Whom operators read is on record, and what is read forward gets a place in the order of reading.
#[tokio::test]
async fn what_operators_read_writes_nothing_but_the_record_of_it() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, _) = operator.create_named(PASSWORD).await;
    let gets = routes_of(&admin_document()).into_iter().filter(|(method, _)| *method == Method::GET);
    let of_user = format!("/admin/v1/events?user={id}");
    let more = [of_user.as_str(), "/admin/v1/events?after=", "/admin/v1/users/1000000000000000001"];
    let mut off_the_record = BTreeSet::new();
    for path in gets.map(|(_, path)| path).chain(more.map(str::to_owned)) {
        let path = path.replace("{id}", &id).replace("{subscription}", "crm");
        let path = path.replace("{event}", "00000000-0000-0000-0000-000000000000");
        let exempt = OFF_THE_RECORD.into_iter().find(|(exempt, _)| *exempt == path);
        off_the_record.extend(exempt);
        let (before, events_before) = (tables(&app), app.database().count("events"));
        let answer = operator.get(&path).await;
        assert_eq!(answer.status, exempt.map_or(200, |(_, status)| status), "{answer}");
        let records = app.database().count("events") - events_before;
        assert_eq!(records, i64::from(exempt.is_none()), "how many records GET {path} leaves");
        let written = written_since(&before, &app);
        if path.ends_with("after=") {
            let is_of_feed = |table: &String| table == "events" || table == "feeds";
            assert!(written.iter().all(is_of_feed), "GET {path} writes to {written:?}");
        } else {
            let expected: &[&str] = if exempt.is_some() { &[] } else { &["events"] };
            assert_eq!(written, expected, "what GET {path} writes to");
        }
    }
    assert_eq!(off_the_record, BTreeSet::from(OFF_THE_RECORD), "an exemption is of no documented GET");
}

/// Every documented route is called by a network that has used up its bound. A route that writes and is not bounded fails
/// here, whoever adds it; what a GET writes, the tests above say.
#[tokio::test]
async fn every_route_that_may_write_is_bounded_by_network() {
    let app = TestApp::builder()
        .set("AUTH__LIMITS__WRITES_PER_NETWORK", "1")
        .set("AUTH__LIMITS__WRITES_PER_NETWORK_SECONDS", "86400")
        .start()
        .await;
    let client = app.anonymous();
    client.post("/auth/v1/signout", json!({})).await.check_no_fault();
    for (method, path) in documented_routes() {
        let reads = method == Method::GET || path == "/auth/v1/introspect";
        let answer = client.send(client.request(method, &path.replace(['{', '}'], "")).json(&json!({}))).await;
        if reads {
            assert_ne!(answer.status, 429, "{answer}");
        } else {
            answer.refused(RESOURCE_EXHAUSTED);
            assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 80_000), "{answer}");
        }
    }
}

#[tokio::test]
async fn passwords_of_one_network_are_hashed_within_one_budget_whatever_asks() {
    let app = TestApp::builder()
        .set("AUTH__LIMITS__PASSWORD_TRIES_PER_NETWORK", "3")
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let from = async |network: &str, path: &str, body: Value| {
        let request = app.anonymous().request(Method::POST, path).header("x-forwarded-for", network);
        app.anonymous().send(request.json(&body)).await
    };
    let sign_up = async |network: &str, password: Option<&str>| -> Answer {
        let phone = unique_phone();
        let token = app.device().prove(&phone).await;
        let mut body = phone.with(json!({ "verification_token": token, "username": unique_username() }));
        if let Some(password) = password {
            body["password"] = password.into();
        }
        from(network, "/auth/v1/signup", body).await
    };
    let name = unique_username();
    app.device().sign_up(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    let sign_in = |password: &str| json!({ "username": name, "password": password });
    sign_up("198.51.100.7", Some(PASSWORD)).await.ok();
    from("198.51.100.7", "/auth/v1/signin", sign_in(PASSWORD)).await.ok();
    from("198.51.100.7", "/auth/v1/signin", sign_in(NEW_PASSWORD)).await.check_no_fault();
    sign_up("198.51.100.7", Some(PASSWORD)).await.refused(RESOURCE_EXHAUSTED);
    from("198.51.100.7", "/auth/v1/signin", sign_in(PASSWORD)).await.refused(INVALID_STATUS);
    sign_up("198.51.100.7", None).await.ok();
    sign_up("198.51.100.8", Some(PASSWORD)).await.ok();
    app.wait_seconds(200);
    sign_up("198.51.100.7", Some(PASSWORD)).await.ok();
}

/// Whoever is not told by words whether an account exists is not told by time either, whatever the account's hash costs.
#[tokio::test]
async fn a_refusal_takes_as_long_for_an_account_whose_hash_is_dearer() {
    let app = TestApp::builder().with_system_clock().without_limits().start().await;
    let (name, nobody) = (unique_username(), unique_username());
    let user = app.device().sign_up(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    // Of another password, and dearer than the hashes that are made here.
    let dearer = "$2b$10$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
    app.database()
        .execute(&format!("UPDATE credentials SET password_hash = '{dearer}' WHERE user_id = {}", user.sub()));
    let refused_after = async |login: &str| {
        let started = tokio::time::Instant::now();
        app.device().sign_in(login, NEW_PASSWORD).await.check_no_fault();
        started.elapsed().as_secs_f64()
    };
    refused_after(&name).await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let middle = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let mut middles = (0.0, f64::INFINITY);
    let are_alike = |(known, unknown): (f64, f64)| (0.6..1.6).contains(&(known / unknown));
    // On a busy machine, five tries of each are not always enough to see it.
    for tries in 1..=40 {
        known.push(refused_after(&name).await);
        unknown.push(refused_after(&nobody).await);
        middles = (middle(&mut known), middle(&mut unknown));
        if tries >= 5 && are_alike(middles) {
            break;
        }
    }
    let (known, unknown) = middles;
    assert!(are_alike(middles), "{known} s for an account, {unknown} s for nobody");
}
