//! The limits of one request, and how its answer is read.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_outbound::{Called, OutboundError, OutboundHttp, Reach, Timeouts, Watcher};
use serde_json::{Value, json};

use crate::server::Server;

/// Limits so generous that no test fails on a busy machine.
pub(crate) const PATIENT: Timeouts =
    Timeouts { connect: Duration::from_secs(30), request: Duration::from_secs(30), call: Duration::from_secs(60) };
const IMPATIENT: Timeouts = Timeouts { request: Duration::from_millis(200), ..PATIENT };

fn http(timeouts: Timeouts) -> OutboundHttp {
    OutboundHttp::builder(Reach::LoopbackToo).timeouts(timeouts).max_answer(100).without_tls().build().unwrap()
}

pub(crate) fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_request_is_sent_as_it_was_put_together() {
    let server = Server::answering(&answer(201, "{\"id\":7}")).await;
    let http = http(PATIENT);
    let url = server.url();
    let form = http.post(&url).basic("user", "secret").header("x-id", "7").form(&[("To", "+86 1"), ("Body", "ä")]);
    let created = form.send().await.unwrap().successful().unwrap();
    assert_eq!((created.status(), created.json::<Value>().unwrap()), (201, json!({ "id": 7 })));
    http.post(&url).json(&json!({ "a": 1 })).send().await.unwrap();
    assert_eq!(http.get(&url).bearer("token").send_for_status().await.unwrap(), 201);
    let [form, posted, fetched] = server.requests().try_into().unwrap();
    for part in ["POST /path", "authorization: Basic dXNlcjpzZWNyZXQ=", "x-id: 7", "To=%2B86+1&Body=%C3%A4"] {
        assert!(form.contains(part), "{form}");
    }
    assert!(posted.contains("content-type: application/json") && posted.ends_with("{\"a\":1}"), "{posted}");
    assert!(fetched.starts_with("GET /path") && fetched.contains("authorization: Bearer token"), "{fetched}");
}

#[tokio::test]
async fn a_request_of_a_trace_says_so_and_is_told_of() {
    let (server, told) = (Server::answering(&answer(201, "{}")).await, Arc::new(Mutex::new(Vec::new())));
    let telling = Arc::clone(&told);
    let watcher = Watcher::new(move || {
        let telling = Arc::clone(&telling);
        Some(Called::new("00-of-a-trace".to_owned(), move |status| telling.lock().unwrap().push(status)))
    });
    let (watched, url) = (http(PATIENT).watched(watcher.clone()), server.url());
    watched.get(&url).send().await.unwrap();
    watched.post(&url).send_for_status().await.unwrap();
    let silent = Server::answering("").await;
    http(IMPATIENT).watched(watcher).get(&silent.url()).send().await.unwrap_err();
    http(PATIENT).watched(Watcher::new(|| None)).get(&url).send().await.unwrap();
    assert_eq!(*told.lock().unwrap(), [Some(201), Some(201), None]);
    let said = server.requests().into_iter().map(|request| request.contains("traceparent: 00-of-a-trace"));
    assert_eq!(said.collect::<Vec<_>>(), [true, true, false]);
}

#[tokio::test]
async fn an_answer_is_refused_with_its_status_and_without_its_words() {
    let server = Server::answering(&answer(422, "hunter2")).await;
    let http = http(PATIENT);
    let url = server.url();
    let answer = http.get(&url).send().await.unwrap();
    let unread = answer.json::<Value>().unwrap_err();
    assert!(matches!(unread, OutboundError::NotJson) && !format!("{answer:?} {unread}").contains("hunter2"));
    assert!(matches!(answer.successful(), Err(OutboundError::Status(422))));
}

#[tokio::test]
async fn a_long_answer_is_refused_unless_only_its_status_counts() {
    let server = Server::answering(&answer(200, &"x".repeat(101))).await;
    let (http, url) = (http(PATIENT), server.url());
    assert!(matches!(http.get(&url).send().await, Err(OutboundError::TooLarge(100))));
    assert_eq!(http.get(&url).send_for_status().await.unwrap(), 200);
}

#[tokio::test]
async fn redirects_are_answers() {
    let elsewhere = Server::answering(&answer(200, "")).await;
    let redirect = format!("HTTP/1.1 307 -\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url());
    let server = Server::answering(&redirect).await;
    assert_eq!(http(PATIENT).get(&server.url()).send().await.unwrap().status(), 307);
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn silence_ends_at_the_limit() {
    let server = Server::answering("").await;
    let (http, url) = (http(IMPATIENT), server.url());
    assert!(matches!(http.get(&url).send().await, Err(OutboundError::TimedOut)));
    assert!(matches!(http.post(&url).send_for_status().await, Err(OutboundError::TimedOut)));
}

#[tokio::test]
async fn a_party_holds_up_so_many_requests_and_no_other_party() {
    let server = Server::answering("").await;
    let (http, url) = (http(Timeouts { request: Duration::from_secs(1), ..PATIENT }), server.url());
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..70 {
        let (http, url) = (http.clone(), url.clone());
        calls.spawn(async move { http.get(&url).send().await.unwrap_err() });
    }
    let errors = calls.join_all().await;
    assert_eq!(errors.iter().filter(|error| matches!(error, OutboundError::Busy)).count(), 6);
}

#[tokio::test]
async fn an_address_inside_is_not_called() {
    let server = Server::answering(&answer(200, "")).await;
    let http = OutboundHttp::builder(Reach::PublicOnly).without_tls().build().unwrap();
    assert!(matches!(http.get(&server.url()).send().await, Err(OutboundError::Forbidden(_))));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn errors_do_not_repeat_the_address() {
    let url = "http://127.0.0.1:1/k3y".parse().unwrap();
    let error = http(PATIENT).get(&url).send().await.unwrap_err();
    assert!(matches!(error, OutboundError::Failed(_)) && !format!("{error:?}").contains("k3y"), "{error:?}");
}
