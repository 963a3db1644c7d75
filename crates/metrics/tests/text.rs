//! What Prometheus reads: everything starts at 0, nothing is unbounded, and what happens is counted.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::samples::{at, start};
use auth_domain::identifier::{IdentifierKind, RegionCode};
use auth_domain::messages::{Channel, MessageBacklog};
use auth_metrics::{Answered, Build, Known, Lanes, Metrics, Pool, Route, Sample};
use auth_ports::{GivenUp, Happened, Meter as _, SessionBeginning};

fn metrics() -> Metrics {
    let known = Known {
        addresses: vec![(IdentifierKind::PHONE_NUMBER, Channel::SMS), (IdentifierKind::EMAIL, Channel::EMAIL)],
        regions: vec![RegionCode::CHINA],
        scenarios: vec!["phone"],
        limits: vec!["send_code"],
    };
    Metrics::new(Build { version: "1.2.3", profile: "test" }, &known).expect("every metric has a name of its own")
}

/// The value of the one series with this name and these labels.
fn value(metrics: &Metrics, series: &str) -> Option<f64> {
    let text = metrics.text().expect("it can be written down");
    let rest = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    rest.map(|value| value.parse().expect("a number"))
}

#[test]
fn what_is_known_starts_at_0_and_is_counted() {
    let metrics = metrics();
    for (happened, series) in [
        (
            Happened::CodeSent(IdentifierKind::PHONE_NUMBER, Some(RegionCode::CHINA)),
            "auth_codes_sent_total{kind=\"phone_number\",region=\"CN\"}",
        ),
        (Happened::CodeSent(IdentifierKind::EMAIL, None), "auth_codes_sent_total{kind=\"email\",region=\"\"}"),
        (Happened::CodeProven(IdentifierKind::EMAIL, None), "auth_codes_proven_total{kind=\"email\",region=\"\"}"),
        (Happened::CodeWrong(IdentifierKind::EMAIL), "auth_codes_wrong_total{kind=\"email\"}"),
        (Happened::SignedUp("phone"), "auth_sign_ups_total{scenario=\"phone\"}"),
        (Happened::SignInFailed, "auth_sign_ins_failed_total"),
        (Happened::SessionBegun(SessionBeginning::SignUp), "auth_sessions_begun_total{by=\"sign_up\"}"),
        (Happened::SessionBegun(SessionBeginning::SignIn), "auth_sessions_begun_total{by=\"sign_in\"}"),
        (Happened::SessionBegun(SessionBeginning::Repeated), "auth_sessions_begun_total{by=\"repeated\"}"),
        (Happened::SessionRefreshed, "auth_sessions_refreshed_total"),
        (Happened::RefreshReplayed, "auth_refresh_tokens_replayed_total"),
        (Happened::RefreshRefused, "auth_refresh_tokens_refused_total"),
        (Happened::CaptchaAsked, "auth_captchas_total{outcome=\"asked\"}"),
        (Happened::CaptchaPassed, "auth_captchas_total{outcome=\"passed\"}"),
        (Happened::CaptchaInvalid, "auth_captchas_total{outcome=\"invalid\"}"),
        (Happened::LimitAsked("send_code"), "auth_limits_hit_total{effect=\"captcha\",limit=\"send_code\"}"),
        (Happened::LimitRefused("send_code"), "auth_limits_hit_total{effect=\"refused\",limit=\"send_code\"}"),
        (
            Happened::MessageGivenUp(Channel::SMS, GivenUp::Expired),
            "auth_messages_given_up_total{channel=\"sms\",reason=\"expired\"}",
        ),
    ] {
        assert_eq!(value(&metrics, series), Some(0.0), "{series} at the start");
        metrics.count(happened);
        metrics.count(happened);
        assert_eq!(value(&metrics, series), Some(2.0), "{series}");
    }
}

