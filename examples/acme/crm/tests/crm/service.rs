//! The whole service, with a stub in place of the CRM.

use auth_outbound::testing::{FakeWebhook, WebhookConduct};
use auth_server::Server;
use auth_tests::{Address, Caller as _, FAILED_PRECONDITION, Flows as _, Operator, TestApp, eventually, unique_email};
use serde_json::json;

use crate::stub::{self, TOKEN};

async fn app(crm: &FakeWebhook) -> TestApp {
    TestApp::builder()
        .server(Server::new().with(acme_crm::extension()))
        .set("AUTH__CRM__BASE", &crm.url())
        .set("AUTH__CRM__TOKEN", TOKEN)
        .set("AUTH__CRM__REFUSED_DOMAINS", "rival.example")
        .set("AUTH__EVENTS__RETRY_AFTER_SECONDS", "1")
        .without_limits()
        .start()
        .await
}

#[tokio::test]
async fn the_crm_hears_of_every_user() {
    let crm = stub::start().await;
    let app = app(&crm).await;
    let email = unique_email();
    let user = app.device().sign_up(&email, json!({ "name": "Ada" })).await;
    let told = crm.next_request().await.json();
    assert_eq!(told, json!({ "id": user.sub(), "email": email.text(), "name": "Ada" }));
}

#[tokio::test]
async fn a_crm_that_is_down_hears_of_it_later_under_the_same_key() {
    let crm = stub::start().await;
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
    let crm = stub::start().await;
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

/// Operators know whom they create.
#[tokio::test]
async fn an_operator_may_create_somebody_of_that_company() {
    let crm = stub::start().await;
    let app = app(&crm).await;
    let operator = Operator::of(&app);
    let id = operator.create(json!({ "email": "partner@rival.example", "name": "Ada" })).await;
    assert_eq!(operator.event_kinds(&id).await, ["user_created"]);
    assert_eq!(crm.next_request().await.json()["id"], id);
}
