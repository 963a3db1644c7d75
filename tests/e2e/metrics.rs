//! Metrics: who may read them, what they count, and that they name nobody.

use std::collections::{BTreeMap, BTreeSet};

use auth_providers::testing::{FakeGitHub, Person as Somebody};
use auth_senders::testing::FakeWebhook;
use auth_tests::{
    AccountFlows as _, Address, Caller, CaptchaFlows as _, Flows as _, NOT_FOUND, Operator, PASSWORD,
    PERMISSION_DENIED, TestApp, ThirdPartyFlows as _, UNAUTHENTICATED, unique_email, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::json;

use crate::openapi::{admin_document, documented_routes, routes_of};

const METRICS: &str = "/metrics";

/// The series of one look, by name and labels.
struct Series(BTreeMap<String, f64>);

impl Series {
    async fn read(app: &TestApp) -> Self {
        // What was looked up is good for two seconds.
        app.wait_seconds(2);
        let answer = Operator::with_scopes(app, &["metrics:read"]).get(METRICS).await;
        assert_eq!(answer.status, 200, "{answer}");
        assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        Self::of(&String::from_utf8(answer.body).expect("text"))
    }

    fn of(text: &str) -> Self {
        let samples = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
        Self(samples.map(|(series, value)| (series.to_owned(), value.parse().expect("a number"))).collect())
    }

    /// The sum of all series with this name and all of these labels; `None` if there is none.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let has = |series: &str| labels.iter().all(|(label, value)| series.contains(&format!("{label}=\"{value}\"")));
        let named =
            |series: &str| series == name || series.strip_prefix(name).is_some_and(|rest| rest.starts_with('{'));
        let found: Vec<f64> =
            self.0.iter().filter(|(series, _)| named(series) && has(series)).map(|(_, value)| *value).collect();
        (!found.is_empty()).then(|| found.iter().sum())
    }

    fn names(&self) -> BTreeSet<&str> {
        self.0.keys().filter_map(|series| series.split('{').next()).collect()
    }
}

#[tokio::test]
async fn a_key_with_the_scope_reads_them() {
    let app = TestApp::start().await;
    assert_eq!(Operator::with_scopes(&app, &["metrics:read"]).get(METRICS).await.status, 200);
    Operator::with_scopes(&app, &["users:read", "users:write", "events:write"])
        .get(METRICS)
        .await
        .refused(PERMISSION_DENIED);
    app.admin().get(METRICS).await.refused(UNAUTHENTICATED);
    app.anonymous().get(METRICS).await.refused(NOT_FOUND);
    let open = app.beside().set("AUTH__METRICS__OPEN", "true").start().await;
    assert_eq!(open.admin().get(METRICS).await.status, 200);
    open.anonymous().get(METRICS).await.refused(NOT_FOUND);
}

