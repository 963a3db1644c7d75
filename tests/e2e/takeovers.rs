//! Attempts to get what belongs to somebody else, or will: none of them works.

use auth_tests::{
    AccountFlows as _, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, NEW_PASSWORD, PASSWORD,
    PERMISSION_DENIED, SentCode, SignedIn, TestApp, ThirdPartyFlows as _, unique_email, unique_person, unique_phone,
    unique_username,
};
use serde_json::json;

const EDIT: &str = "/auth/v1/user/basic/edit";
const SUDO: &str = "/auth/v1/user/sudo";

/// A code belongs to whoever requested it. Somebody else who requests one for the same address on the same network,
/// without a device id, gets another code; otherwise the owner would prove the address on a stranger's behalf.
#[tokio::test]
async fn nobody_holds_a_proof_that_another_users_code_earned() {
    let app = TestApp::builder().without_limits().start().await;
    let (owner, address) = (app.anonymous(), unique_email());
    let thief = app.device().sign_up_by_phone().await;
    let sent = owner.send_code(&address).await;
    let stolen = thief.send_code(&address).await;
    assert_ne!(sent.id, stolen.id, "one verification for two people");
    owner.verify(&sent).await;
    thief.post(EDIT, json!({ "email": address.text() })).await.refused(FAILED_PRECONDITION);
    assert!(thief.me().await["email"].is_null());
    assert_eq!(owner.sign_up(&address, json!({})).await.me().await["email"], address.text());
}

/// A proof that was earned at one application is worth nothing at another.
#[tokio::test]
async fn a_proof_that_was_earned_at_one_client_changes_nothing_at_another() {
    let app = TestApp::builder()
        .without_limits()
        .set("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public")
        .set("AUTH__CLIENTS__REGISTERED__FORUM__KIND", "public")
        .start()
        .await;
    let (user, address) = (app.device().sign_up_by_phone().await, unique_email());
    let answer = user.post("/auth/v1/verification?client_id=shop", address.with(json!({}))).await.ok();
    let code = app.messages().next_to(address.text()).await.code;
    let sent = SentCode { id: answer["verification_id"].as_str().expect("an id").to_owned(), code };
    user.post("/auth/v1/verification/verify?client_id=shop", sent.body()).await.ok();
    let edit = json!({ "email": address.text() });
    user.post(&format!("{EDIT}?client_id=forum"), edit.clone()).await.refused(FAILED_PRECONDITION);
    user.post(&format!("{EDIT}?client_id=shop"), edit).await.ok();
}

/// A code pays for one thing only: after a proof of presence it pays for neither a sign-in nor a reset.
#[tokio::test]
async fn a_code_that_proved_presence_is_spent() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({ "password": PASSWORD })).await;
    let device = app.device();
    let token = device.prove(&phone).await;
    let evidence = json!({ "verification_token": token });
    user.post(SUDO, evidence.clone()).await.ok();
    user.post(SUDO, evidence.clone()).await.ok(); // the response may have been lost
    device.post("/auth/v1/signin", evidence.clone()).await.refused(INVALID_ARGUMENT);
    let reset = phone.with(json!({ "verification_token": token, "new_password": NEW_PASSWORD }));
    device.post("/auth/v1/reset", reset).await.refused(INVALID_ARGUMENT);
    let another = app.device().sign_up_by_phone().await;
    another.post(SUDO, evidence.clone()).await.refused(INVALID_ARGUMENT);
    app.wait_seconds(121);
    user.post(SUDO, evidence).await.refused(INVALID_ARGUMENT);
    app.device().sign_in(phone.text(), PASSWORD).await.ok();
}

/// The same change of a password may be repeated, because the response may have been lost; another change with that
/// token is refused.
#[tokio::test]
async fn a_changed_password_is_changed_once() {
    let app = TestApp::builder().without_limits().start().await;
    let name = unique_username();
    let user = app.device().sign_up(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    let sudo = user.sudo(PASSWORD).await;
    let change = json!({ "new_password": NEW_PASSWORD, "sudo_token": sudo });
    for _ in 0..2 {
        assert_eq!(user.patch("/auth/v1/user/password", change.clone()).await.ok(), json!({}));
    }
    let other = json!({ "new_password": "Yet#Another1", "sudo_token": sudo });
    user.patch("/auth/v1/user/password", other).await.refused(PERMISSION_DENIED);
    app.device().sign_in(&name, NEW_PASSWORD).await.ok();
    app.wait_seconds(121);
    user.patch("/auth/v1/user/password", change).await.refused(PERMISSION_DENIED);
}

/// An anonymous user who proves an address or binds an identity is no longer anonymous: the device signs nobody in
/// to the account, and the earlier token does not create a second user.
#[tokio::test]
async fn a_device_opens_no_account_that_has_an_owner() {
    let github = auth_providers::testing::FakeGitHub::start();
    let app = TestApp::builder().without_limits().with_github(&github.base()).start().await;
    for binds in [false, true] {
        let device = app.device();
        let user = device.sign_in_anonymously().await;
        let elsewhere = device.sign_in_anonymously().await;
        assert_eq!(elsewhere.sub(), user.sub());
        if binds {
            let token = device.prove_identity(&github, &unique_person()).await;
            user.post("/auth/v1/user/provider/bind", json!({ "provider_token": token })).await.ok();
        } else {
            let address = unique_email();
            let token = device.prove(&address).await;
            let change = address.with(json!({ "verification_token": token }));
            user.patch("/auth/v1/user/contact", change).await.ok();
        }
        elsewhere.assert_ended().await;
        let now = user.refreshed().await;
        assert_eq!((now.sub(), &now.tokens()["scope"]), (user.sub(), &json!("user")));
        assert_ne!(now.me().await["name"], "anonymous");
        assert_ne!(device.sign_in_anonymously().await.sub(), user.sub(), "the device still leads to the account");
        let phone = unique_phone();
        let sign_up = device.sign_up_body(&phone, json!({ "anonymous_token": user.access_token() })).await;
        device.post("/auth/v1/signup", sign_up).await.refused(INVALID_ARGUMENT);
    }
}

/// An address that an operator entered is unproven until somebody proves it.
#[tokio::test]
async fn a_sign_in_by_code_proves_the_address() {
    let app = TestApp::builder().without_limits().start().await;
    let operator = auth_tests::Operator::of(&app);
    let (email, name) = (unique_email(), unique_username());
    let made = json!({ "username": name, "password": PASSWORD, "email": email.text() });
    operator.post("/admin/v1/users", made).await.ok();
    let device = app.device();
    let by_password = SignedIn::by(device.line(), &device.sign_in(&name, PASSWORD).await);
    assert_eq!(by_password.me().await["email_verified"], false);
    let by_code = SignedIn::by(device.line(), &device.sign_in_by_code(&email).await);
    assert_eq!(by_code.me().await["email_verified"], true);
}
