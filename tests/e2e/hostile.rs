//! Hostile requests: there is always an answer, it is always JSON with the three fields, and never a fault.

use auth_tests::{Anonymous, Caller as _, Flows as _, RawRequests as _, TestApp, unique_phone};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::openapi::documented_routes;

const POSTS: [&str; 4] =
    ["/auth/v1/signup", "/auth/v1/verification", "/auth/v1/verification/verify", "/auth/v1/provider/token"];
const GETS: [&str; 6] = [
    "/auth/v1/user/me",
    "/auth/v1/provider/uri?provider_id=x",
    "/auth/v1/certs",
    "/.well-known/jwks.json",
    "/healthz",
    "/readyz",
];
pub(crate) const FIELDS: [&str; 24] = [
    "phone_number",
    "email",
    "verification_token",
    "provider_token",
    "username",
    "password",
    "name",
    "gender",
    "picture",
    "locale",
    "verification_code",
    "verification_id",
    "target",
    "usage",
    "client_id",
    "provider_id",
    "provider_code",
    "provider_id_token",
    "provider_access_token",
    "provider_redirect_uri",
    "provider_params",
    "anonymous_token",
    "email_redirect_to",
    "destination",
];

async fn refused(caller: &Anonymous, path: &str, body: Vec<u8>) {
    let answer = caller.post_bytes(path, "application/json", body).await;
    assert!((400..500).contains(&answer.status), "{answer}");
    answer.check();
}

#[tokio::test]
async fn bodies_that_are_not_json_objects() {
    let app = TestApp::start().await;
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(20_000), close.repeat(20_000)).into_bytes();
    let deep_field = format!("{{\"name\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes();
    for path in POSTS {
        for body in [
            b"[]".to_vec(),
            b"null".to_vec(),
            b"1".to_vec(),
            b"\"text\"".to_vec(),
            b"{".to_vec(),
            b"{}{}".to_vec(),
            b"{'a':1}".to_vec(),
            b"{\"a\":}".to_vec(),
            b"{\"a\":NaN}".to_vec(),
            b"{\"email\":\"\\ud800\"}".to_vec(),
            b"{\"email\":\"\xff\xfe\"}".to_vec(),
            b"\xef\xbb\xbf{}".to_vec(),
            b"\x00".to_vec(),
            b"phone_number=%2B8613000000000&verification_token=x".to_vec(),
            b"<?xml version=\"1.0\"?><a/>".to_vec(),
            nested("[", "]"),
            nested("{\"a\":", "}"),
            deep_field.clone(),
        ] {
            refused(&app.anonymous(), path, body).await;
        }
    }
}

#[tokio::test]
async fn fields_of_the_wrong_type_and_hostile_texts() {
    let app = TestApp::start().await;
    let texts = [
        "\u{0}",
        "a\u{0}b",
        "\u{1b}[31m",
        "\r\nset-cookie: a=b",
        "\u{202e}abc",
        "\u{feff}",
        "'; DROP TABLE users; --",
        "${jndi:x}",
        "../../../etc/passwd",
        "<script>alert(1)</script>",
        "%00",
        "\\",
        "\"",
        "🙂🙂🙂🙂🙂",
        "ＡＢＣＤＥ",
        "+86 \u{0}13000000000",
        "user@\u{0}example",
        "user＠example",
        "-1",
        "1e400",
        "9223372036854775808",
    ];
    let mut values: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
    values.push(json!("a".repeat(10_000)));
    values.push(json!("é".repeat(10_000)));
    values.extend([json!(1), json!(-1.5), json!(true), json!([]), json!({}), json!(["x"]), json!({ "a": null })]);
    for path in POSTS {
        for field in FIELDS {
            for value in &values {
                let answer = app.anonymous().post(path, json!({ field: value })).await;
                answer.check_no_fault();
            }
        }
    }
}