/// What an alert compares must be there before anything has happened.
#[tokio::test]
async fn everything_starts_at_0() {
    let receiver = FakeWebhook::start().await;
    let app = TestApp::builder()
        .set("AUTH__WEBHOOKS__CRM__URL", &receiver.url())
        .set("AUTH__WEBHOOKS__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        // Of regions that are named, the series are known.
        .set("AUTH__SMS__COUNTRIES", "86")
        .with_github("http://127.0.0.1:9")
        .start()
        .await;
    let series = Series::read(&app).await;
    for (name, labels) in [
        ("auth_http_requests_total", &[("method", "POST"), ("route", "/auth/v1/signup"), ("outcome", "ok")][..]),
        ("auth_http_requests_total", &[("route", "/auth/v1/signup"), ("outcome", "internal")]),
        ("auth_http_requests_total", &[("route", "/admin/v1/users/{id}"), ("outcome", "not_found")]),
        ("auth_http_request_duration_seconds_count", &[("route", "/auth/v1/token")]),
        ("auth_codes_sent_total", &[("kind", "phone_number"), ("region", "CN")]),
        ("auth_codes_proven_total", &[("kind", "email")]),
        ("auth_codes_wrong_total", &[("kind", "email")]),
        ("auth_sign_ups_total", &[("scenario", "anonymous")]),
        ("auth_sessions_begun_total", &[("by", "sign_in")]),
        ("auth_sessions_refreshed_total", &[]),
        ("auth_refresh_tokens_replayed_total", &[]),
        ("auth_sign_ins_failed_total", &[]),
        ("auth_captchas_total", &[("outcome", "passed")]),
        ("auth_limits_hit_total", &[("limit", "send_code.total"), ("effect", "refused")]),
        ("auth_message_attempts_total", &[("channel", "email"), ("vendor", "printed"), ("outcome", "failed")]),
        ("auth_message_attempts_total", &[("channel", "sms"), ("region", "CN"), ("outcome", "delivered")]),
        ("auth_messages_given_up_total", &[("channel", "sms"), ("reason", "expired")]),
        ("auth_messages_queued", &[("channel", "sms"), ("content", "code")]),
        ("auth_messages_oldest_age_seconds", &[("channel", "email"), ("content", "notice")]),
        ("auth_message_receivers_left_alone", &[("channel", "email"), ("breaker", "open")]),
        ("auth_event_attempts_total", &[("subscriber", "crm"), ("outcome", "delivered")]),
        ("auth_events_waiting", &[("subscriber", "crm")]),
        ("auth_events_oldest_age_seconds", &[("subscriber", "crm")]),
        ("auth_events_dead_letters", &[("subscriber", "crm")]),
        ("auth_provider_calls_total", &[("provider", "github"), ("call", "exchange"), ("outcome", "faulty")]),
        ("auth_provider_call_duration_seconds_count", &[("provider", "github")]),
        ("auth_password_hash_duration_seconds_count", &[]),
        ("auth_password_hashes_waiting", &[]),
    ] {
        assert_eq!(series.sum(name, labels), Some(0.0), "{name} {labels:?}");
    }
    for (name, labels) in [
        ("auth_build_info", &[("version", env!("CARGO_PKG_VERSION")), ("profile", "test")][..]),
        ("auth_schema_info", &[]),
        ("auth_worker_up", &[("worker", "messages")]),
        ("auth_worker_up", &[("worker", "events")]),
        ("auth_worker_up", &[("worker", "sweep")]),
        ("auth_sample_success", &[("source", "messages")]),
    ] {
        assert_eq!(series.sum(name, labels), Some(1.0), "{name} {labels:?}");
    }
    assert!(series.sum("auth_database_pool_size", &[]) >= Some(1.0));
    // Workers ask the database from the start, and one of them may be waiting just now.
    assert!(series.sum("auth_database_calls_waiting", &[]).is_some());
    assert!(series.sum("auth_database_call_duration_seconds_count", &[]) > Some(0.0));
}

#[tokio::test]
async fn what_people_do_is_counted() {
    let app = TestApp::builder().with_readable_images().set("AUTH__CAPTCHA__MODE", "soft").start().await;
    let before = Series::read(&app).await;
    let (device, phone, name) = (app.device(), unique_phone(), unique_username());
    let user = device.sign_up(&phone, json!({ "username": name, "password": PASSWORD })).await;
    let successor = user.refreshed().await;
    app.wait_seconds(60);
    assert_eq!(device.refresh(user.refresh_token()).await.status, 400);
    assert_eq!(device.refresh(successor.refresh_token()).await.status, 400);
    let email = unique_email();
    let sent = device.send_code(&email).await;
    assert_eq!(device.post("/auth/v1/verification/verify", sent.wrong()).await.status, 400);
    assert_eq!(device.post("/auth/v1/verification", email.with(json!({}))).await.status, 429);
    assert_eq!(device.sign_in(&name, "Wrong!Password55").await.status, 400);
    device.sign_in(&name, PASSWORD).await.ok();
    app.device().sign_in_anonymously().await;
    let after = Series::read(&app).await;
    let rose = |name: &str, labels: &[(&str, &str)]| {
        after.sum(name, labels).unwrap_or_default() - before.sum(name, labels).unwrap_or_default()
    };
    for (name, labels, by) in [
        ("auth_codes_sent_total", &[("kind", "phone_number"), ("region", "CN")][..], 1.0),
        ("auth_codes_sent_total", &[("kind", "email")], 1.0),
        ("auth_codes_proven_total", &[("kind", "phone_number"), ("region", "CN")], 1.0),
        ("auth_codes_wrong_total", &[("kind", "email")], 1.0),
        ("auth_sign_ups_total", &[("scenario", "anonymous")], 1.0),
        ("auth_sign_ups_total", &[], 2.0),
        ("auth_sessions_begun_total", &[("by", "sign_up")], 1.0),
        ("auth_sessions_begun_total", &[("by", "sign_in")], 2.0),
        ("auth_sessions_refreshed_total", &[], 1.0),
        ("auth_refresh_tokens_replayed_total", &[], 1.0),
        ("auth_refresh_tokens_refused_total", &[], 1.0),
        ("auth_sign_ins_failed_total", &[], 1.0),
        ("auth_limits_hit_total", &[("limit", "resend"), ("effect", "refused")], 1.0),
        ("auth_message_attempts_total", &[("channel", "sms"), ("region", "CN"), ("outcome", "delivered")], 1.0),
        ("auth_http_requests_total", &[("route", "/auth/v1/signup"), ("outcome", "ok")], 1.0),
        ("auth_http_requests_total", &[("route", "/auth/v1/token"), ("outcome", "invalid_grant")], 2.0),
        ("auth_http_request_duration_seconds_count", &[("route", "/auth/v1/signup")], 1.0),
        ("auth_password_hash_duration_seconds_count", &[], 3.0),
        ("auth_password_hash_wait_duration_seconds_count", &[], 3.0),
    ] {
        assert!(
            (rose(name, labels) - by).abs() < 0.5,
            "{name} {labels:?} rose by {} and not by {by}",
            rose(name, labels)
        );
    }
    assert!(rose("auth_database_call_duration_seconds_count", &[]) > 10.0);
}

#[tokio::test]
async fn the_bot_gate_is_counted() {
    let app = TestApp::builder().with_readable_images().set("AUTH__CAPTCHA__MODE", "always").start().await;
    let device = app.device();
    let send = "/auth/v1/verification";
    assert_eq!(device.post(send, unique_phone().with(json!({}))).await.status, 400);
    let token = device.captcha_token(&app).await;
    let with_token = format!("{send}?captcha_token={token}");
    device.post(&with_token, unique_phone().with(json!({}))).await.ok();
    assert_eq!(device.post(&with_token, unique_phone().with(json!({}))).await.status, 400);
    let series = Series::read(&app).await;
    for outcome in ["asked", "passed", "invalid"] {
        assert_eq!(series.sum("auth_captchas_total", &[("outcome", outcome)]), Some(1.0), "{outcome}");
    }
}

#[tokio::test]
async fn questions_to_third_parties_are_counted() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().with_github(&github.base()).start().await;
    app.device().prove_identity(&github, &Somebody::ada()).await;
    let series = Series::read(&app).await;
    for (call, outcome, times) in [("locate", "ok", 1.0), ("exchange", "ok", 1.0), ("exchange", "refused", 0.0)] {
        let labels = [("provider", "github"), ("call", call), ("outcome", outcome)];
        assert_eq!(series.sum("auth_provider_calls_total", &labels), Some(times), "{call} {outcome}");
    }
    assert_eq!(series.sum("auth_provider_call_duration_seconds_count", &[("call", "exchange")]), Some(1.0));
}

