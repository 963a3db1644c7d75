//! The rule and the handler, in the whole service, with a stub in place of the CRM.

use auth_outbound::testing::{FakeWebhook, ReceivedRequest, WebhookConduct};
use auth_server::Server;
use auth_tests::{Address, Caller as _, FAILED_PRECONDITION, Flows as _, TestApp, eventually, unique_email};
use serde_json::json;

/// The CRM, as it speaks.
fn crm(request: &ReceivedRequest) -> (u16, String) {
    if !request.line.starts_with("POST /messages/contacts ") {
        return (404, json!({ "error": "not found" }).to_string());
    }
    if request.header("authorization") != "Bearer hunter2" || request.header("idempotency-key").is_empty() {
        return (401, json!({ "error": "who are you?" }).to_string());
    }
    (201, json!({ "id": request.json()["id"] }).to_string())
}

async fn app(crm: &FakeWebhook) -> TestApp {
    TestApp::builder()
        .server(Server::new().with(acme_crm::extension()))
        .set("AUTH__CRM__BASE", &crm.url())
        .set("AUTH__CRM__TOKEN", "hunter2")
        .set("AUTH__CRM__REFUSED_DOMAINS", "rival.example")
        .set("AUTH__EVENTS__RETRY_AFTER_SECONDS", "1")
        .without_limits()
        .start()
        .await
}

#[tokio::test]
async fn the_crm_hears_of_every_user() {
    let crm = FakeWebhook::speaking(crm).await;
    let app = app(&crm).await;
    let email = unique_email();
    let user = app.device().sign_up(&email, json!({ "name": "Ada" })).await;
    let told = crm.next_request().await.json();
    assert_eq!(told, json!({ "id": user.sub(), "email": email.text(), "name": "Ada" }));
}

#[tokio::test]
async fn a_crm_that_is_down_hears_of_it_later_under_the_same_key() {
    let crm = FakeWebhook::speaking(crm).await;
    let app = app(&crm).await;
    crm.conduct(WebhookConduct::Answer(503));
    app.device().sign_up_by_phone().await;
    let first = crm.next_request().await;
    eventually("it is put off", || app.database().count("outbox WHERE failures = 1") == 1).await;
    crm.conduct(WebhookConduct::Speak);
    app.wait_seconds(2);
    let second = crm.next_request().await;
    assert_eq!(second.header("idempotency-key"), first.header("idempotency-key"));
    assert_eq!(second.json(), first.json());
}

#[tokio::test]
async fn nobody_of_that_company_becomes_a_user() {
    let crm = FakeWebhook::speaking(crm).await;
    let app = app(&crm).await;
    let device = app.device();
    let body = device.sign_up_body(&Address::email("spy@Rival.example"), json!({})).await;
    for _ in 0..2 {
        let refused = device.post("/auth/v1/signup", body.clone()).await.refused(FAILED_PRECONDITION);
        assert_eq!(refused, "people of that company cannot sign up here");
    }
    assert_eq!(app.database().count("users"), 0);
    device.sign_up_by_email().await;
    assert_eq!(app.database().count("users"), 1);
}
