//! Answers do not reveal who has an account if the operator has chosen so.

use auth_tests::{
    Address, Answer, Caller as _, Flows as _, TestApp, UNAUTHENTICATED, unique_email, unique_phone, unique_username,
};
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/verification";

async fn discreet() -> TestApp {
    TestApp::builder().set("AUTH__VERIFICATION__REVEAL_EXISTENCE", "false").start().await
}

/// The answer without its ids: the rest must not depend on the address.
fn without_ids(answer: &Answer) -> (u16, Value, Vec<(String, String)>) {
    let mut body = answer.json();
    let id = body["verification_id"].take();
    assert!(id.as_str().is_some_and(|id| id.len() == 36), "{answer}");
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id" && *name != "date");
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    headers.sort();
    (answer.status, body, headers)
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let app = discreet().await;
    for make in [unique_phone, unique_email] {
        for target in ["ANY", "USER", "NOT_USER", ""] {
            let (known, unknown): (Address, Address) = (make(), make());
            app.device().sign_up(&known, json!({})).await;
            let ask =
                async |address: &Address| app.device().post(PATH, address.with(json!({ "target": target }))).await;
            let (of_known, of_unknown) = (ask(&known).await, ask(&unknown).await);
            assert_eq!(of_known.ok()["is_user"], false);
            assert_eq!(without_ids(&of_known), without_ids(&of_unknown), "{target}");
            assert_eq!(of_known.body.len(), of_unknown.body.len());
        }
    }
}

#[tokio::test]
async fn both_get_a_message_and_both_codes_earn_a_token() {
    let app = discreet().await;
    let known = unique_phone();
    app.device().sign_up(&known, json!({})).await;
    for address in [known, unique_phone()] {
        app.device().prove(&address).await;
    }
}

#[tokio::test]
async fn only_a_proof_reveals_whether_the_address_is_registered() {
    let app = discreet().await;
    let known = unique_phone();
    app.device().sign_up(&known, json!({})).await;
    let body = app.device().sign_up_body(&known, json!({})).await;
    app.device().post("/auth/v1/signup", body).await.refused(auth_tests::FAILED_PRECONDITION);
}

/// By address, users find only their own account; chosen names are public.
#[tokio::test]
async fn looking_up_others_by_address_finds_nobody() {
    let app = discreet().await;
    let (phone, email, name) = (unique_phone(), unique_email(), unique_username());
    app.device().sign_up(&phone, json!({ "username": name })).await;
    app.device().sign_up(&email, json!({})).await;
    let own = unique_email();
    let caller = app.device().sign_up(&own, json!({})).await;
    let encoded = |text: &str| text.replace('+', "%2B").replace(' ', "%20");
    for (query, total) in [
        (format!("phone_number={}", encoded(phone.text())), 0),
        (format!("email={}", email.text()), 0),
        (format!("email={}", unique_email().text()), 0),
        (format!("email={}", own.text()), 1),
        (format!("username={name}"), 1),
    ] {
        let found = caller.get(&format!("/auth/v1/user/query?{query}")).await.ok();
        assert_eq!(found["total"], total, "{query}: {found}");
    }
}

#[tokio::test]
async fn the_signed_in_user_learns_nothing_new() {
    let app = discreet().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({})).await;
    let body = phone.with(json!({ "target": "CUR_USER" }));
    assert_eq!(user.post(PATH, body.clone()).await.ok()["is_user"], false);
    app.anonymous().post(PATH, body).await.refused(UNAUTHENTICATED);
}
