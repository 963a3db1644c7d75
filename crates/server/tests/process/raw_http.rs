//! Requests that no client library would send: each gets an answer in JSON, and the server continues.

use std::thread;
use std::time::Duration;

use crate::http::{Answer, Connection, get, request};
use crate::server::{Installation, Server};

/// An installation whose database is unreachable, because nothing here needs one.
fn installation() -> Installation {
    Installation::new()
        .with("AUTH__DATABASE__URL", "postgresql:///none?host=/nowhere")
        .with("AUTH__DATABASE__MIGRATE", "false")
        .with("AUTH__DATABASE__ACQUIRE_TIMEOUT_SECONDS", "1")
}

fn check_error(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.json());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("date").is_some());
    let body = answer.json();
    assert_eq!((body["error"].as_str(), body["error_code"].as_i64()), (Some("invalid_argument"), Some(3)), "{body}");
    assert!(!answer.text("error_description").is_empty());
}

/// Checks that the answer is the last on its connection, and says so.
fn check_last(connection: &mut Connection, status: u16) {
    let answer = connection.receive();
    check_error(&answer, status);
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(connection.try_receive().is_ok_and(|next| next.is_none()), "and the connection ends, orderly");
}

/// Checks that the server is still running, and has logged no errors about what strangers send.
fn check_well(server: Server) {
    assert_eq!(get(server.public, "/healthz").status, 200);
    let err = server.err.clone();
    server.kill();
    assert_eq!(err.find(|line| line.contains("ERROR") || line.contains("panicked")), None);
}

/// The start of a TLS connection: a ClientHello of 512 bytes.
fn client_hello() -> Vec<u8> {
    let mut hello = vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03];
    hello.resize(517, 0xa5);
    hello
}

fn with_header(name: &str, value: &str) -> Vec<u8> {
    format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{name}: {value}\r\n\r\n").into()
}

#[test]
fn what_is_not_http_is_answered_in_json() {
    let server = installation().serve();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("garbage", b"hello there\r\n\r\n".into()),
        ("zeros", vec![0; 600]),
        ("no version", b"GET /healthz\r\n\r\n".into()),
        ("another version", b"GET /healthz HTTP/3.0\r\nhost: a\r\n\r\n".into()),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".into()),
        ("TLS", client_hello()),
        ("no target", b"GET  HTTP/1.1\r\nhost: a\r\n\r\n".into()),
        ("a space in the target", b"GET /a b HTTP/1.1\r\nhost: a\r\n\r\n".into()),
        ("a name with spaces", with_header("x y", "1")),
        ("a value with a zero", with_header("x-y", "a\0b")),
        ("a folded line", with_header("x-y", "a\r\n b")),
        ("a length below zero", with_header("content-length", "-1")),
        ("a length that overflows", with_header("content-length", "99999999999999999999999")),
        ("two lengths", with_header("content-length", "1\r\ncontent-length: 2")),
        ("length and chunks", with_header("content-length", "5\r\ntransfer-encoding: chunked")),
        ("an unknown coding", with_header("transfer-encoding", "gzip, identity")),
    ];
    for (name, bytes) in cases {
        println!("{name}");
        check_last(Connection::open(server.public).send(bytes), 400);
    }
    check_last(Connection::open(server.admin).send("hello there\r\n\r\n"), 400);
    check_well(server);
}

#[test]
fn what_comes_before_garbage_is_answered_first() {
    let server = installation().serve();
    let mut connection = Connection::open(server.public);
    let good = request("GET", "/healthz", &[], "");
    connection.send(good.repeat(3) + &request("GET", "/nowhere", &[], "") + "garbage\r\n\r\n" + &good);
    for status in [200, 200, 200, 404] {
        let answer = connection.receive();
        assert_eq!(answer.status, status);
        answer.json();
    }
    check_last(&mut connection, 400);
    check_well(server);
}