/// The other fields are valid, so that the hostile one is looked at.
#[tokio::test]
async fn hostile_texts_in_sign_ups_that_would_succeed() {
    let app = TestApp::builder().without_limits().start().await;
    let device = app.device();
    let body = device.sign_up_body(&unique_phone(), json!({ "username": "!" })).await;
    for field in FIELDS {
        for text in ["\u{0}", "a\u{0}b", "\u{202e}abc", "🙂", &"a".repeat(10_000), &"\u{1F600}".repeat(5_000)] {
            let mut body = body.clone();
            body[field] = json!(text);
            device.post("/auth/v1/signup", body).await.check_no_fault();
        }
    }
    assert_eq!(app.database().count("users WHERE name LIKE '%' || chr(1) || '%'"), 0);
}

#[tokio::test]
async fn a_field_twice_and_a_huge_number_of_fields() {
    let app = TestApp::start().await;
    let twice = br#"{"email":"a@example","email":"b@example"}"#;
    app.anonymous().post_bytes("/auth/v1/verification", "application/json", twice.to_vec()).await.check_no_fault();
    let many: Map<String, Value> = (0..4000).map(|number| (format!("f{number}"), json!(1))).collect();
    for path in POSTS {
        app.anonymous().post(path, Value::Object(many.clone())).await.check_no_fault();
    }
}

#[tokio::test]
async fn paths_that_lead_nowhere() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    for path in [
        "/auth/v1/%ff",
        "/auth/v1/%00",
        "/auth/v1/%",
        "/auth/v1/%zz",
        "//",
        "//auth/v1/signup",
        "/auth//v1/signup",
        "/..",
        "/../etc/passwd",
        "/auth/v1/../../etc/passwd",
        "/auth/v1/signup/..",
        "/auth/v1/./signup",
        "/AUTH/V1/SIGNUP",
        "/auth/v1/signup%2f",
        "/auth/v1/signup;x=1",
        "/%2e%2e/",
        "/docs/../../etc/passwd",
        "/docs/%2e%2e%2fCargo.toml",
        "/\\",
        "/auth/v1/\"><script>",
        "/?",
        "/?%ff",
        "/auth/v1/signup?%ff=%ff",
        "/auth/v1/user/me?client_id=%00",
        "/auth/v1/provider/uri?provider_id=%ff",
        "/auth/v1/provider/uri?provider_id=a&provider_id=b",
        "/auth/v1/provider/uri?provider_id[]=a",
    ] {
        for method in ["GET", "POST", "OPTIONS", "BREW"] {
            let line = format!("{method} {path} HTTP/1.1");
            let answer = caller.request_raw(&[line.as_bytes()], b"{}").await;
            assert!(answer.status < 500 || answer.status == 501, "{answer}");
            // The page itself is not JSON.
            if (200..400).contains(&answer.status) && (path.starts_with("/docs") || answer.status >= 300) {
                continue;
            }
            if answer.to_string().contains("not valid HTTP") { answer.check_body() } else { answer.check() }
        }
    }
}

#[tokio::test]
async fn headers_that_are_odd_but_legal() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    for header in [
        &b"undefined: undefined"[..],
        b"authorization: Bearer \xff\xff",
        b"authorization: Basic \xff\xff",
        b"authorization: Basic OjpeOg==",
        b"accept-language: ;;;q=zz,\xff",
        b"content-type: \xff/\xfe",
        b"x-device-id: \xff",
        b"x-request-id: \xff\xfe",
        b"x-forwarded-for: \xff, , ,,, 1.2.3.4.5",
        b"origin: \xff",
        b"cookie: a=b; c",
        b"accept: text/html",
        b"accept-encoding: zstd, br;q=9",
        b"range: bytes=0-1",
        b"if-none-match: *",
        b"user-agent: \xff\x80",
        b"expect: 100-continue",
    ] {
        for line in [&b"POST /auth/v1/verification HTTP/1.1"[..], b"GET /auth/v1/user/me HTTP/1.1"] {
            let answer = caller.request_raw(&[line, header], b"{}").await;
            assert!((400..500).contains(&answer.status), "{}: {answer}", String::from_utf8_lossy(header));
            answer.check();
        }
    }
}

