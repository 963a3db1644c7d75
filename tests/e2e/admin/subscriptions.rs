//! `/admin/v1/subscriptions` and `/admin/v1/dead-letters`

use auth_senders::testing::{FakeWebhook, WebhookConduct};
use auth_tests::{
    Caller as _, Flows as _, INVALID_ARGUMENT, NOT_FOUND, Operator, PERMISSION_DENIED, SignedIn, TestApp, eventually,
};
use serde_json::{Value, json};

const LETTERS: &str = "/admin/v1/dead-letters";
const SUBSCRIPTIONS: &str = "/admin/v1/subscriptions";

/// A server that tells this receiver under the name `crm`, tries twice, and then gives up.
async fn telling(receiver: &FakeWebhook) -> TestApp {
    let app = TestApp::builder()
        .set("AUTH__WEBHOOKS__CRM__URL", &receiver.url())
        .set("AUTH__WEBHOOKS__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .set("AUTH__WEBHOOKS__CRM__KINDS", "user.*")
        .set("AUTH__EVENTS__RETRY_AFTER_SECONDS", "1");
    app.start().await
}

/// Users whose `user.created` was given up.
async fn given_up(app: &TestApp, receiver: &FakeWebhook, users: usize) -> Vec<SignedIn> {
    receiver.conduct(WebhookConduct::Answer(500));
    let mut all = Vec::new();
    for number in 1..=users {
        all.push(app.device().sign_up_by_phone().await);
        receiver.next_request().await;
        eventually("it is put off", || app.database().count("outbox WHERE failures = 1") == 1).await;
        app.wait_seconds(2);
        receiver.next_request().await;
        let dead = i64::try_from(number).expect("a small number");
        eventually("it is given up", || app.database().count("dead_letters") == dead).await;
    }
    all
}

#[tokio::test]
async fn subscriptions_are_listed_with_their_backlogs_and_resumed() {
    let receiver = FakeWebhook::start().await;
    let app = telling(&receiver).await;
    let operator = Operator::of(&app);
    let kinds = ["user.created", "user.updated", "user.blocked", "user.unblocked", "user.deleted"];
    let active = json!({ "id": "crm", "state": "active", "events": kinds, "waiting": 0, "dead_letters": 0 });
    assert_eq!(operator.get(SUBSCRIPTIONS).await.ok(), json!({ "subscriptions": [active] }));

    receiver.conduct(WebhookConduct::Answer(410));
    app.device().sign_up_by_phone().await;
    receiver.next_request().await;
    eventually("it has ended", || app.database().count("ended_subscriptions") == 1).await;
    eventually("what waits is dropped", || app.database().count("outbox") == 0).await;
    let listed = operator.get(SUBSCRIPTIONS).await.ok();
    let ended = &listed["subscriptions"][0];
    assert_eq!((&ended["state"], &ended["waiting"]), (&json!("ended"), &json!(0)));
    assert!(ended["ended_at"].is_string(), "{ended}");

    receiver.conduct(WebhookConduct::Answer(200));
    let resume = format!("{SUBSCRIPTIONS}/crm/resume");
    assert_eq!(operator.post(&resume, json!({})).await.ok(), json!({ "resumed": true }));
    assert_eq!(operator.post(&resume, json!({})).await.ok(), json!({ "resumed": false }), "once more");
    let user = app.device().sign_up_by_phone().await;
    let told = receiver.next_request().await.json();
    assert_eq!(told["data"]["user_id"], user.sub());
    for unknown in ["erp", "CRM", "%00", "c%20r%20m"] {
        operator.post(&format!("{SUBSCRIPTIONS}/{unknown}/resume"), json!({})).await.refused(NOT_FOUND);
    }
}

#[tokio::test]
async fn dead_letters_are_listed_read_and_sent_again() {
    let receiver = FakeWebhook::start().await;
    let app = telling(&receiver).await;
    let operator = Operator::of(&app);
    assert_eq!(operator.get(LETTERS).await.ok(), json!({ "dead_letters": [] }));
    let users = given_up(&app, &receiver, 3).await;

    let (mut letters, mut cursor): (Vec<Value>, String) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("{LETTERS}?subscription=crm&limit=2&cursor={cursor}")).await.ok();
        letters.extend(page["dead_letters"].as_array().expect("letters").clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let whose: Vec<_> = letters.iter().map(|letter| letter["user_id"].as_str().expect("an id")).collect();
    let expected: Vec<_> = users.iter().rev().map(SignedIn::sub).collect();
    assert_eq!(whose, expected, "those given up last first");
    let letter = &letters[0];
    let parts = [&letter["subscription"], &letter["type"], &letter["recorded_as"], &letter["problem"]];
    assert_eq!(parts, ["crm", "user.created", "signed_up", "the receiver answered 500"]);
    assert_eq!(letter["attempts"], 2);
    let id = letter["id"].as_str().expect("an id");
    let path = format!("{SUBSCRIPTIONS}/crm/dead-letters/{id}");
    assert_eq!(operator.get(&path).await.ok(), *letter);
    assert_eq!(operator.get(&format!("{LETTERS}?subscription=erp")).await.ok(), json!({ "dead_letters": [] }));
    let listed = operator.get(SUBSCRIPTIONS).await.ok();
    assert_eq!(listed["subscriptions"][0]["dead_letters"], 3);

    receiver.conduct(WebhookConduct::Answer(200));
    let one = format!("{path}/send-again");
    assert_eq!(operator.post(&one, json!({})).await.ok(), json!({ "sent": 1 }));
    assert_eq!(receiver.next_request().await.header("webhook-id"), id, "under its id");
    operator.post(&one, json!({})).await.refused(NOT_FOUND);
    operator.get(&path).await.refused(NOT_FOUND);
    let all = format!("{SUBSCRIPTIONS}/crm/dead-letters/send-again");
    assert_eq!(operator.post(&all, json!({})).await.ok(), json!({ "sent": 2 }));
    assert_eq!(operator.post(&all, json!({})).await.ok(), json!({ "sent": 0 }), "once more");
    for _ in 0..2 {
        receiver.next_request().await;
    }
    eventually("nothing waits", || app.database().count("outbox") == 0).await;
    assert_eq!(operator.get(LETTERS).await.ok(), json!({ "dead_letters": [] }));
}

#[tokio::test]
async fn what_names_no_dead_letter_is_refused() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    for query in ["limit=0", "cursor=x", "cursor=AAAA", "subscription=CRM", "subscriber=crm"] {
        operator.get(&format!("{LETTERS}?{query}")).await.refused(INVALID_ARGUMENT);
    }
    for cursor in ["A".repeat(40), "_".repeat(40), format!("gAAAAAAAAAA{}Y3Jt", "A".repeat(21))] {
        operator.get(&format!("{LETTERS}?cursor={cursor}")).await.check_no_fault();
    }
    let nil = "00000000-0000-0000-0000-000000000000";
    for path in [format!("crm/dead-letters/{nil}"), "crm/dead-letters/x".into(), format!("CRM/dead-letters/{nil}")] {
        operator.get(&format!("{SUBSCRIPTIONS}/{path}")).await.refused(NOT_FOUND);
        operator.post(&format!("{SUBSCRIPTIONS}/{path}/send-again"), json!({})).await.refused(NOT_FOUND);
    }
    let writer = Operator::with_scopes(&app, &["users:read", "users:write"]);
    writer.post(&format!("{SUBSCRIPTIONS}/crm/dead-letters/send-again"), json!({})).await.refused(PERMISSION_DENIED);
}