#[test]
fn large_heads() {
    let server = installation().serve();
    // Large, but not too large.
    let large = Connection::open(server.public).send(with_header("x-padding", &"a".repeat(100_000))).receive();
    assert_eq!(large.status, 200);
    // Too large, and the sender does not stop: it can read the answer all the same.
    let mut connection = Connection::open(server.public);
    connection.send(with_header("x-padding", &"a".repeat(1_000_000)));
    check_last(&mut connection, 431);
    let many: String = (0..1_000).map(|n| format!("x-{n}: 1\r\n")).collect();
    check_last(Connection::open(server.public).send(format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{many}\r\n")), 431);
    let long_target = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(200_000));
    let answer = Connection::open(server.public).send(long_target).receive();
    assert!([400, 414, 431].contains(&answer.status), "{}", answer.status);
    answer.json();
    check_well(server);
}

#[test]
fn bodies_beyond_the_limit_and_broken_ones() {
    let server = installation().serve();
    let large = "a".repeat(70_000);
    let mut known = Connection::open(server.public);
    check_error(&known.send(request("POST", "/auth/v1/signup", &[], &large)).receive(), 413);
    let chunked = "POST /auth/v1/signup HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut chunks = Connection::open(server.public);
    chunks.send(chunked);
    for _ in 0..20 {
        chunks.send(format!("1000\r\n{}\r\n", "a".repeat(0x1000)));
    }
    check_error(&chunks.receive(), 413);
    for broken in ["zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}x\r\n", "ffffffffffffffffff\r\n"] {
        let mut connection = Connection::open(server.public);
        check_error(&connection.send(format!("{chunked}{broken}")).receive(), 400);
    }
    let mut good = Connection::open(server.public);
    check_error(&good.send(format!("{chunked}2\r\n{{}}\r\n0\r\n\r\n")).receive(), 400);
    assert_eq!(good.send(request("GET", "/healthz", &[], "")).receive().status, 200, "it goes on after a whole body");
    check_well(server);
}

#[test]
fn old_and_careful_clients() {
    let server = installation().serve();
    let mut old = Connection::open(server.public);
    let answer = old.send("GET /healthz HTTP/1.0\r\n\r\n").receive();
    assert_eq!((answer.status, answer.json()["status"].as_str()), (200, Some("ok")));
    assert!(old.try_receive().is_ok_and(|next| next.is_none()), "HTTP/1.0 closes after the answer");

    let mut careful = Connection::open(server.public);
    careful.send("POST /auth/v1/signup HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n");
    assert_eq!(careful.receive().status, 100);
    check_error(&careful.send("{}").receive(), 400);

    let mut head = Connection::open(server.public);
    head.send("HEAD /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    let received = String::from_utf8(head.receive_all()).unwrap();
    assert!(received.starts_with("HTTP/1.1 404") && received.ends_with("\r\n\r\n"), "{received}");
    check_well(server);
}

#[test]
fn offers_to_change_the_protocol_are_ignored() {
    let server = installation().serve();
    let h2c = [
        ("connection", "Upgrade, HTTP2-Settings"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"),
    ];
    let websocket = [("connection", "keep-alive, Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")];
    let asked = request("GET", "/healthz", &[], "");
    for (name, offer) in [("h2c", &h2c[..]), ("websocket", &websocket)] {
        let ask = request("GET", "/healthz", offer, "");
        let posted = request("POST", "/auth/v1/signup", offer, &format!("{{}}{ask}"));
        let (early, late) = posted.split_at(100);
        let at_once = ask.repeat(2) + &posted + &ask + &asked;
        let rows: [(&[&str], &[u16]); 4] = [
            (&[&ask], &[200]),
            (&[&asked], &[200]),
            (&[early, late], &[400]),
            (&[&at_once], &[200, 200, 400, 200, 200]),
        ];
        for (address, rows) in [(server.public, &rows[..]), (server.admin, &rows[..2])] {
            let mut connection = Connection::open(address);
            for (parts, expected) in rows {
                for part in *parts {
                    connection.send(part);
                    thread::sleep(Duration::from_millis(20)); // There is no sign that the server has read the first.
                }
                for status in *expected {
                    let answer = connection.receive();
                    let told = (answer.header("connection"), answer.header("upgrade"));
                    assert_eq!((answer.status, told), (*status, (None, None)), "{name}: {}", answer.json());
                }
            }
        }
    }
    // Who asks for the end of the connection gets it.
    let mut last = Connection::open(server.public);
    let answer =
        last.send("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close, upgrade\r\nupgrade: h2c\r\n\r\n").receive();
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert!(last.try_receive().is_ok_and(|next| next.is_none()));
    check_well(server);
}

#[test]
fn head_is_answered_wherever_get_is() {
    let server = installation().serve();
    for (address, path, status) in [
        (server.public, "/healthz", 200),
        (server.admin, "/healthz", 200),
        (server.public, "/auth/v1/certs", 200),
        (server.public, "/openapi.json", 200),
        (server.admin, "/openapi.json", 200),
        (server.public, "/docs/", 200),
        (server.public, "/auth/v1/user/me", 401),
        (server.admin, "/admin/v1/users", 401),
        (server.public, "/auth/v1/signup", 405),
        (server.public, "/nowhere", 404),
    ] {
        let asked = get(address, path);
        let mut connection = Connection::open(address);
        let [head, close] =
            ["", "connection: close\r\n"].map(|last| format!("HEAD {path} HTTP/1.1\r\nhost: a\r\n{last}\r\n"));
        let received = String::from_utf8(connection.send(head + &close).receive_all()).unwrap();
        let answers: Vec<&str> = received.split_inclusive("\r\n\r\n").collect();
        assert_eq!(answers.len(), 2, "{path}: {received}");
        for answer in answers {
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
            let length = format!("content-length: {}\r\n", asked.body.len());
            assert!(answer.contains(&length), "{path}: {answer} without {length}");
        }
        assert_eq!(asked.status, status, "{path}");
    }
    check_well(server);
}

#[test]
fn slow_senders_are_cut_off() {
    let installation =
        installation().with("AUTH__HTTP__HEADER_TIMEOUT_SECONDS", "3").with("AUTH__HTTP__REQUEST_TIMEOUT_SECONDS", "3");
    let server = installation.serve();
    let mut silent = Connection::open(server.public);
    let mut slow_head = Connection::open(server.public);
    slow_head.send("GET /healthz HTTP/1.1\r\nhost: a\r\n");
    let mut slow_body = Connection::open(server.public);
    slow_body.send("POST /auth/v1/signup HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{\"a\":");
    for _ in 0..4 {
        thread::sleep(Duration::from_millis(200));
        slow_head.send("x: 1\r\n");
        slow_body.send("1");
    }
    check_last(&mut silent, 408);
    check_last(&mut slow_head, 408);
    check_error(&slow_body.receive(), 408);
    check_well(server);
}

#[test]
fn idle_connections_are_closed() {
    let server = installation().with("AUTH__HTTP__KEEP_ALIVE_SECONDS", "1").serve();
    let mut idle = Connection::open(server.public);
    for _ in 0..2 {
        assert_eq!(idle.send(request("GET", "/healthz", &[], "")).receive().status, 200);
    }
    idle.set_patience(Duration::from_secs(10));
    assert!(idle.try_receive().is_ok_and(|next| next.is_none()), "an orderly end, without a word");
    check_well(server);
}

#[test]
fn hundreds_of_idle_connections_are_no_burden() {
    let server = installation().serve();
    let ping = request("GET", "/healthz", &[], "");
    let mut idle: Vec<Connection> = (0..400).map(|_| Connection::open(server.public)).collect();
    for connection in idle.iter_mut().rev() {
        assert_eq!(connection.send(&ping).receive().status, 200);
    }
    drop(idle);
    check_well(server);
}