/// While the database is away, what is known without it is told all the same.
#[tokio::test]
async fn an_outage_of_the_database_shows() {
    let app = TestApp::builder().set("AUTH__METRICS__OPEN", "true").start().await;
    Series::read(&app).await;
    app.database().let_in(false);
    app.wait_seconds(2);
    let text = String::from_utf8(app.admin().get(METRICS).await.body).expect("text");
    let series = Series::of(&text);
    for source in ["messages", "events", "schema"] {
        assert_eq!(series.sum("auth_sample_success", &[("source", source)]), Some(0.0), "{source}");
    }
    assert_eq!(series.sum("auth_messages_queued", &[]), None, "unknown, and not 0");
    assert!(series.sum("auth_http_requests_total", &[]).is_some());
}

/// Whatever clients send, wherever they send it: no label repeats it, and there are no more series afterwards than the
/// program's own words make.
#[tokio::test]
async fn no_label_repeats_what_a_client_sent() {
    let app = TestApp::builder().without_limits().set("AUTH__METRICS__OPEN", "true").start().await;
    let mut sizes = Vec::new();
    for round in 0..2 {
        let canary = format!("canary{round}");
        let person = sign_up(&app, &canary).await;
        send_everywhere(&app, &canary, &person.secrets).await;
        app.wait_seconds(2);
        let text = String::from_utf8(app.admin().get(METRICS).await.body).expect("text");
        for secret in person.secrets.iter().chain([&canary, &"203.0.113".to_owned(), &"127.0.0.1".to_owned()]) {
            let lines: Vec<_> = text.lines().filter(|line| line.contains(secret.as_str())).collect();
            assert!(lines.is_empty(), "{secret} is in a label: {lines:#?}");
        }
        sizes.push(Series::of(&text).0.len());
    }
    assert_eq!(sizes[0], sizes[1], "other words make other series");
}

