//! First start, later starts, and stops.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use auth_tests::TestDatabase;
use rustix::process::Signal;
use serde_json::json;

use crate::http::{Connection, get, post, request};
use crate::person::{me, prove, sign_up, sign_up_body};
use crate::server::{Installation, is_running};
use crate::waiting::wait_until;

const PHONE: &str = "+86 13000000001";

/// An installation with a fixed public address, whatever its port, because tokens name it.
fn installation_with_an_address() -> Installation {
    Installation::new().with("AUTH__HTTP__PUBLIC_URL", "http://auth.example")
}

#[test]
fn a_newcomer_signs_up_and_is_still_known_after_a_restart() {
    let installation = installation_with_an_address().with("AUTH__VERIFICATION__RESEND_AFTER_SECONDS", "0");
    let first = installation.serve();
    assert!(first.err.find(|line| line.starts_with("database: ")).is_some(), "progress is told");
    assert_eq!(get(first.public, "/readyz").status, 200);
    let signed_up = sign_up(&first, PHONE);
    assert_eq!(me(&first, &signed_up.text("access_token")).text("sub"), signed_up.text("sub"));
    let cluster = installation.cluster_pid().unwrap();
    first.stop();
    assert!(!is_running(cluster), "PostgreSQL was stopped too");

    let (second, took) = timed(|| installation.serve());
    println!("second start: {took:?}");
    assert_eq!(me(&second, &signed_up.text("access_token")).text("phone_number"), PHONE);
    let token = prove(&second, PHONE);
    let again = post(second.public, "/auth/v1/signup", &sign_up_body(PHONE, &token));
    assert_eq!((again.status, again.text("error")), (400, "failed_precondition".into()));
    second.stop();
}

#[expect(clippy::disallowed_methods, reason = "printed, not decided on")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = std::time::Instant::now();
    let result = work();
    (result, started.elapsed())
}

#[test]
fn both_signals_stop_it_cleanly_even_with_idle_connections() {
    let installation = Installation::new();
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = installation.serve();
        let mut idle = Connection::open(server.public);
        idle.send(request("GET", "/healthz", &[], ""));
        assert_eq!(idle.receive().status, 200);
        let silent = TcpStream::connect(server.public).unwrap();
        let cluster = installation.cluster_pid().unwrap();
        server.signal(signal);
        let (status, took) = timed(|| server.wait());
        assert_eq!(status.code(), Some(0), "{signal:?}: {:?}", server.err.all());
        assert!(took < Duration::from_secs(20), "{signal:?} took {took:?}");
        assert!(!is_running(cluster));
        drop(silent);
    }
}

#[test]
fn a_stop_during_the_start_is_clean() {
    let installation = Installation::new();
    for step in ["making the data folder", "starting PostgreSQL"] {
        let status = installation.stop_at(|line| line.contains(step));
        assert_eq!(status.code(), Some(0), "{step}");
        assert!(!installation.cluster_pid().is_some_and(is_running), "{step}");
    }
}

/// Accepts connections and never says anything.
fn mute_server() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://auth@{}/auth?connect_timeout=60", listener.local_addr().unwrap());
    (listener, url)
}

