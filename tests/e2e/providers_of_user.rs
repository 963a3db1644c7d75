//! `/auth/v1/user/provider…`: binding, listing and unbinding identities at third parties.

use auth_providers::testing::{FakeGitHub, FakeOidc, Person};
use auth_tests::{
    AccountFlows as _, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, INVALID_GRANT, NOT_FOUND,
    PASSWORD, SignedIn, TestApp, ThirdParty, ThirdPartyFlows as _, together, unique_person,
};
use serde_json::json;

const BIND: &str = "/auth/v1/user/provider/bind";

struct Parties {
    app: TestApp,
    github: FakeGitHub,
    acme: FakeOidc,
}

async fn parties() -> Parties {
    let (builder, github) = (TestApp::builder().without_limits(), FakeGitHub::start());
    let acme = FakeOidc::start(builder.shared_clock());
    let app = builder.with_github(&github.base()).with_oidc(&acme.issuer()).start().await;
    Parties { app, github, acme }
}

async fn bind<P: ThirdParty>(user: &SignedIn, app: &TestApp, party: &P, person: &Person) {
    let token = app.device().prove_identity(party, person).await;
    assert_eq!(user.post(BIND, json!({ "provider_token": token })).await.ok(), json!({}));
}

async fn unbind(user: &SignedIn, id: &str) -> auth_tests::Answer {
    user.delete(&format!("/auth/v1/user/provider/{id}")).await
}

#[tokio::test]
async fn a_bound_identity_signs_in() {
    let Parties { app, github, acme } = parties().await;
    let user = app.device().sign_up_by_phone().await;
    let (there, elsewhere) = (unique_person(), unique_person());
    bind(&user, &app, &github, &there).await;
    bind(&user, &app, &acme, &elsewhere).await;
    for token in
        [app.device().prove_identity(&github, &there).await, app.device().prove_identity(&acme, &elsewhere).await]
    {
        assert_eq!(app.device().sign_in_with_provider(&token).await.ok()["sub"], user.sub());
    }
    assert_eq!(user.me().await["providers"].as_array().map(Vec::len), Some(2));
    assert_eq!(app.database().count("events WHERE kind = 'identity_bound'"), 2);
}

#[tokio::test]
async fn the_list_includes_providers_that_could_be_bound() {
    let Parties { app, github, .. } = parties().await;
    let (user, mut person) = (app.device().sign_up_by_phone().await, unique_person());
    person.name = Some("Name There".to_owned());
    bind(&user, &app, &github, &person).await;
    let list = user.get("/auth/v1/user/provider").await.ok();
    assert_eq!(list["total"], 2, "{list}");
    let of = |id: &str| list["data"].as_array().and_then(|all| all.iter().find(|entry| entry["id"] == id)).cloned();
    let (bound, free) = (of(FakeGitHub::ID).expect("listed"), of(FakeOidc::ID).expect("listed"));
    assert_eq!((&bound["bind"], &bound["provider_user_name"]), (&json!(true), &json!("Name There")), "{list}");
    assert_eq!((&free["bind"], free.get("provider_user_name")), (&json!(false), None), "{list}");
}

#[tokio::test]
async fn an_identity_of_another_user_is_refused() {
    let Parties { app, github, .. } = parties().await;
    let person = unique_person();
    let (owner, other) = (app.device().sign_up_by_phone().await, app.device().sign_up_by_phone().await);
    bind(&owner, &app, &github, &person).await;
    let token = app.device().prove_identity(&github, &person).await;
    other.post(BIND, json!({ "provider_token": token })).await.refused(FAILED_PRECONDITION);
    assert_eq!(other.me().await["providers"], json!([]));
    unbind(&owner, FakeGitHub::ID).await.ok();
    other.post(BIND, json!({ "provider_token": token })).await.ok();
}

#[tokio::test]
async fn tokens_that_bind_nothing() {
    let Parties { app, github, .. } = parties().await;
    let (user, device) = (app.device().sign_up_by_phone().await, app.device());
    let late = device.prove_identity(&github, &unique_person()).await;
    app.wait_seconds(3600);
    let spent = device.prove_identity(&github, &unique_person()).await;
    device.sign_in_with_provider(&spent).await.ok();
    for token in [late.as_str(), &spent, "x", user.access_token()] {
        user.post(BIND, json!({ "provider_token": token })).await.refused(INVALID_GRANT);
    }
    for body in [json!({}), json!({ "provider_token": "" }), json!({ "provider_token": 1 })] {
        user.post(BIND, body).await.refused(INVALID_ARGUMENT);
    }
    assert_eq!(user.me().await["providers"], json!([]));
}

#[tokio::test]
async fn a_binding_is_repeated_after_a_lost_response() {
    let Parties { app, github, .. } = parties().await;
    let (user, other) = (app.device().sign_up_by_phone().await, app.device().sign_up_by_phone().await);
    let token = app.device().prove_identity(&github, &unique_person()).await;
    for _ in 0..2 {
        user.post(BIND, json!({ "provider_token": token })).await.ok();
    }
    other.post(BIND, json!({ "provider_token": token })).await.refused(INVALID_GRANT);
}

#[tokio::test]
async fn the_last_way_to_sign_in_cannot_be_unbound() {
    let Parties { app, github, acme } = parties().await;
    let device = app.device();
    let token = device.prove_identity(&github, &unique_person()).await;
    let user = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    unbind(&user, FakeGitHub::ID).await.refused(FAILED_PRECONDITION);
    // A password is not a way to sign in without a login name to go with it.
    user.patch("/auth/v1/user/password", json!({ "new_password": PASSWORD })).await.ok();
    unbind(&user, FakeGitHub::ID).await.refused(FAILED_PRECONDITION);
    bind(&user, &app, &acme, &unique_person()).await;
    unbind(&user, FakeGitHub::ID).await.ok();
    unbind(&user, FakeGitHub::ID).await.refused(NOT_FOUND);
    unbind(&user, FakeOidc::ID).await.refused(FAILED_PRECONDITION);
    for id in ["unknown", "GitHub", "%00", &"a".repeat(200)] {
        unbind(&user, id).await.refused(NOT_FOUND);
    }
    user.assert_alive().await;
}

#[tokio::test]
async fn with_an_address_everything_can_be_unbound() {
    let Parties { app, github, .. } = parties().await;
    let user = app.device().sign_up_by_email().await;
    bind(&user, &app, &github, &unique_person()).await;
    assert_eq!(unbind(&user, FakeGitHub::ID).await.ok(), json!({}));
    assert_eq!(user.me().await["providers"], json!([]));
    assert_eq!(app.database().count("events WHERE kind = 'identity_unbound'"), 1);
}

#[tokio::test]
async fn the_last_two_ways_to_sign_in_are_unbound_concurrently() {
    let Parties { app, github, acme } = parties().await;
    for _ in 0..5 {
        let device = app.device();
        let token = device.prove_identity(&github, &unique_person()).await;
        let user = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
        bind(&user, &app, &acme, &unique_person()).await;
        let racers = [FakeGitHub::ID, FakeOidc::ID].map(|id| {
            let user = user.clone();
            async move { unbind(&user, id).await }
        });
        let answers = together(racers).await;
        answers.iter().for_each(auth_tests::Answer::check_no_fault);
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
        assert_eq!(user.me().await["providers"].as_array().map(Vec::len), Some(1));
    }
}
