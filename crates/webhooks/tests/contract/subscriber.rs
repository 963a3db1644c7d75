//! Webhooks that receive events.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use auth_contracts::ManualClock;
use auth_contracts::handlers::Probe;
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds, SubscriberId};
use auth_outbound::testing::{FakeWebhook, WebhookConduct};
use auth_outbound::{OutboundHttp, Reach};
use auth_ports::{EventHandler, HandleError};
use auth_webhooks::{BackendSettings, WebhookSubscriber};
use rstest::rstest;

use crate::support::{IMPATIENT, PATIENT, SECRETS, assert_signed, bare_event, full_event, settings};

fn subscriber(settings: &BackendSettings) -> Result<WebhookSubscriber, String> {
    reaching(Reach::LoopbackToo, settings)
}

fn reaching(reach: Reach, settings: &BackendSettings) -> Result<WebhookSubscriber, String> {
    let id = SubscriberId::parse("crm").expect("a name");
    let outbound = OutboundHttp::builder(reach);
    WebhookSubscriber::new(id, OutgoingKinds::all(), settings, outbound, Arc::new(ManualClock::new()))
        .map_err(|error| format!("{error} {error:?}"))
}

async fn subscribed(timeout: Duration) -> (FakeWebhook, WebhookSubscriber) {
    let receiver = FakeWebhook::start().await;
    let subscriber = subscriber(&settings(&receiver.url(), timeout)).expect("fine settings");
    (receiver, subscriber)
}

/// A webhook, and who receives its events.
struct Subscribed {
    receiver: FakeWebhook,
    subscriber: Arc<WebhookSubscriber>,
}

impl Probe for Subscribed {
    async fn start() -> Self {
        let (receiver, subscriber) = subscribed(PATIENT).await;
        Self { receiver, subscriber: Arc::new(subscriber) }
    }

    fn handler(&self) -> Arc<dyn EventHandler> {
        self.subscriber.clone()
    }

    async fn event(&self) -> OutgoingEvent {
        full_event()
    }

    fn done(&self) -> usize {
        let requests = self.receiver.requests();
        requests.iter().map(|request| request.header("webhook-id")).collect::<BTreeSet<_>>().len()
    }

    fn fail(&self) -> bool {
        self.receiver.conduct(WebhookConduct::Answer(503));
        true
    }

    fn recover(&self) {
        self.receiver.conduct(WebhookConduct::Answer(204));
    }

    fn secrets(&self) -> Vec<String> {
        SECRETS.split(',').map(str::to_owned).collect()
    }
}

auth_contracts::handlers!(Subscribed);

