//! Flows of an unmodified SDK, one test per flow, with the bodies, headers and query forms that it
//! sends.

use auth_providers::testing::{FakeOidc, Person};
use auth_tests::{
    Address, NEW_PASSWORD, NOT_FOUND, PASSWORD, Sdk, TestApp, TestAppBuilder, ThirdParty as _, provider_uri,
    sdk_verdict, unique_email, unique_person, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

const SIGN_IN: &str = "/auth/v1/signin";

fn builder() -> TestAppBuilder {
    TestApp::builder().without_limits()
}

async fn app_with_oidc() -> (TestApp, FakeOidc) {
    let builder = builder();
    let acme = FakeOidc::start(builder.shared_clock());
    (builder.with_oidc(&acme.issuer()).start().await, acme)
}

/// A client whose user has an address, a name and a password.
async fn signed_up(app: &TestApp, address: &Address) -> (Sdk, String) {
    let (mut sdk, name) = (Sdk::of(app), unique_username());
    sdk.enter(address, json!({ "username": name, "password": PASSWORD })).await;
    (sdk, name)
}

/// Signs in at the third party, and returns the provider token.
async fn provider_token(sdk: &Sdk, acme: &FakeOidc, person: &Person) -> String {
    let located = provider_uri(&[
        ("provider_id", FakeOidc::ID),
        ("redirect_uri", "https://app.example.com/signed-in"),
        ("state", "state-of-the-client"),
    ]);
    let answer = sdk.call(Method::GET, &located, None).await.ok();
    let approval = acme.approve(answer["uri"].as_str().expect("an address"), person).expect("no error page");
    assert_eq!(approval.state, "state-of-the-client");
    let body = json!({
        "provider_id": FakeOidc::ID, "provider_redirect_uri": "https://app.example.com/signed-in",
        "provider_code": approval.code,
    });
    let answer = sdk.call(Method::POST, "/auth/v1/provider/token", Some(body)).await.ok();
    answer["provider_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn sign_up_then_verify_otp() {
    let app = builder().start().await;
    for address in [unique_phone(), unique_email()] {
        let mut sdk = Sdk::of(&app);
        let new = sdk.enter(&address, json!({ "name": "Ann", "password": PASSWORD })).await;
        assert_eq!((&new[address.field()], &new["name"]), (&json!(address.text()), &json!("Ann")), "{new}");
        let known = Sdk::of(&app).enter(&address, json!({ "name": "Somebody Else" })).await;
        assert_eq!((&known["sub"], &known["name"]), (&new["sub"], &json!("Ann")), "a known user signs in: {known}");
    }
    assert_eq!(app.database().count("users"), 2);
}

#[tokio::test]
async fn sign_up_in_the_older_style() {
    let app = builder().start().await;
    let (mut sdk, phone) = (Sdk::of(&app), unique_phone());
    let token = sdk.verify(&sdk.ask_for_code(&phone, json!({ "target": "ANY" })).await).await;
    let body = phone.with(json!({ "verification_token": token, "username": unique_username(), "password": PASSWORD }));
    let answer = sdk.call(Method::POST, "/auth/v1/signup", Some(body)).await;
    sdk.arrive(&answer).await;
}

/// js-sdk itself refuses it; `authApi.signUp` sends it.
#[tokio::test]
async fn sign_up_with_a_name_and_a_password() {
    let app = builder().start().await;
    let body = json!({ "username": unique_username(), "password": PASSWORD });
    let answer = Sdk::of(&app).call(Method::POST, "/auth/v1/signup", Some(body)).await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("invalid_argument")), "{answer}");
}

#[tokio::test]
async fn sign_in_with_otp() {
    let app = builder().start().await;
    for address in [unique_phone(), unique_email()] {
        let target = json!({ "target": "USER" });
        let unknown = Some(address.with(target.clone()));
        let refused = Sdk::of(&app).call(Method::POST, "/auth/v1/verification", unknown).await;
        refused.refused(NOT_FOUND);
        assert_eq!(sdk_verdict(&refused), "USER_NOT_FOUND");
        let created = Sdk::of(&app).enter(&address, json!({})).await;
        // With `shouldCreateUser: false`.
        let mut sdk = Sdk::of(&app);
        let challenge = sdk.ask_for_code(&address, target).await;
        assert!(challenge.is_user);
        let body = json!({ "username": address.text(), "verification_token": sdk.verify(&challenge).await });
        let answer = sdk.call(Method::POST, SIGN_IN, Some(body)).await;
        assert_eq!(sdk.arrive(&answer).await["sub"], created["sub"]);
    }
}