#[test]
fn requests_are_counted_by_the_routes_there_are() {
    let metrics = metrics();
    let route = Route { method: "POST".to_owned(), path: "/users/{id}".to_owned(), outcomes: vec!["ok", "not_found"] };
    metrics.know_routes([route]);
    let of = |route, outcome| Answered { method: "POST", route, outcome, took: Duration::from_millis(3) };
    let series = |route: &str, outcome: &str| {
        format!("auth_http_requests_total{{method=\"POST\",outcome=\"{outcome}\",route=\"{route}\"}}")
    };
    assert_eq!(value(&metrics, &series("/users/{id}", "not_found")), Some(0.0));
    for (given, shown) in [
        ("/users/{id}", "/users/{id}"),
        ("unmatched", "unmatched"),
        ("refused", "refused"),
        ("/docs/{file:.*}", "other"),
        ("/users/00000000001", "other"),
    ] {
        let before = value(&metrics, &series(shown, "ok")).unwrap_or_default();
        metrics.answered(&of(given, "ok"));
        assert_eq!(value(&metrics, &series(shown, "ok")), Some(before + 1.0), "{given}");
    }
    let bucket = "auth_http_request_duration_seconds_bucket{method=\"POST\",route=\"/users/{id}\",le=\"0.005\"}";
    assert_eq!(value(&metrics, bucket), Some(1.0));
}

#[test]
fn gauges_have_the_values_of_the_last_look() {
    let metrics = metrics();
    let lanes = Lanes { channel: Channel::SMS, on_the_way: 3, open: 1, half_open: 0 };
    let backlog = MessageBacklog { channel: Channel::SMS, are_notices: false, waiting: 7, oldest_at: start() };
    let sample = Sample {
        at: at(90),
        messages: Some(vec![backlog]),
        events: Some(Vec::new()),
        schema: Some(Some("20260101000000".to_owned())),
        lanes: vec![lanes],
        database: Some(Pool { most: 8, open: 5, running: 2, waiting: 1 }),
        hashes_waiting: 4,
        hashes_running: 2,
    };
    metrics.sample(&sample);
    let code = "{channel=\"sms\",content=\"code\"}";
    for (series, expected) in [
        (format!("auth_messages_queued{code}"), 7.0),
        (format!("auth_messages_oldest_age_seconds{code}"), 90.0),
        ("auth_messages_queued{channel=\"sms\",content=\"notice\"}".to_owned(), 0.0),
        ("auth_messages_on_the_way{channel=\"sms\"}".to_owned(), 3.0),
        ("auth_message_receivers_left_alone{breaker=\"open\",channel=\"sms\"}".to_owned(), 1.0),
        ("auth_schema_info{version=\"20260101000000\"}".to_owned(), 1.0),
        ("auth_database_pool_size".to_owned(), 8.0),
        ("auth_database_calls_waiting".to_owned(), 1.0),
        ("auth_password_hashes_waiting".to_owned(), 4.0),
        ("auth_sample_success{source=\"messages\"}".to_owned(), 1.0),
        ("auth_build_info{profile=\"test\",version=\"1.2.3\"}".to_owned(), 1.0),
    ] {
        assert_eq!(value(&metrics, &series), Some(expected), "{series}");
    }
    metrics.sample(&Sample { messages: None, schema: None, ..sample });
    assert_eq!(value(&metrics, &format!("auth_messages_queued{code}")), None, "unknown, and not 0");
    assert_eq!(value(&metrics, "auth_sample_success{source=\"messages\"}"), Some(0.0));
    assert_eq!(value(&metrics, "auth_sample_success{source=\"events\"}"), Some(1.0));
}

#[test]
fn a_worker_is_alive_until_it_ends_in_whatever_way() {
    let metrics = Arc::new(metrics());
    let (series, running) = ("auth_worker_up{worker=\"messages\"}", metrics.running("messages"));
    assert_eq!(value(&metrics, series), Some(1.0));
    let worker = std::thread::spawn(move || {
        let _running = running;
        panic!("on purpose");
    });
    worker.join().expect_err("it panicked");
    assert_eq!(value(&metrics, series), Some(0.0));
}

#[test]
fn what_is_done_on_threads_is_timed() {
    let metrics = metrics();
    metrics.hashed(Duration::from_millis(2), Duration::from_millis(20));
    metrics.called_database(Duration::ZERO, Duration::from_millis(1));
    for (series, expected) in [
        ("auth_password_hash_wait_duration_seconds_sum", 0.002),
        ("auth_password_hash_duration_seconds_sum", 0.02),
        ("auth_database_call_duration_seconds_count", 1.0),
        ("auth_database_wait_duration_seconds_bucket{le=\"0.001\"}", 1.0),
    ] {
        assert_eq!(value(&metrics, series), Some(expected), "{series}");
    }
}
