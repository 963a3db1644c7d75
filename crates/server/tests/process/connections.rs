//! More connections and unfinished requests than there is place for: some end, everybody else is served.

use std::io::ErrorKind;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use crate::http::{Connection, get, request};
use crate::server::{Installation, Server};
use crate::waiting::wait_until;

/// An installation whose database is unreachable: who asks for it waits for as long as is set.
fn installation() -> Installation {
    Installation::new()
        .with("AUTH__DATABASE__URL", "postgresql:///none?host=/nowhere")
        .with("AUTH__DATABASE__MIGRATE", "false")
        .with("AUTH__HTTP__WORKERS", "1")
}

fn ping() -> String {
    request("GET", "/healthz", &[], "")
}

/// The head and half of the body of a request from a client behind a proxy.
fn half_of_a_body(client: &str, body: &str) -> String {
    let head = format!("POST /auth/v1/signup HTTP/1.1\r\nhost: a\r\nx-forwarded-for: {client}\r\n");
    format!("{head}content-length: {}\r\n\r\n{body}", 2 * body.len())
}

/// Opens a connection, and waits until the server has seen what was sent on it.
fn open(server: &Server, bytes: &str) -> Connection {
    let mut connection = Connection::open(server.public);
    connection.send(bytes);
    assert_eq!(get(server.public, "/healthz").status, 200, "the only thread takes one after the other");
    connection
}

fn has_ended(connection: &mut Connection) -> bool {
    connection.try_receive().is_ok_and(|next| next.is_none())
}

#[test]
fn idle_connections_make_place() {
    let server = installation().with("AUTH__HTTP__MAX_CONNECTIONS", "8").serve();
    let mut idle: Vec<Connection> = (0..20).map(|_| Connection::open(server.public)).collect();
    for connection in idle.iter_mut().rev().take(5) {
        assert_eq!(connection.send(ping()).receive().status, 200);
    }
    assert!(idle.iter_mut().take(10).all(has_ended), "in an orderly way, the oldest first");
    assert_eq!(get(server.public, "/healthz").status, 200);
    assert_eq!(get(server.admin, "/healthz").status, 200);
    wait_until("the operator is told", || {
        server.err.find(|line| line.contains("connections.closed_for_others")).is_some()
    });
}