#[tokio::test]
async fn a_wrong_code_is_a_failed_verification() {
    let app = builder().start().await;
    let sdk = Sdk::of(&app);
    let challenge = sdk.ask_for_code(&unique_phone(), json!({})).await;
    for body in [challenge.sent.wrong(), json!({ "verification_id": "unknown", "verification_code": "123456" })] {
        let answer = sdk.call(Method::POST, "/auth/v1/verification/verify", Some(body)).await;
        assert_eq!(sdk_verdict(&answer), "VERIFICATION_FAILED", "{answer}");
    }
    app.wait_seconds(600);
    let late = sdk.call(Method::POST, "/auth/v1/verification/verify", Some(challenge.sent.body())).await;
    assert_eq!(sdk_verdict(&late), "VERIFICATION_FAILED", "{late}");
    for body in [
        json!({ "username": "+86 13000000000", "verification_token": "unknown" }),
        json!({ "verification_token": "unknown" }),
    ] {
        let answer = sdk.call(Method::POST, SIGN_IN, Some(body)).await;
        assert_eq!(sdk_verdict(&answer), "VERIFICATION_FAILED", "{answer}");
    }
}

#[tokio::test]
async fn sign_in_with_password() {
    let app = builder().start().await;
    for address in [unique_phone(), unique_email()] {
        let (owner, name) = signed_up(&app, &address).await;
        for login in [name.as_str(), address.text()] {
            let mut sdk = Sdk::of(&app);
            let body = json!({ "username": login, "password": PASSWORD });
            let answer = sdk.call(Method::POST, SIGN_IN, Some(body)).await;
            assert_eq!(sdk.arrive(&answer).await["sub"], owner.session().sub(), "{login}");
            let wrong = json!({ "username": login, "password": NEW_PASSWORD });
            let refused = sdk.call(Method::POST, SIGN_IN, Some(wrong)).await;
            assert_eq!(sdk_verdict(&refused), "INVALID_CREDENTIALS", "{refused}");
        }
    }
}

#[tokio::test]
async fn sign_in_with_an_id_token_and_verify_oauth() {
    let (app, acme) = app_with_oidc().await;
    let person = unique_person();
    let mut sdk = Sdk::of(&app);
    let token = provider_token(&sdk, &acme, &person).await;
    let body = json!({ "provider_token": token });
    let answer = sdk.call(Method::POST, "/auth/v1/signin/with/provider", Some(body)).await;
    let created = sdk.arrive(&answer).await;
    assert_eq!(created["providers"][0]["provider_user_id"], person.subject, "{created}");

    let mut other = Sdk::of(&app);
    let body = json!({ "provider_id": FakeOidc::ID, "provider_id_token": acme.id_token(&person, None) });
    let answer = other.call(Method::POST, "/auth/v1/provider/token", Some(body)).await.ok();
    let body = json!({ "provider_token": answer["provider_token"], "provider_id": FakeOidc::ID });
    let answer = other.call(Method::POST, "/auth/v1/signin/with/provider", Some(body)).await;
    assert_eq!(other.arrive(&answer).await["sub"], created["sub"]);
}

#[tokio::test]
async fn sign_in_with_oauth_only_asks_for_the_address() {
    let (app, acme) = app_with_oidc().await;
    let located = provider_uri(&[("provider_id", FakeOidc::ID), ("state", "s"), ("other_params[key]", "value")]);
    let answer = Sdk::of(&app).call(Method::GET, &located, None).await.ok();
    assert!(answer["uri"].as_str().is_some_and(|uri| uri.starts_with(&acme.issuer())), "{answer}");
}

#[tokio::test]
async fn get_user() {
    let app = builder().start().await;
    let phone = unique_phone();
    let (sdk, name) = signed_up(&app, &phone).await;
    let me = sdk.me().await;
    assert_eq!((&me["username"], &me["phone_number"]), (&json!(name), &json!(phone.text())), "{me}");
    assert_eq!((&me["user_id"], &me["groups"]), (&me["sub"], &json!([{ "id": "user" }])), "{me}");
    assert_ne!(me["name"], "anonymous", "the SDK tells anonymous users by this very name");
}

#[tokio::test]
async fn refresh_session_replaces_what_is_stored() {
    let app = builder().start().await;
    let (mut sdk, _) = signed_up(&app, &unique_phone()).await;
    let before = sdk.session().clone();
    app.wait_seconds(7200 - 30);
    sdk.refresh_session().await;
    let (old, new) = (before.tokens(), sdk.session().tokens());
    let names = |tokens: &Value| tokens.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    assert_eq!(names(old), names(new), "the answer must be complete");
    assert_eq!((&old["sub"], &old["scope"]), (&new["sub"], &new["scope"]));
    assert_ne!(old["refresh_token"], new["refresh_token"]);
    app.wait_seconds(7200 - 30);
    sdk.me().await;
}

