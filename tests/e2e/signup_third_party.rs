//! Signing up with a third party's identity.

use auth_providers::testing::{FakeGitHub, Person};
use auth_tests::{
    Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, INVALID_GRANT, SignedIn, TestApp,
    ThirdPartyFlows as _, unique_email, unique_person, unique_phone,
};
use serde_json::json;

const PATH: &str = "/auth/v1/signup";

async fn app_with_github() -> (TestApp, FakeGitHub) {
    let github = FakeGitHub::start();
    (TestApp::builder().without_limits().with_github(&github.base()).start().await, github)
}

#[tokio::test]
async fn the_shortest_sign_up() {
    let (app, github) = app_with_github().await;
    let (device, ada) = (app.device(), Person::ada());
    let token = device.prove_identity(&github, &ada).await;
    let answer = device.post(PATH, json!({ "provider_token": token })).await;
    let me = SignedIn::by(device.line(), &answer).me().await;
    let identity = &me["providers"][0];
    assert_eq!((&identity["id"], &identity["provider_user_id"]), (&json!("github"), &json!("1815")), "{me}");
    assert!(
        me["email"].is_null() && me["phone_number"].is_null(),
        "nothing that a third party reports is an identifier: {me}"
    );
}

/// An example from the protocol's documentation, word for word.
#[tokio::test]
async fn the_documented_example() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let token = device.prove_identity(&github, &unique_person()).await;
    let body =
        format!(r#"{{ "provider_token": "{token}", "username": "github_user", "password": "SamplePass456$%^" }}"#);
    let answer = device.post_bytes(PATH, "application/json", body.into_bytes()).await;
    let me = SignedIn::by(device.line(), &answer).me().await;
    assert_eq!((&me["username"], &me["has_password"]), (&json!("github_user"), &json!(true)));
}

#[tokio::test]
async fn usernames_have_5_to_24_characters() {
    let (app, github) = app_with_github().await;
    for (length, taken) in
        [(1, false), (2, false), (4, false), (5, true), (24, true), (25, false), (48, false), (49, false)]
    {
        let device = app.device();
        let token = device.prove_identity(&github, &unique_person()).await;
        let answer = device.post(PATH, json!({ "provider_token": token, "username": "a".repeat(length) })).await;
        if taken {
            answer.ok();
        } else {
            answer.refused(INVALID_ARGUMENT);
            device.post(PATH, json!({ "provider_token": token })).await.ok();
        }
    }
}

#[tokio::test]
async fn a_provider_token_with_an_address_binds_both() {
    let (app, github) = app_with_github().await;
    for address in [unique_phone(), unique_email()] {
        let (device, person) = (app.device(), unique_person());
        let token = device.prove_identity(&github, &person).await;
        let user = device.sign_up(&address, json!({ "provider_token": token })).await;
        let me = user.me().await;
        assert_eq!(me[address.field()], address.text());
        assert_eq!(me["providers"][0]["provider_user_id"], person.subject, "{me}");
        let again = device.prove_identity(&github, &person).await;
        device.post(PATH, json!({ "provider_token": again })).await.refused(FAILED_PRECONDITION);
    }
}

#[tokio::test]
async fn wrong_tokens_alone_and_with_an_address() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let stale = device.prove_identity(&github, &unique_person()).await;
    app.wait_seconds(3600);
    let verification = device.prove(&unique_phone()).await;
    for token in ["github", "x", "\u{0}", &stale, &verification, &"a".repeat(10_000)] {
        device.post(PATH, json!({ "provider_token": token })).await.refused(INVALID_GRANT);
        let body = device.sign_up_body(&unique_phone(), json!({ "provider_token": token })).await;
        let text = device.post(PATH, body).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("provider_token"), "{text}");
    }
    assert_eq!(app.database().count("users"), 0);
}

#[tokio::test]
async fn a_provider_token_lives_an_hour_and_is_not_a_verification_token() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let token = device.prove_identity(&github, &unique_person()).await;
    let body = unique_phone().with(json!({ "verification_token": token }));
    assert!(device.post(PATH, body).await.refused(INVALID_ARGUMENT).contains("verification"));
    app.wait_seconds(3599);
    device.post(PATH, json!({ "provider_token": token })).await.ok();
}

#[tokio::test]
async fn a_spent_token_and_a_bound_identity() {
    let (app, github) = app_with_github().await;
    let (device, person) = (app.device(), unique_person());
    let token = device.prove_identity(&github, &person).await;
    device.post(PATH, json!({ "provider_token": token, "username": "first.user" })).await.ok();
    let spent = json!({ "provider_token": token, "username": "second.user" });
    device.post(PATH, spent).await.refused(INVALID_GRANT);
    let fresh = device.prove_identity(&github, &person).await;
    device.post(PATH, json!({ "provider_token": fresh })).await.refused(FAILED_PRECONDITION);
    let body = device.sign_up_body(&unique_phone(), json!({ "provider_token": fresh })).await;
    device.post(PATH, body.clone()).await.refused(FAILED_PRECONDITION);
    let mut without = body;
    without["provider_token"] = json!("");
    device.post(PATH, without).await.ok();
}

#[tokio::test]
async fn a_taken_username_leaves_both_proofs_usable() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    device.sign_up(&unique_phone(), json!({ "username": "Taken.Name" })).await;
    let token = device.prove_identity(&github, &unique_person()).await;
    let extra = json!({ "provider_token": token, "username": "taken.name" });
    let mut body = device.sign_up_body(&unique_email(), extra).await;
    device.post(PATH, body.clone()).await.refused(FAILED_PRECONDITION);
    body["username"] = json!("free.name");
    device.post(PATH, body).await.ok();
}

/// Accounts are linked by the identity alone, never by an address that a third party reports.
#[tokio::test]
async fn an_address_that_a_third_party_reports_links_nothing() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let (mut person, email) = (unique_person(), unique_email());
    let owner = device.sign_up(&email, json!({})).await;
    person.email = Some(email.text().to_owned());
    let token = device.prove_identity(&github, &person).await;
    let answer = device.post(PATH, json!({ "provider_token": token })).await;
    let other = SignedIn::by(device.line(), &answer);
    assert_ne!(other.sub(), owner.sub());
    assert!(other.me().await["email"].is_null());
    assert_eq!(owner.me().await["providers"], json!([]));
}