fn words(error: &HandleError) -> String {
    let causes = std::iter::successors(Some(error as &(dyn Error + 'static)), |error| (*error).source());
    causes.map(|error| format!("{error} {error:?}")).collect()
}

#[tokio::test]
async fn an_event_is_posted_and_signed_under_its_id_at_every_attempt() {
    let (receiver, subscriber) = subscribed(PATIENT).await;
    let event = full_event();
    receiver.conduct(WebhookConduct::Answer(503));
    assert!(matches!(subscriber.handle(&event).await, Err(HandleError::Failed(_))));
    receiver.conduct(WebhookConduct::Answer(204));
    subscriber.handle(&event).await.expect("taken");
    let [first, second] = receiver.requests().try_into().expect("two requests");
    for request in [&first, &second] {
        assert!(request.line.starts_with("POST /messages "), "{}", request.line);
        assert_eq!(request.header("webhook-id"), event.id.to_string());
        assert_signed(request);
    }
    assert_eq!(first.body, second.body);
    let body = first.json();
    assert_eq!(body["type"], "user.created");
    assert_eq!(body["data"]["id"], event.id.to_string());
    assert_eq!(body["data"]["user_id"], event.user.expect("a user's").to_string());
    assert_eq!(body["data"]["session_id"], event.session.expect("of a session").to_string());
}

#[tokio::test]
async fn what_there_is_not_is_not_in_the_body() {
    let (receiver, subscriber) = subscribed(PATIENT).await;
    subscriber.handle(&bare_event()).await.expect("taken");
    let body = receiver.requests()[0].json();
    let fields: Vec<_> = body["data"].as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["actor", "id", "recorded_as"]);
}

#[rstest]
#[case(&[200, 201, 202, 204, 299], "taken")]
#[case(&[301, 307, 400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504], "failed")]
#[case(&[410], "unsubscribed")]
#[tokio::test]
async fn statuses_decide(#[case] statuses: &[u16], #[case] expected: &str) {
    let (receiver, subscriber) = subscribed(PATIENT).await;
    for status in statuses {
        receiver.conduct(WebhookConduct::Refuse(*status, "hunter2".into()));
        let outcome = subscriber.handle(&full_event()).await;
        let error = outcome.as_ref().err().map(words).unwrap_or_default();
        assert!(!error.contains("hunter2"), "{error}");
        let outcome = match outcome {
            Ok(()) => "taken",
            Err(HandleError::Failed(_)) => "failed",
            Err(HandleError::Unsubscribed(_)) => "unsubscribed",
        };
        assert_eq!(outcome, expected, "{status}");
    }
}

#[tokio::test]
async fn redirects_are_failures() {
    let (receiver, subscriber) = subscribed(PATIENT).await;
    let elsewhere = FakeWebhook::start().await;
    receiver.conduct(WebhookConduct::Redirect(elsewhere.url()));
    assert!(matches!(subscriber.handle(&full_event()).await, Err(HandleError::Failed(_))));
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_an_answer() {
    let (receiver, subscriber) = subscribed(PATIENT).await;
    receiver.conduct(WebhookConduct::Endless);
    subscriber.handle(&full_event()).await.expect("its status says that it was taken");
}

#[rstest]
#[case(WebhookConduct::Drop, PATIENT)]
#[case(WebhookConduct::Hang, IMPATIENT)]
#[tokio::test]
async fn no_answer_is_a_failure(#[case] conduct: WebhookConduct, #[case] timeout: Duration) {
    let (receiver, subscriber) = subscribed(timeout).await;
    receiver.conduct(conduct);
    assert!(matches!(subscriber.handle(&full_event()).await, Err(HandleError::Failed(_))));
}

#[tokio::test]
async fn errors_repeat_neither_address_nor_secrets() {
    let subscriber = subscriber(&settings("http://127.0.0.1:1/k3y", PATIENT)).expect("fine settings");
    let words = words(&subscriber.handle(&full_event()).await.expect_err("nobody listens"));
    assert!(!words.contains("k3y") && !words.contains("MfKQ9r8G"), "{words}");
}

#[rstest]
#[case("", Reach::LoopbackToo)]
#[case("hooks.example.com/k3y", Reach::LoopbackToo)]
#[case("ftp://hooks.example.com/k3y", Reach::LoopbackToo)]
#[case("https://u:k3y@hooks.example.com/", Reach::LoopbackToo)]
#[case("https://hooks.example.com/#k3y", Reach::LoopbackToo)]
#[case("http://hooks.example.com/k3y", Reach::PublicOnly)]
#[case("https://127.0.0.1/k3y", Reach::PublicOnly)]
#[case("https://10.0.0.1/k3y", Reach::PublicOnly)]
#[case("https://[fd00::1]/k3y", Reach::PublicOnly)]
fn addresses_are_checked_as_for_third_parties_and_not_repeated(#[case] url: &str, #[case] reach: Reach) {
    let error = reaching(reach, &settings(url, PATIENT)).err().expect("refused");
    assert!(!error.contains("k3y") && !error.contains("example"), "{error}");
}

#[test]
fn other_nonsense_is_refused() {
    let fine = || settings("https://hooks.example.com/k3y", PATIENT);
    assert!(reaching(Reach::PublicOnly, &fine()).is_ok());
    assert!(subscriber(&BackendSettings { timeout: Duration::ZERO, ..fine() }).is_err());
    let error = subscriber(&BackendSettings { secrets: "s3cret".into(), ..fine() }).err().expect("no prefix");
    assert!(!error.contains("s3cret"), "{error}");
}
