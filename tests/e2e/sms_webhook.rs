//! Text messages through an operator's webhook, signed as Standard Webhooks.

use auth_senders::testing::{FakeWebhook, ReceivedRequest, WebhookConduct};
use auth_tests::{
    Caller as _, Flows as _, SentCode, TestApp, TestAppBuilder, eventually, everything_logged, unique_phone,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

const PATH: &str = "/auth/v1/verification";
/// Messages that wait the few seconds until the next try, not the ten seconds or more for which they are leased.
const PUT_OFF: &str = "messages WHERE due_at > created_at AND due_at < created_at + interval '5 seconds'";
const KEY: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn through(url: &str) -> TestAppBuilder {
    TestApp::builder()
        .set("AUTH__SMS__KIND", "webhook")
        .set("AUTH__SMS__WEBHOOK__URL", url)
        .set("AUTH__SMS__WEBHOOK__SECRET", &format!("whsec_{KEY}"))
}

/// The receiver's part of the specification.
fn assert_signed(request: &ReceivedRequest) {
    let (id, timestamp) = (request.header("webhook-id"), request.header("webhook-timestamp"));
    let key = STANDARD.decode(KEY).expect("a key in base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length is accepted");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(&request.body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert!(request.header("webhook-signature").split(' ').any(|one| one == expected), "{request:?}");
    assert_eq!(timestamp, "1800000000");
}

#[tokio::test]
async fn a_code_arrives_signed_and_signs_up() {
    let webhook = FakeWebhook::start().await;
    let app = through(&webhook.url()).start().await;
    let phone = unique_phone();
    let answer = app.device().post(PATH, phone.with(json!({}))).await.ok();
    let request = webhook.next_request().await;
    assert_signed(&request);
    let body = request.json();
    assert_eq!(body["to"], phone.text().replace(' ', ""));
    assert_eq!(
        (&body["type"], &body["channel"], &body["expires_in"]),
        (&json!("verification_code"), &json!("sms"), &json!(600))
    );
    let code = body["code"].as_str().expect("a code").to_owned();
    assert!(body["text"].as_str().is_some_and(|text| text.contains(&code)), "{body}");
    let id = answer["verification_id"].as_str().expect("an id").to_owned();
    app.device().verify(&SentCode { id, code }).await;
    assert!(app.messages().all().is_empty());
}

#[tokio::test]
async fn a_temporary_failure_is_retried_under_the_same_id() {
    let webhook = FakeWebhook::start().await;
    let app = through(&webhook.url()).start().await;
    webhook.conduct(WebhookConduct::Answer(503));
    app.device().post(PATH, unique_phone().with(json!({}))).await.ok();
    let first = webhook.next_request().await;
    webhook.conduct(WebhookConduct::Answer(204));
    eventually("it is postponed", || app.database().count(PUT_OFF) == 1).await;
    app.wait_seconds(2);
    let second = webhook.next_request().await;
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.json()["code"], second.json()["code"]);
    eventually("the queue is empty", || app.database().count("messages") == 0).await;
}

#[tokio::test]
async fn a_permanent_refusal_is_not_retried() {
    let webhook = FakeWebhook::start().await;
    let app = through(&webhook.url()).start().await;
    for conduct in [WebhookConduct::Answer(400), WebhookConduct::Redirect("http://127.0.0.1:1/".into())] {
        webhook.conduct(conduct);
        app.device().post(PATH, unique_phone().with(json!({}))).await.ok();
        let request = webhook.next_request().await;
        eventually("it is dropped", || app.database().count("messages") == 0).await;
        let told = format!("message.given_up message.id={}", request.header("webhook-id"));
        let logged = everything_logged();
        assert!(logged.lines().any(|line| line.contains(&told)), "operators learn of it: {told}");
    }
    assert_eq!(webhook.requests().len(), 2);
}