#[tokio::test]
async fn a_refresh_that_is_refused_drops_the_session() {
    let app = builder().start().await;
    let (sdk, _) = signed_up(&app, &unique_phone()).await;
    let stale = sdk.session().clone();
    Sdk::sign_out(&mut sdk.clone()).await;
    let body = auth_tests::refresh_body(stale.refresh_token());
    let answer = sdk.call(Method::POST, "/auth/v1/token", Some(body)).await;
    assert_eq!((answer.json()["error"].as_str(), sdk_verdict(&answer)), (Some("invalid_grant"), "INVALID_CREDENTIALS"));
}

#[tokio::test]
async fn sign_out_in_both_forms() {
    let app = builder().start().await;
    let (mut sdk, _) = signed_up(&app, &unique_phone()).await;
    sdk.sign_out().await.assert_ended().await;

    let (sdk, _) = signed_up(&app, &unique_phone()).await;
    let body = json!({ "redirect_uri": "https://app.example.com/bye", "state": "s" });
    let answer = sdk.call_signed(Method::POST, "/auth/v1/user/signout", Some(body)).await.ok();
    assert_eq!(answer["redirect_uri"], "https://app.example.com/bye");
    sdk.session().assert_ended().await;
}

#[tokio::test]
async fn reset_password_for_email_then_update_user() {
    let app = builder().start().await;
    for address in [unique_email(), unique_phone()] {
        let (elsewhere, _) = signed_up(&app, &address).await;
        let mut sdk = Sdk::of(&app);
        let fields = match address.field() {
            "email" => json!({ "target": "USER", "usage": "recovery" }),
            _ => json!({ "target": "USER" }),
        };
        let token = sdk.verify(&sdk.ask_for_code(&address, fields).await).await;
        // js-sdk posts what the caller typed, without the prefix that it had added before.
        let typed = address.text().replace("+86 ", "");
        let body = json!({ address.field(): typed, "verification_token": token, "new_password": NEW_PASSWORD });
        let answer = sdk.call(Method::POST, "/auth/v1/reset", Some(body)).await.ok();
        assert_eq!(answer, json!({}));
        let body = json!({ "username": address.text(), "password": NEW_PASSWORD });
        let answer = sdk.call(Method::POST, SIGN_IN, Some(body)).await;
        assert_eq!(sdk.arrive(&answer).await["sub"], elsewhere.session().sub());
        elsewhere.session().assert_ended().await;
    }
}

#[tokio::test]
async fn reset_password_for_old() {
    let app = builder().start().await;
    let (sdk, name) = signed_up(&app, &unique_phone()).await;
    let wrong = Some(json!({ "password": NEW_PASSWORD }));
    let refused = sdk.call_signed(Method::POST, "/auth/v1/user/sudo", wrong).await;
    assert_eq!(refused.json()["error"], "invalid_password", "anything else would end the session: {refused}");
    let sudo_token = sdk.sudo(json!({ "password": PASSWORD })).await;
    let body = json!({ "new_password": NEW_PASSWORD, "sudo_token": sudo_token });
    let answer = sdk.call_signed(Method::PATCH, "/auth/v1/user/password", Some(body)).await.ok();
    assert_eq!(answer, json!({}));
    sdk.me().await;
    let body = json!({ "username": name, "password": NEW_PASSWORD });
    sdk.call(Method::POST, SIGN_IN, Some(body)).await.ok();
}

#[tokio::test]
async fn reauthenticate_then_update_user() {
    let app = builder().start().await;
    for address in [unique_phone(), unique_email()] {
        let (sdk, name) = signed_up(&app, &address).await;
        let challenge = sdk.ask_for_code(&address, json!({ "usage": "reauthentication" })).await;
        let token = sdk.verify(&challenge).await;
        let sudo_token = sdk.sudo(json!({ "verification_token": token })).await;
        let body = json!({ "new_password": NEW_PASSWORD, "sudo_token": sudo_token });
        sdk.call_signed(Method::PATCH, "/auth/v1/user/password", Some(body)).await.ok();
        let body = json!({ "username": name, "password": NEW_PASSWORD });
        sdk.call(Method::POST, SIGN_IN, Some(body)).await.ok();
    }
}
