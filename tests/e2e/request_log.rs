//! What is logged about a request: one event, with what an operator looks for, and the cause of a failure.

use auth_tests::{
    AccountFlows as _, Answer, Caller as _, Flows as _, PROVIDER_ERROR, TestApp, UNAVAILABLE, everything_logged,
    provider_uri,
};
use serde_json::json;

/// The events of the request with this id.
fn events_of(answer: &Answer) -> Vec<String> {
    let span = format!("request{{request.id={}}}", answer.header("x-request-id"));
    let is_event = |line: &&str| line.contains(&span) && line.contains(": request http.method=");
    everything_logged().lines().filter(is_event).map(str::to_owned).collect()
}

#[track_caller]
fn check(answer: &Answer, level: &str, parts: &[&str]) {
    let events = events_of(answer);
    let [event] = events.as_slice() else { panic!("one event per request: {events:#?}") };
    assert!(event.trim_start().starts_with(level), "{level}: {event}");
    for part in parts {
        assert!(event.contains(part), "{part} in {event}");
    }
}

#[tokio::test]
async fn the_event_names_route_status_time_and_outcome() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    let me = user.get("/auth/v1/user/me").await;
    let ok = ["http.method=\"GET\"", "http.route=\"/auth/v1/user/me\"", "http.status=200", "outcome=\"ok\"", "millis="];
    check(&me, "INFO", &ok);
    let refused = user.delete("/auth/v1/user/sessions/not-an-id").await;
    check(
        &refused,
        "INFO",
        &["http.route=\"/auth/v1/user/sessions/{id}\"", "http.status=404", "outcome=\"not_found\""],
    );
    let unknown = app.anonymous().get("/nowhere?secret=1").await;
    check(&unknown, "INFO", &["http.route=\"unmatched\"", "http.status=404", "outcome=\"not_found\""]);
}

#[tokio::test]
async fn the_cause_of_a_third_partys_failure() {
    let app = TestApp::builder().with_oidc("http://127.0.0.1:1").start().await;
    let answer = app.device().get(&provider_uri(&[("provider_id", "acme")])).await;
    answer.refused(PROVIDER_ERROR);
    check(&answer, "WARN", &["outcome=\"provider_error\"", "causes=\"acme: reading its discovery document: "]);
}

#[tokio::test]
async fn the_cause_of_an_outage() {
    let app = TestApp::start().await;
    app.database().let_in(false);
    let answer = app.device().post("/auth/v1/verification", json!({ "phone_number": "+86 13000000000" })).await;
    answer.refused(UNAVAILABLE);
    check(&answer, "WARN", &["outcome=\"unavailable\"", "causes=\""]);
}
