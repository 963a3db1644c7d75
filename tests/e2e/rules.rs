//! Rules that are asked before somebody becomes a user: backends by settings, and code of a program of one's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth_ports::{Cause, OnFailure, Rule, Ruling, UserToBe};
use auth_providers::testing::FakeGitHub;
use auth_senders::testing::{FakeWebhook, WebhookConduct};
use auth_server::Server;
use auth_tests::{
    AccountFlows as _, Caller as _, FAILED_PRECONDITION, Flows as _, Operator, PASSWORD, SignedIn, TestApp,
    TestAppBuilder, ThirdPartyFlows as _, UNAVAILABLE, eventually, together, unique_email, unique_person, unique_phone,
    unique_username,
};
use serde_json::{Value, json};
use tokio::time::Instant;

const SIGN_UP: &str = "/auth/v1/signup";
const CONTACT: &str = "/auth/v1/user/contact";
const BIND: &str = "/auth/v1/user/provider/bind";

fn asking(backend: &FakeWebhook) -> TestAppBuilder {
    TestApp::builder()
        .without_limits()
        .set("AUTH__RULES__CRM__URL", &backend.url())
        .set("AUTH__RULES__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
}

fn saying(answer: &Value) -> WebhookConduct {
    WebhookConduct::Refuse(200, answer.to_string())
}

fn allowed() -> WebhookConduct {
    saying(&json!({ "allowed": true }))
}

fn refused(message: &str) -> WebhookConduct {
    saying(&json!({ "allowed": false, "message": message }))
}

async fn backend() -> FakeWebhook {
    let backend = FakeWebhook::start().await;
    backend.conduct(refused("not from this domain"));
    backend
}

/// What the last question was about.
fn asked(backend: &FakeWebhook) -> Value {
    backend.requests().last().expect("a question").json()["data"].clone()
}

#[tokio::test]
async fn a_sign_up_is_refused_with_the_rules_text_and_the_proof_stays_good() {
    let backend = backend().await;
    let app = asking(&backend).start().await;
    let email = unique_email();
    let device = app.device();
    let body = device.sign_up_body(&email, json!({ "name": "Ann", "password": PASSWORD })).await;
    let description = device.post(SIGN_UP, body.clone()).await.refused(FAILED_PRECONDITION);
    assert_eq!(description, "not from this domain");
    assert_eq!(app.database().count("users"), 0);
    let question = asked(&backend);
    assert_eq!(question["identifiers"], json!([{ "kind": "email", "value": email.text().to_lowercase() }]));
    assert_eq!((&question["scenario"], &question["profile"]["name"]), (&json!("email"), &json!("Ann")));
    backend.conduct(allowed());
    let user = SignedIn::by(device.line(), &device.post(SIGN_UP, body.clone()).await);
    // The same request again, because its answer was lost.
    backend.conduct(refused("too late"));
    let again = SignedIn::by(device.line(), &device.post(SIGN_UP, body).await);
    assert_eq!(again.sub(), user.sub());
    assert_eq!(backend.requests().len(), 2, "nobody is asked about a repeated request");
}

#[tokio::test]
async fn a_sign_in_through_a_third_party_that_registers_asks_and_one_that_does_not_does_not() {
    let (backend, github) = (backend().await, FakeGitHub::start());
    let app = asking(&backend).with_github(&github.base()).start().await;
    let (device, person) = (app.device(), unique_person());
    let token = device.prove_identity(&github, &person).await;
    let description = device.sign_in_with_provider(&token).await.refused(FAILED_PRECONDITION);
    assert_eq!(description, "not from this domain");
    assert_eq!(asked(&backend)["provider"]["id"], "github");
    backend.conduct(allowed());
    let user = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    backend.conduct(refused("nobody"));
    let token = device.prove_identity(&github, &person).await;
    let again = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    assert_eq!((again.sub(), backend.requests().len()), (user.sub(), 2));
}

#[tokio::test]
async fn an_anonymous_user_who_signs_up_is_asked_about_and_stays_anonymous_if_refused() {
    let backend = backend().await;
    let app = asking(&backend).start().await;
    let device = app.device();
    let anonymous = device.sign_in_anonymously().await;
    assert!(backend.requests().is_empty(), "nobody is asked about a device");
    let extra = json!({ "anonymous_token": anonymous.access_token() });
    let body = device.sign_up_body(&unique_phone(), extra).await;
    device.post(SIGN_UP, body.clone()).await.refused(FAILED_PRECONDITION);
    assert_eq!(asked(&backend)["anonymous_user_id"], json!(anonymous.sub()));
    anonymous.assert_alive().await;
    backend.conduct(allowed());
    let user = SignedIn::by(device.line(), &device.post(SIGN_UP, body).await);
    assert_eq!(user.sub(), anonymous.sub());
}

#[tokio::test]
async fn an_anonymous_user_who_adds_an_address_or_an_identity_is_asked_about_too() {
    let (backend, github) = (backend().await, FakeGitHub::start());
    let app = asking(&backend).with_github(&github.base()).start().await;
    let (device, email) = (app.device(), unique_email());
    let anonymous = device.sign_in_anonymously().await;
    let contact = email.with(json!({ "sudo_token": "", "verification_token": device.prove(&email).await }));
    let said = anonymous.patch(CONTACT, contact.clone()).await.refused(FAILED_PRECONDITION);
    assert_eq!(said, "not from this domain");
    let question = asked(&backend);
    assert_eq!((&question["identifiers"][0]["kind"], &question["scenario"]), (&json!("email"), &json!("email")));
    let identity = json!({ "provider_token": device.prove_identity(&github, &unique_person()).await });
    anonymous.post(BIND, identity.clone()).await.refused(FAILED_PRECONDITION);
    let question = asked(&backend);
    assert_eq!(question["provider"]["id"], "github");
    assert_eq!(question["anonymous_user_id"], json!(anonymous.sub()));
    assert_eq!(anonymous.me().await["name"], "anonymous");
    backend.conduct(allowed());
    anonymous.post(BIND, identity).await.ok();
    backend.conduct(refused("nobody is asked about a user"));
    anonymous.patch(CONTACT, contact).await.ok();
    assert_eq!(backend.requests().len(), 3);
}

#[tokio::test]
async fn nobody_is_asked_about_whom_an_operator_creates_or_imports() {
    let backend = backend().await;
    let app = asking(&backend).start().await;
    let operator = Operator::of(&app);
    operator.create_named(PASSWORD).await;
    let told = operator.import(format!("{}\n", json!({ "username": unique_username() }))).await;
    assert_eq!(told.last().expect("a summary")["imported"], 1, "{told:?}");
    assert_eq!(app.database().count("users"), 2);
    assert!(backend.requests().is_empty());
}

#[tokio::test]
async fn a_backend_that_fails_refuses_for_now_or_allows_as_it_is_set() {
    let backend = FakeWebhook::start().await;
    let app = asking(&backend).start().await;
    let device = app.device();
    for conduct in [WebhookConduct::Answer(500), WebhookConduct::Answer(200), WebhookConduct::Drop] {
        backend.conduct(conduct);
        let body = device.sign_up_body(&unique_phone(), json!({})).await;
        let answer = device.post(SIGN_UP, body.clone()).await;
        assert!(!answer.header("retry-after").is_empty(), "{answer}");
        answer.refused(UNAVAILABLE);
        backend.conduct(allowed());
        device.post(SIGN_UP, body).await.ok();
    }
    backend.conduct(WebhookConduct::Answer(500));
    let allowing = asking(&backend).set("AUTH__RULES__CRM__ON_FAILURE", "allow").start().await;
    allowing.device().sign_up_by_phone().await;
}

/// The time limit is the system's, whatever the manual clock shows.
#[tokio::test]
async fn a_backend_that_hangs_costs_its_time_limit() {
    let backend = FakeWebhook::start().await;
    let app = asking(&backend).set("AUTH__RULES__CRM__TIMEOUT_SECONDS", "2").start().await;
    let device = app.device();
    let body = device.sign_up_body(&unique_phone(), json!({})).await;
    backend.conduct(WebhookConduct::Hang);
    let began = Instant::now();
    device.post(SIGN_UP, body.clone()).await.refused(UNAVAILABLE);
    let took = began.elapsed();
    assert!((Duration::from_secs(2)..Duration::from_secs(6)).contains(&took), "{took:?}");
    backend.conduct(allowed());
    device.post(SIGN_UP, body).await.ok();
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn a_backend_that_hangs_costs_nobody_else_anything() {
    let backend = FakeWebhook::start().await;
    let app = asking(&backend).set("AUTH__RULES__CRM__TIMEOUT_SECONDS", "30").start().await;
    let (device, others) = (app.device(), app.device());
    let body = device.sign_up_body(&unique_phone(), json!({})).await;
    let mut bodies = Vec::new();
    for _ in 0..50 {
        bodies.push(others.sign_up_body(&unique_phone(), json!({})).await);
    }
    backend.conduct(WebhookConduct::Hang);
    let waiting = tokio::spawn(async move { device.post(SIGN_UP, body).await });
    backend.next_request().await;
    backend.conduct(allowed());
    together(bodies.into_iter().map(|body| {
        let others = others.clone();
        async move { others.post(SIGN_UP, body).await.ok() }
    }))
    .await;
    assert!(!waiting.is_finished(), "fifty others were faster");
    assert_eq!(app.database().count("users"), 50);
    // Its connections end with it, so that nobody waits for the time limit.
    drop(backend);
    waiting.await.expect("it is answered").refused(UNAVAILABLE);
}

/// A rule of a program of one's own: nobody from this domain, and whoever is from that one waits for ever.
struct NotFrom {
    refused: &'static str,
    ignored: &'static str,
    hanging: Arc<AtomicUsize>,
}

#[async_trait]
impl Rule for NotFrom {
    fn name(&self) -> &str {
        "not-from"
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Refuse
    }

    async fn judge(&self, user: &UserToBe) -> Result<Ruling, Cause> {
        let ends = |domain: &str| user.identifiers.iter().any(|one| one.canonical().ends_with(domain));
        if ends(self.ignored) {
            self.hanging.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        Ok(if ends(self.refused) { Ruling::Refused("not from the rival".to_owned()) } else { Ruling::Allowed })
    }
}

/// Fifty who hang hold no connection: there are fewer of those.
#[tokio::test]
async fn fifty_who_wait_for_a_programs_own_rule_are_in_nobodys_way() {
    let hanging = Arc::new(AtomicUsize::new(0));
    let rule = NotFrom { refused: "@rival.example", ignored: "@slow.example", hanging: hanging.clone() };
    let app = TestApp::builder()
        .server(Server::new().before_sign_up(rule))
        .without_limits()
        .set("AUTH__DATABASE__POOL_SIZE", "4")
        .start()
        .await;
    let device = app.device();
    let of = |domain: &str| auth_tests::Address::email(&unique_email().text().replace("example.com", domain));
    let body = device.sign_up_body(&of("rival.example"), json!({})).await;
    assert_eq!(device.post(SIGN_UP, body).await.refused(FAILED_PRECONDITION), "not from the rival");
    let mut slow = Vec::new();
    for _ in 0..50 {
        slow.push(device.sign_up_body(&of("slow.example"), json!({})).await);
    }
    let body = device.sign_up_body(&unique_email(), json!({})).await;
    let waiting: Vec<_> = slow
        .into_iter()
        .map(|body| {
            let device = device.clone();
            tokio::spawn(async move { device.post(SIGN_UP, body).await })
        })
        .collect();
    eventually("all of them hang", || hanging.load(Ordering::SeqCst) == 50).await;
    device.post(SIGN_UP, body).await.ok();
    assert!(!waiting.iter().any(tokio::task::JoinHandle::is_finished), "who is not asked about for long is faster");
    for one in waiting {
        one.await.expect("it is answered").refused(UNAVAILABLE);
    }
    assert_eq!(app.database().count("users"), 1);
}
