//! Events reach the operator's backends by webhook: signed, in order per user, and again until they are taken.

use auth_senders::testing::{FakeWebhook, ReceivedRequest, WebhookConduct};
use auth_tests::{AccountFlows as _, Flows as _, SignedIn, TestApp, TestAppBuilder, eventually, unique_phone};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

const KEYS: [&str; 2] = ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"];
/// The time at which the manual clock starts.
const NOW: &str = "1800000000";

fn telling(receiver: &FakeWebhook) -> TestAppBuilder {
    TestApp::builder()
        .set("AUTH__WEBHOOKS__CRM__URL", &receiver.url())
        .set("AUTH__WEBHOOKS__CRM__SECRETS", &KEYS.map(|key| format!("whsec_{key}")).join(","))
}

/// Checks the signature with each secret, as the specification asks of receivers.
fn assert_signed(request: &ReceivedRequest) {
    let (id, timestamp) = (request.header("webhook-id"), request.header("webhook-timestamp"));
    let signatures = KEYS.map(|key| {
        let key = STANDARD.decode(key).expect("a key in base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length is accepted");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(&request.body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    });
    assert_eq!(request.header("webhook-signature"), signatures.join(" "));
}

/// Returns the next request, its user and its event.
async fn next(receiver: &FakeWebhook) -> (ReceivedRequest, String, String) {
    let request = receiver.next_request().await;
    let body = request.json();
    let text = |pointer: &str| body.pointer(pointer).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    assert_eq!(request.header("webhook-id"), text("/data/id"));
    (request, text("/data/user_id"), text("/type"))
}

async fn sign_up(app: &TestApp) -> SignedIn {
    app.device().sign_up_by_phone().await
}

async fn rename(user: &SignedIn, name: &str) {
    user.patch("/auth/v1/user/profile", json!({ "name": name })).await.ok();
}

#[tokio::test]
async fn a_users_events_arrive_in_order_signed_under_ids_of_their_own() {
    let receiver = FakeWebhook::start().await;
    let app = telling(&receiver).start().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({ "name": "Ann" })).await;
    rename(&user, "Bob").await;
    app.device().sign_in_by_code(&phone).await.ok();
    let mut ids = Vec::new();
    for expected in ["user.created", "user.updated", "session.started"] {
        let (request, whose, kind) = next(&receiver).await;
        assert_signed(&request);
        assert_eq!(request.header("webhook-timestamp"), NOW);
        assert_eq!((whose.as_str(), kind.as_str()), (user.sub(), expected));
        let text = String::from_utf8(request.body.clone()).expect("JSON is UTF-8");
        let personal = ["Ann", "Bob", phone.text(), &phone.text().replace(' ', "")];
        assert!(personal.iter().all(|one| !text.contains(one)), "{text}");
        ids.push(request.header("webhook-id").to_owned());
    }
    let recorded = app.database().rows("SELECT id::text AS id FROM events ORDER BY at, id");
    for id in &ids {
        assert!(recorded.iter().any(|row| row["id"] == json!(id)), "{id} is the id that operators see");
    }
    ids.dedup();
    assert_eq!(ids.len(), 3, "one id each");
    eventually("nothing waits", || app.database().count("outbox") == 0).await;
}

#[tokio::test]
async fn only_the_kinds_that_are_wanted_are_told() {
    let receiver = FakeWebhook::start().await;
    let app = telling(&receiver).set("AUTH__WEBHOOKS__CRM__KINDS", "user.updated,session.*").start().await;
    let user = sign_up(&app).await;
    rename(&user, "Ann").await;
    let (_, whose, kind) = next(&receiver).await;
    assert_eq!((whose.as_str(), kind.as_str()), (user.sub(), "user.updated"));
    assert_eq!(app.database().count("outbox WHERE kind = 'user.created'"), 0);
}

#[tokio::test]
async fn what_was_not_taken_is_told_again_under_its_id_before_the_users_next_one() {
    let receiver = FakeWebhook::start().await;
    let app = telling(&receiver).start().await;
    receiver.conduct(WebhookConduct::Answer(503));
    let user = sign_up(&app).await;
    let (first, ..) = next(&receiver).await;
    eventually("it is put off", || app.database().count("outbox WHERE failures = 1") == 1).await;
    rename(&user, "Ann").await;
    receiver.conduct(WebhookConduct::Answer(204));
    app.wait_seconds(7);
    // An event of another user wakes the worker.
    sign_up(&app).await;
    let mut told = Vec::new();
    for _ in 0..3 {
        let (request, whose, kind) = next(&receiver).await;
        if whose == user.sub() {
            told.push((request.header("webhook-id").to_owned(), kind));
        }
    }
    assert_eq!(told[0], (first.header("webhook-id").to_owned(), "user.created".to_owned()));
    assert_eq!(told[1].1, "user.updated");
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_no_more() {
    let receiver = FakeWebhook::start().await;
    let app = telling(&receiver).start().await;
    receiver.conduct(WebhookConduct::Answer(410));
    sign_up(&app).await;
    receiver.next_request().await;
    eventually("the subscription has ended", || app.database().count("ended_subscriptions") == 1).await;
    receiver.conduct(WebhookConduct::Answer(200));
    sign_up(&app).await;
    eventually("what waits is dropped", || app.database().count("outbox") == 0).await;
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn after_the_last_attempt_it_is_a_dead_letter_and_the_users_next_one_goes_on() {
    let receiver = FakeWebhook::start().await;
    let app = telling(&receiver).set("AUTH__EVENTS__RETRY_AFTER_SECONDS", "1").start().await;
    receiver.conduct(WebhookConduct::Answer(500));
    let user = sign_up(&app).await;
    receiver.next_request().await;
    eventually("it is put off", || app.database().count("outbox WHERE failures = 1") == 1).await;
    app.wait_seconds(2);
    eventually("it is given up", || app.database().count("dead_letters") == 1).await;
    receiver.conduct(WebhookConduct::Answer(200));
    rename(&user, "Ann").await;
    receiver.next_request().await;
    let (_, whose, kind) = next(&receiver).await;
    assert_eq!((whose.as_str(), kind.as_str()), (user.sub(), "user.updated"));
    let letter = app.database().rows("SELECT subscriber, problem, failures FROM dead_letters").remove(0);
    assert_eq!(letter, json!({ "subscriber": "crm", "problem": "the receiver answered 500", "failures": 2 }));
}

#[tokio::test]
async fn a_stop_lets_what_is_on_its_way_arrive_and_the_next_start_tells_the_rest() {
    let receiver = FakeWebhook::start().await;
    let app = telling(&receiver).start().await;
    let again = app.beside();
    let silent = again.clone().start().await;
    sign_up(&app).await;
    receiver.next_request().await;
    stop(app).await;
    assert_eq!(silent.database().count("outbox"), 0, "what arrived is not told again");
    // An instance without webhooks queues nothing.
    sign_up(&silent).await;
    assert_eq!(silent.database().count("outbox"), 0);
    assert_eq!(receiver.requests().len(), 1);
}

/// Stops the server without blocking the receiver, which runs beside the test.
async fn stop(app: TestApp) {
    tokio::task::spawn_blocking(move || drop(app)).await.expect("it stops");
}
