//! Flows of an unmodified SDK, continued: what a signed-in user changes.

use auth_providers::testing::FakeOidc;
use auth_tests::{
    Address, PASSWORD, Sdk, TestApp, ThirdParty as _, provider_uri, sdk_verdict, unique_email, unique_person,
    unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

const EDIT: &str = "/auth/v1/user/basic/edit";

async fn signed_up(app: &TestApp, address: &Address) -> Sdk {
    let mut sdk = Sdk::of(app);
    sdk.enter(address, json!({ "password": PASSWORD })).await;
    sdk
}

/// The edit has no token: it works because this very user requested the code.
#[tokio::test]
async fn update_user_with_an_address_then_verify_otp() {
    let app = TestApp::builder().without_limits().start().await;
    let (sdk, elsewhere) = (signed_up(&app, &unique_phone()).await, unique_phone());
    for (new, field) in [(unique_email(), "email"), (elsewhere, "phone")] {
        let edit = || Some(json!({ field: new.text() }));
        let early = sdk.call_signed(Method::POST, EDIT, edit()).await;
        assert_eq!(sdk_verdict(&early), "PRECONDITION_FAILED", "{early}");
        // With the access token, and then without it.
        let challenge = sdk.ask_for_code(&new, json!({})).await;
        assert!(!challenge.is_user);
        sdk.verify(&challenge).await;
        let other = signed_up(&app, &unique_phone()).await;
        let stolen = other.call_signed(Method::POST, EDIT, edit()).await;
        assert_eq!(sdk_verdict(&stolen), "PRECONDITION_FAILED", "{stolen}");
        assert_eq!(sdk.call_signed(Method::POST, EDIT, edit()).await.ok(), json!({}));
        let me = sdk.me().await;
        assert_eq!(me[new.field()], new.text(), "{me}");
    }
}

#[tokio::test]
async fn update_user_with_a_profile() {
    let app = TestApp::start().await;
    let (sdk, name) = (signed_up(&app, &unique_phone()).await, unique_username());
    let body = json!({
        "nickname": "小明", "username": name, "gender": "FEMALE", "description": "A few words.",
        "avatar_url": "https://example.com/a.png",
    });
    assert_eq!(sdk.call_signed(Method::POST, EDIT, Some(body)).await.ok(), json!({}));
    let me = sdk.me().await;
    assert_eq!((&me["name"], &me["username"], &me["gender"]), (&json!("小明"), &json!(name), &json!("FEMALE")), "{me}");
    assert_eq!(me["picture"], "https://example.com/a.png", "{me}");
    assert_eq!(me["user_desc"], "A few words.", "{me}");
}

#[tokio::test]
async fn link_identity_list_and_unlink() {
    let builder = TestApp::builder().without_limits();
    let acme = FakeOidc::start(builder.shared_clock());
    let app = builder.with_oidc(&acme.issuer()).start().await;
    let (sdk, person) = (signed_up(&app, &unique_phone()).await, unique_person());
    let located = provider_uri(&[("provider_id", FakeOidc::ID), ("state", "s")]);
    let answer = sdk.call(Method::GET, &located, None).await.ok();
    let approval = acme.approve(answer["uri"].as_str().expect("an address"), &person).expect("no error page");
    let body = json!({ "provider_id": FakeOidc::ID, "provider_code": approval.code });
    let answer = sdk.call(Method::POST, "/auth/v1/provider/token", Some(body)).await.ok();
    let body = json!({ "provider_token": answer["provider_token"], "client_id": "env-1a2b3c" });
    let bound = sdk.call_signed(Method::POST, "/auth/v1/user/provider/bind", Some(body)).await.ok();
    assert_eq!(bound, json!({}));

    let identities = async || -> Vec<Value> {
        let list = sdk.call_signed(Method::GET, "/auth/v1/user/provider", None).await.ok();
        let all = list["data"].as_array().expect("a list").clone();
        assert_eq!(list["total"], all.len(), "{list}");
        all.into_iter().filter(|entry| entry["bind"] == true).collect()
    };
    let mine = identities().await;
    assert_eq!((mine.len(), &mine[0]["id"]), (1, &json!(FakeOidc::ID)), "{mine:?}");
    let me = sdk.me().await;
    assert_eq!(me["providers"][0]["provider_user_id"], person.subject, "{me}");
    let path = format!("/auth/v1/user/provider/{}", FakeOidc::ID);
    assert_eq!(sdk.call_signed(Method::DELETE, &path, None).await.ok(), json!({}));
    assert!(identities().await.is_empty());
}

#[tokio::test]
async fn delete_user() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    let sdk = signed_up(&app, &phone).await;
    let sudo_token = sdk.sudo(json!({ "password": PASSWORD })).await;
    let path = format!("/auth/v1/user/me?sudo_token={sudo_token}");
    assert_eq!(sdk.call_signed(Method::DELETE, &path, None).await.ok(), json!({}));
    sdk.session().assert_ended().await;
    assert_ne!(signed_up(&app, &phone).await.session().sub(), sdk.session().sub());
}

#[tokio::test]
async fn sign_in_anonymously() {
    let app = TestApp::start().await;
    let mut sdk = Sdk::of(&app);
    // The SDK signs in again on its own, with its client's name and an empty secret.
    for body in [json!({}), json!({ "client_id": "env-1a2b3c", "client_secret": "" })] {
        let answer = sdk.call(Method::POST, "/auth/v1/signin/anonymously", Some(body)).await;
        let me = sdk.arrive(&answer).await;
        assert_eq!((&me["name"], &sdk.session().tokens()["scope"]), (&json!("anonymous"), &json!("anonymous")), "{me}");
    }
    sdk.refresh_session().await;
    assert_eq!(sdk.me().await["name"], "anonymous");
}

#[tokio::test]
async fn is_username_registered() {
    let app = TestApp::start().await;
    let (mut sdk, name) = (Sdk::of(&app), unique_username());
    sdk.enter(&unique_phone(), json!({ "username": name })).await;
    for (asked, exist) in [(name.to_uppercase(), true), (name, true), (unique_username(), false)] {
        let path = format!("/auth/v1/checkIfUserExist?username={asked}");
        let answer = sdk.call(Method::GET, &path, None).await.ok();
        assert_eq!(answer, json!({ "exist": exist }), "{asked}");
    }
}