#[test]
fn newcomers_wait_while_all_connections_are_being_answered() {
    let installation = installation().with("AUTH__DATABASE__ACQUIRE_TIMEOUT_SECONDS", "8");
    let server = installation.with("AUTH__HTTP__MAX_CONNECTIONS", "8").serve();
    let slow = request("GET", "/readyz", &[], "");
    let mut busy: Vec<Connection> = (0..7).map(|_| open(&server, &slow)).collect();
    let mut eighth = Connection::open(server.public);
    eighth.send(&slow);
    busy.push(eighth);
    let mut ninth = Connection::open(server.public);
    ninth.send(ping()).set_patience(Duration::from_millis(500));
    let waiting = ninth.try_receive().map_err(|error| error.kind());
    assert!(matches!(waiting, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{waiting:?}");
    for connection in &mut busy {
        assert_eq!(connection.receive().status, 503, "none of them is closed for others");
    }
    ninth.set_patience(Duration::from_secs(20));
    assert_eq!(ninth.receive().status, 200);
}

#[test]
fn a_network_has_so_many_connections_unless_it_is_a_proxy() {
    let limited = installation().with("AUTH__HTTP__MAX_CONNECTIONS_PER_NETWORK", "4");
    let server = limited.serve();
    let mut all: Vec<Connection> = (0..10).map(|_| Connection::open(server.public)).collect();
    assert!(all.iter_mut().take(6).all(has_ended));
    assert!(all.iter_mut().skip(6).all(|one| one.send(ping()).receive().status == 200));
    let proxied = limited.with("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1").serve();
    let mut all: Vec<Connection> = (0..10).map(|_| Connection::open(proxied.public)).collect();
    assert!(all.iter_mut().all(|one| one.send(ping()).receive().status == 200));
}

#[test]
fn a_network_has_so_many_unfinished_bodies_also_behind_a_proxy() {
    let installation = installation()
        .with("AUTH__HTTP__MAX_UNFINISHED_PER_NETWORK", "2")
        .with("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1");
    let server = installation.serve();
    let body = format!("{{\"padding\":\"{}", "a".repeat(20_000));
    let mut flood: Vec<_> = (0..4).map(|_| open(&server, &half_of_a_body("203.0.113.1", &body))).collect();
    let mut other = open(&server, &half_of_a_body("203.0.113.2", &body));
    for given_up in flood.iter_mut().take(2) {
        let answer = given_up.receive();
        assert_eq!((answer.status, answer.text("error").as_str()), (408, "invalid_argument"));
        assert!(has_ended(given_up));
    }
    for complete in flood.iter_mut().skip(2).chain([&mut other]) {
        let answer = complete.send("b".repeat(body.len())).receive();
        assert_eq!(answer.status, 400, "it was read to its end: {}", answer.json());
    }
}

#[test]
fn a_network_owes_so_many_answers_and_who_takes_them_gets_all() {
    /// Of which the system keeps only a few for a client that takes nothing.
    const ANSWERS: usize = 100;
    let server = installation().with("AUTH__HTTP__MAX_UNFINISHED_PER_NETWORK", "2").serve();
    let requests = request("GET", "/openapi.json", &[], "").repeat(ANSWERS);
    let document = get(server.public, "/openapi.json").body;
    let mut owing: Vec<_> = (0..4).map(|_| open(&server, &requests)).collect();
    let received = owing.iter_mut().map(|connection| {
        let is_whole =
            |_: &usize| connection.try_receive().is_ok_and(|next| next.is_some_and(|one| one.body == document));
        (0..ANSWERS).take_while(is_whole).count()
    });
    // The oldest end, but who began first to owe is up to the scheduler.
    let mut received: Vec<usize> = received.collect();
    received.sort_unstable();
    assert!(received[..2].iter().all(|count| *count < ANSWERS), "two have ended: {received:?}");
    assert_eq!(received[2..], [ANSWERS; 2]);
}

#[test]
fn memory_has_a_limit_whoever_fills_it() {
    let installation = installation()
        .with("AUTH__HTTP__CONNECTION_MEMORY_BYTES", "1048576")
        .with("AUTH__HTTP__BODY_LIMIT_BYTES", "1024")
        .with("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1");
    let server = installation.serve();
    let mut heads: Vec<_> =
        (0..10).map(|_| open(&server, &format!("GET / HTTP/1.1\r\nx-padding: {}", "a".repeat(100_000)))).collect();
    assert!(heads.iter_mut().take(4).all(has_ended), "the oldest unfinished heads end without a word");
    let newest = heads.last_mut().unwrap().send("\r\nhost: a\r\n\r\n").receive();
    assert_eq!(newest.status, 200);
}

#[test]
fn the_limit_on_open_files_is_raised_and_doctor_says_what_is_left() {
    let hard = getrlimit(Resource::Nofile).maximum.map_or("not limited".to_owned(), |hard| hard.to_string());
    let found = |limit: &str| {
        let output = installation().run_in_shell(&format!("ulimit {limit} && exec \"$0\" doctor"));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find_map(|line| line.split_once("open files: ")).unwrap_or_else(|| panic!("{text}")).1.to_owned()
    };
    assert!(found("-Sn 200").starts_with(&hard));
    let few = found("-n 400");
    assert!(few.starts_with("400, of which") && few.contains("only ") && few.contains("not 10000"), "{few}");
}

#[test]
fn open_files_have_a_limit_whoever_holds_them() {
    let server =
        installation().with("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1").serve_in_shell("ulimit -n 300 && exec \"$0\"");
    let mut idle: Vec<_> = (0..600).map(|_| Connection::open(server.public)).collect();
    assert_eq!(get(server.public, "/healthz").status, 200);
    assert!(idle.iter_mut().take(300).all(has_ended));
    assert_eq!(server.err.find(|line| line.contains("ERROR")), None, "it never comes to that");
}