/// Even what is not HTTP gets an answer that clients can read, or the connection is closed.
#[tokio::test]
async fn what_is_barely_http() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let many: Vec<Vec<u8>> = (0..500).map(|number| format!("x-{number}: y").into_bytes()).collect();
    let mut too_many: Vec<&[u8]> = vec![b"GET /healthz HTTP/1.1"];
    too_many.extend(many.iter().map(Vec::as_slice));
    let huge = [b"x-huge: ".to_vec(), vec![b'a'; 300_000]].concat();
    let long = format!("GET /{} HTTP/1.1", "a".repeat(200_000));
    for lines in [
        too_many,
        vec![b"GET /healthz HTTP/1.1", &huge],
        vec![long.as_bytes()],
        vec![b"GET /healthz HTTP/1.1", b"bad header"],
        vec![b"GET /healthz HTTP/1.1", b"bad\x00name: x"],
        vec![b"GET /healthz HTTP/1.1", b"x-bad: a\x00b"],
        vec![b"GET /healthz HTTP/9.9"],
        vec![b"GET  /healthz  HTTP/1.1"],
        vec![b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
        vec![b"POST /auth/v1/signup HTTP/1.1", b"transfer-encoding: chunked, identity"],
        vec![b"POST /auth/v1/signup HTTP/1.1", b"transfer-encoding: chunked"],
        vec![b"POST /auth/v1/signup HTTP/1.1", b"content-length: 18446744073709551616"],
        vec![b"POST /auth/v1/signup HTTP/1.1", b"content-length: -1"],
    ] {
        let mut bytes = lines.join(&b"\r\n"[..]);
        bytes.extend_from_slice(b"\r\nhost: service\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
        let answer = caller.send_raw(bytes).await;
        let shown = String::from_utf8_lossy(&answer);
        let asked = String::from_utf8_lossy(lines[0]).chars().take(60).collect::<String>();
        assert!(!shown.contains(" 50"), "{asked}: {shown}");
        if let Some((head, body)) = shown.split_once("\r\n\r\n") {
            let is_json = head.contains("application/json") && body.contains("\"error_code\"");
            assert!(is_json || head.starts_with("HTTP/1.1 200"), "{asked}: {shown}");
        }
    }
    caller.get("/healthz").await.ok();
}

/// Sends arbitrary JSON to every documented endpoint, as a stranger and as a user.
#[test]
fn any_json_at_any_endpoint() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let app = runtime.block_on(TestApp::builder().without_limits().start());
    let user = runtime.block_on(app.device().sign_up_by_phone());
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let routes: Vec<_> = documented_routes().into_iter().filter(|(method, _)| *method != Method::GET).collect();
    let request = (prop::sample::select(routes), any_body(), any::<bool>());
    runner
        .run(&request, |((method, path), body, signed_in)| {
            let path = path.replace(['{', '}'], "");
            let request = if signed_in { user.request(method, &path) } else { app.anonymous().request(method, &path) };
            runtime.block_on(async { app.anonymous().send(request.json(&body)).await.check_no_fault() });
            Ok(())
        })
        .expect("no fault");
    runtime.block_on(async { drop(app) });
}

fn any_body() -> impl Strategy<Value = Value> {
    let key = prop_oneof![8 => prop::sample::select(&FIELDS[..]).prop_map(str::to_owned), 1 => "\\PC{0,12}"];
    prop::collection::vec((key, any_value()), 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "\\+?[0-9 ]{5,16}".prop_map(Value::from),
        "[a-zA-Z0-9._%+-]{1,10}@[a-zA-Z0-9.-]{1,10}".prop_map(Value::from),
        prop::sample::select(&["ANY", "USER", "NOT_USER", "CUR_USER", "MALE", "zh", "acme", "user123"][..])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("\\PC{0,6}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[tokio::test]
async fn every_path_with_every_method() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    for path in POSTS.iter().chain(&GETS) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            for answer in [
                app.anonymous().send(app.anonymous().request(method.clone(), path)).await,
                user.send(user.request(method.clone(), path).body("{}")).await,
            ] {
                assert!(answer.status < 500, "{answer}");
                if method == Method::HEAD {
                    assert!(!answer.header("x-request-id").is_empty(), "{answer}");
                } else {
                    answer.check();
                }
            }
        }
    }
}