/// Somebody, with everything about them that no label may repeat.
struct Person {
    secrets: Vec<String>,
}

async fn sign_up(app: &TestApp, canary: &str) -> Person {
    let (email, password) = (Address::email(&format!("{canary}@{canary}.example")), format!("{canary}!Password55"));
    let device = app.device();
    let name = format!("{canary}_{}", unique_username());
    let user = device.sign_up(&email, json!({ "username": name, "password": password, "name": canary })).await;
    let phone = unique_phone();
    device.sign_up(&phone, json!({})).await;
    let digits = phone.text().replace(['+', ' '], "");
    let national = digits.strip_prefix("86").unwrap_or(&digits).to_owned();
    let secrets = [user.sub(), user.access_token(), user.refresh_token(), device.id(), &name, &password, &national];
    Person { secrets: secrets.map(str::to_owned).into() }
}

async fn send_everywhere(app: &TestApp, canary: &str, secrets: &[String]) {
    let public = documented_routes().into_iter().map(|route| (app.anonymous(), route));
    let admin = routes_of(&admin_document()).into_iter().map(|route| (app.admin(), route));
    let made_up =
        [(Method::GET, format!("/{canary}")), (Method::from_bytes(b"BREW").expect("a method"), "/pot".into())];
    let made_up = made_up.into_iter().map(|route| (app.anonymous(), route));
    let fields =
        ["username", "email", "phone_number", "verification_token", "provider_id", "client_id", "captcha_token"];
    let body: serde_json::Map<_, _> = fields.iter().map(|field| ((*field).to_owned(), json!(canary))).collect();
    for (caller, (method, path)) in public.chain(admin).chain(made_up) {
        let mut filled = path.clone();
        while let (Some(from), Some(to)) = (filled.find('{'), filled.find('}')) {
            filled.replace_range(from..=to, canary);
        }
        let request = caller
            .request(method, &format!("{filled}?client_id={canary}&provider_id={canary}&q={canary}"))
            .header("x-forwarded-for", "203.0.113.77")
            .header("x-request-id", canary)
            .header("x-device-id", canary)
            .header("user-agent", canary)
            .header("accept-language", canary)
            .header("authorization", format!("Bearer {}", secrets[1]))
            .json(&body);
        let answer = caller.send(request).await;
        assert!(answer.status < 500 || answer.status == 501, "{answer}");
    }
}

#[tokio::test]
async fn the_paper_has_every_metric() {
    let receiver = FakeWebhook::start().await;
    let app = TestApp::builder()
        .set("AUTH__WEBHOOKS__CRM__URL", &receiver.url())
        .set("AUTH__WEBHOOKS__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .with_github("http://127.0.0.1:9")
        .start()
        .await;
    let paper = include_str!("../../docs/operation/monitoring.md");
    let series = Series::read(&app).await;
    let plain = |name: &str| {
        let ends = ["_bucket", "_sum", "_count"];
        ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
    };
    let names: BTreeSet<String> = series.names().into_iter().map(plain).collect();
    let missing: Vec<_> = names.iter().filter(|name| !paper.contains(&format!("| `{name}` |"))).collect();
    assert!(missing.is_empty(), "not in docs/operation/monitoring.md: {missing:?}");
    let listed = paper.lines().filter_map(|line| line.strip_prefix("| `auth_")?.split_once('`'));
    let gone: Vec<_> = listed.map(|(name, _)| format!("auth_{name}")).filter(|name| !names.contains(name)).collect();
    assert!(gone.is_empty(), "in the paper only: {gone:?}");
}
