//! The whole service, with the super-app registered and a stub in its place.

use auth_outbound::testing::WebhookConduct;
use auth_server::Server;
use auth_tests::{Caller as _, FAILED_PRECONDITION, SignedIn, TestApp, ThirdPartyFlows as _};
use serde_json::{Value, json};

use crate::stub::{APP_ID, APP_SECRET, Stub};

async fn app(party: &Stub) -> TestApp {
    TestApp::builder()
        .server(Server::new().with(acme_super_app::extension()))
        .set("AUTH__PROVIDERS__CHAT__KIND", "super_app")
        .set("AUTH__PROVIDERS__CHAT__APP_ID", APP_ID)
        .set("AUTH__PROVIDERS__CHAT__APP_SECRET", APP_SECRET)
        .set("AUTH__PROVIDERS__CHAT__REDIRECT_URIS", "https://app.example.com/back")
        .set("AUTH__PROVIDERS__CHAT__API", &party.server.url())
        .start()
        .await
}

fn trade(code: &str) -> Value {
    json!({ "provider_id": "chat", "provider_code": code })
}

#[tokio::test]
async fn somebody_signs_up_and_in_through_it() {
    let party = Stub::start().await;
    let app = app(&party).await;
    let device = app.device();
    let address = device.locate("chat").await;
    assert!(address.starts_with("https://open.super.example/connect/qrconnect?appid=wx1&"), "{address}");
    assert!(address.ends_with("#super_redirect"), "{address}");

    let mut subjects = Vec::new();
    for _ in 0..2 {
        device.locate("chat").await;
        let proof = device.post("/auth/v1/provider/token", trade(&party.approve(7))).await.ok();
        let body = json!({ "provider_token": proof["provider_token"] });
        let user = SignedIn::by(device.line(), &device.post("/auth/v1/signin/with/provider", body).await);
        subjects.push(user.sub().to_owned());
    }
    assert_eq!(subjects[0], subjects[1], "one person, one account");
}

#[tokio::test]
async fn what_is_wrong_with_the_code_is_said_to_the_client_and_what_is_wrong_there_is_not() {
    let party = Stub::start().await;
    let app = app(&party).await;
    let device = app.device();
    let early = device.post("/auth/v1/provider/token", trade(&party.approve(7))).await.refused(FAILED_PRECONDITION);
    assert!(early.contains("no sign-in at the third party has begun"), "{early}");
    device.locate("chat").await;
    let refused = device.post("/auth/v1/provider/token", trade("never-given")).await.refused(FAILED_PRECONDITION);
    assert!(refused.contains("not known to the super-app"), "{refused}");
    let busy = json!({ "errcode": -1, "errmsg": "system error" }).to_string();
    party.server.conduct(WebhookConduct::Refuse(200, busy));
    let answer = device.post("/auth/v1/provider/token", trade(&party.approve(7))).await;
    assert!(answer.status != 200 && !answer.to_string().contains("system error"), "{answer}");
}