#[test]
fn a_database_that_is_mute_is_named_and_does_not_prevent_a_stop() {
    let (_listener, url) = mute_server();
    let installation = Installation::new().with("AUTH__DATABASE__URL", url);
    let (status, took) = timed(|| installation.stop_at(|line| line.contains("the database at 127.0.0.1")));
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn a_schema_that_others_are_changing_does_not_prevent_a_stop() {
    let database = TestDatabase::without_schema();
    let mut holder = database.connect();
    holder.execute("CREATE TABLE migration_lock (id integer CONSTRAINT migration_lock_pkey PRIMARY KEY)").unwrap();
    holder.execute("BEGIN").unwrap();
    holder.execute("LOCK TABLE migration_lock IN ACCESS EXCLUSIVE MODE").unwrap();
    let installation = Installation::new().with("AUTH__DATABASE__URL", database.url());
    let waits = "pg_locks WHERE relation = 'migration_lock'::regclass AND NOT granted";
    let (status, took) = timed(|| installation.stop_once("the migration to wait", |_| database.count(waits) > 0));
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn running_requests_finish_before_it_stops() {
    let installation = Installation::new();
    let mut server = installation.serve();
    let token = prove(&server, PHONE);
    let cluster = installation.cluster();
    let body = sign_up_body(PHONE, &token).to_string();
    let end = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE%'";
    thread::scope(|scope| {
        // No user can be stored until this is ended, which is an error of it.
        scope.spawn(|| {
            cluster.query("auth", "LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)").unwrap_err();
        });
        let holds =
            "SELECT 1 FROM pg_locks WHERE relation = 'users'::regclass AND mode = 'AccessExclusiveLock' AND granted";
        wait_until("the lock", || !cluster.query("auth", holds).unwrap().is_empty());
        let mut connection = Connection::open(server.public);
        connection.send(request("POST", "/auth/v1/signup", &[], &body));
        let waits = "SELECT 1 FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted";
        wait_until("the sign-up to wait", || !cluster.query("auth", waits).unwrap().is_empty());
        server.signal(Signal::TERM);
        wait_until("the stop to begin", || server.err.find(|line| line.contains("server.stopping")).is_some());
        cluster.query("auth", end).unwrap();
        let answer = connection.receive();
        assert_eq!(answer.status, 200, "{}", answer.json());
        assert_eq!(answer.header("connection"), Some("close"));
    });
    assert!(server.wait().success());
    assert!(is_running(cluster.pid()), "another user of the cluster keeps it");
    let users = cluster.query("auth", "SELECT id FROM users").unwrap();
    assert_eq!(users.len(), 1);
    drop(cluster);
    assert_eq!(installation.cluster_pid(), None);
}

#[test]
fn a_server_that_is_to_stop_says_so_and_serves_on_until_a_second_signal() {
    let drains_for = |seconds| Installation::on(TestDatabase::create()).with("AUTH__HTTP__DRAIN_SECONDS", seconds);
    let installation = drains_for("600");
    let mut server = installation.serve();
    let mut kept = Connection::open(server.public);
    let healthy = |connection: &mut Connection| connection.send(request("GET", "/healthz", &[], "")).receive();
    assert_eq!(healthy(&mut kept).header("connection"), None, "it is kept");
    server.signal(Signal::TERM);
    wait_until("readiness to say no", || get(server.public, "/readyz").status == 503);
    let unready = get(server.public, "/readyz");
    assert!(unready.text("error_description").contains("about to stop"), "{}", unready.json());
    let last = healthy(&mut kept);
    assert_eq!((last.status, last.header("connection")), (200, Some("close")), "it was open before");
    let refused = get(server.public, "/nowhere");
    assert_eq!((refused.status, refused.header("connection")), (404, Some("close")));
    sign_up(&server, PHONE);
    server.signal(Signal::INT);
    let status = server.wait();
    assert_eq!(status.code(), Some(1), "requests may have been cut off");
    assert!(server.err.find(|line| line.contains("ended at once")).is_some(), "{:?}", server.err.all());

    let brief = drains_for("1");
    let server = brief.serve();
    let (_, took) = timed(|| server.stop());
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[test]
fn two_servers_on_one_data_folder_share_everything() {
    let installation = installation_with_an_address();
    let (one, two) = thread::scope(|scope| {
        let starting = scope.spawn(|| installation.serve());
        (installation.serve(), starting.join().unwrap())
    });
    let signed_up = sign_up(&one, PHONE);
    let access_token = signed_up.text("access_token");
    assert_eq!(me(&two, &access_token).text("sub"), signed_up.text("sub"), "one signing key");
    let cluster = installation.cluster_pid().unwrap();
    one.stop();
    assert!(is_running(cluster));
    assert_eq!(me(&two, &access_token).status, 200);
    sign_up(&two, "+86 13000000002");
    two.stop();
    assert!(!is_running(cluster));
}

#[test]
fn the_admin_listener_has_no_public_endpoint() {
    let installation = Installation::on(TestDatabase::create());
    let server = installation.serve();
    let answer = post(server.admin, "/auth/v1/signup", &json!({}));
    assert!([401, 404].contains(&answer.status), "{}", answer.json());
    assert!(get(server.admin, "/healthz").status < 500);
}
