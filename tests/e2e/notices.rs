//! Owners are told of changes to their accounts, and get them back with a code.

use auth_providers::testing::FakeGitHub;
use auth_senders::testing::{FakeSmtp, FakeWebhook};
use auth_tests::{
    AccountFlows as _, Address, Caller as _, Flows as _, NEW_PASSWORD, PASSWORD, SignedIn, TestApp, TestAppBuilder,
    ThirdPartyFlows as _, eventually, unique_email, unique_person, unique_phone, unique_username,
};
use serde_json::{Value, json};

const CONTACT: &str = "/auth/v1/user/contact";
const EDIT: &str = "/auth/v1/user/basic/edit";
const PASSWORD_PATH: &str = "/auth/v1/user/password";
const SESSIONS: &str = "/auth/v1/user/sessions";
const DAY: i64 = 86_400;

fn unlimited() -> TestAppBuilder {
    TestApp::builder().without_limits()
}

/// Proves a new address and adds it, with a proof of presence if the account needs one.
async fn add(user: &SignedIn, address: &Address, sudo: Option<String>) {
    let mut body = address.with(json!({ "verification_token": user.prove(address).await }));
    body["sudo_token"] = json!(sudo.unwrap_or_default());
    user.patch(CONTACT, body).await.ok();
}

async fn reset(app: &TestApp, address: &Address) {
    let token = app.device().prove(address).await;
    let body = address.with(json!({ "verification_token": token, "new_password": NEW_PASSWORD }));
    app.device().post("/auth/v1/reset", body).await.ok();
}

#[tokio::test]
async fn each_change_is_printed_for_every_address_of_before() {
    let app = unlimited().start().await;
    let (phone, email) = (unique_phone(), unique_email());
    let user = app.device().sign_up(&phone, json!({})).await;
    add(&user, &email, None).await;
    user.patch(PASSWORD_PATH, json!({ "new_password": PASSWORD, "sudo_token": "" })).await.ok();
    user.post(EDIT, json!({ "username": unique_username() })).await.ok();
    user.post(EDIT, json!({ "name": "Ann" })).await.ok();
    let by_phone = app.messages().kinds_of_notices_to(phone.text(), 3).await;
    assert_eq!(by_phone, ["contact_added", "password_set", "username_changed"], "at the older address");
    let by_mail = app.messages().kinds_of_notices_to(email.text(), 2).await;
    assert_eq!(by_mail, ["password_set", "username_changed"], "at the newer address");
    for notice in app.messages().notices_to(phone.text()) {
        assert!(!notice.line.contains("code="), "{}", notice.line);
        assert_eq!(notice.channel, "sms");
    }
    user.delete(SESSIONS).await.ok();
    let by_mail = app.messages().kinds_of_notices_to(email.text(), 3).await;
    assert_eq!(by_mail, ["password_set", "sessions_ended", "username_changed"]);
    eventually("the queue is empty", || app.database().count("messages") == 0).await;
}

/// What is refused, and what changes nothing about how people sign in, is told to nobody.
#[tokio::test]
async fn what_changes_nothing_is_not_told() {
    let app = unlimited().start().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({ "password": PASSWORD })).await;
    user.patch(PASSWORD_PATH, json!({ "new_password": NEW_PASSWORD, "old_password": "wrong" })).await;
    user.post(EDIT, json!({ "name": "Ann" })).await.ok();
    let sudo = user.sudo(PASSWORD).await;
    user.delete_me(&sudo).await.ok();
    assert_eq!(app.messages().kinds_of_notices_to(phone.text(), 1).await, ["account_deleted"]);
    eventually("the queue is empty", || app.database().count("messages") == 0).await;
}

/// Somebody with an access token of just after the sign-in, on the owner's device, adds an address and an identity. The
/// owner resets the password by the older address, and is alone again. What was the owner's can be added again.
#[tokio::test]
async fn a_reset_gives_the_account_back() {
    let github = FakeGitHub::start();
    let app = unlimited().with_github(&github.base()).start().await;
    let (phone, stolen, person) = (unique_phone(), unique_email(), unique_person());
    let device = app.device();
    let owner = device.sign_up(&phone, json!({})).await;
    app.wait_seconds(60);
    add(&owner, &stolen, None).await;
    let token = device.prove_identity(&github, &person).await;
    owner.post("/auth/v1/user/provider/bind", json!({ "provider_token": token })).await.ok();
    app.wait_seconds(10 * DAY);
    let thief = SignedIn::by(owner.line(), &app.device().sign_in_by_code(&stolen).await);
    assert_eq!(thief.sub(), owner.sub(), "the thief is in");
    reset(&app, &phone).await;
    thief.assert_ended().await;
    app.device().sign_in_by_code(&stolen).await.refused(auth_tests::NOT_FOUND);
    let back = SignedIn::by(owner.line(), &app.device().sign_in(phone.text(), NEW_PASSWORD).await);
    assert_eq!(back.sub(), owner.sub());
    let me = back.me().await;
    assert!(me["email"].is_null() && has_no_identity(&me), "{me}");
    let notices = app.messages().kinds_of_notices_to(phone.text(), 3).await;
    assert_eq!(notices, ["account_recovered", "contact_added", "identity_added"]);
    let sudo = back.sudo(NEW_PASSWORD).await;
    add(&back, &stolen, Some(sudo)).await;
    assert_eq!(back.me().await["email"], stolen.text(), "what was removed can be added again");
}

fn has_no_identity(me: &Value) -> bool {
    let providers = me["providers"].as_array().map(Vec::len).unwrap_or_default();
    providers == 0
}

/// A thief who resets by the address that was added cannot remove the older one, and is put out by it.
#[tokio::test]
async fn the_older_address_prevails() {
    let app = unlimited().start().await;
    let (phone, stolen) = (unique_phone(), unique_email());
    let owner = app.device().sign_up(&phone, json!({})).await;
    app.wait_seconds(60);
    add(&owner, &stolen, None).await;
    reset(&app, &stolen).await;
    let thief = SignedIn::by(owner.line(), &app.device().sign_in(stolen.text(), NEW_PASSWORD).await);
    assert_eq!(thief.me().await["phone_number"], phone.text(), "the owner's address stays");
    reset(&app, &phone).await;
    thief.assert_ended().await;
    let back = SignedIn::by(owner.line(), &app.device().sign_in(phone.text(), NEW_PASSWORD).await);
    assert!(back.me().await["email"].is_null());
}

/// What has been there for longer than the window stays, and so does everything that came with the sign-up.
#[tokio::test]
async fn a_reset_spares_what_is_old() {
    let app = unlimited().set("AUTH__RECOVERY__WINDOW_SECONDS", "86400").start().await;
    let (phone, email) = (unique_phone(), unique_email());
    let user = app.device().sign_up(&phone, json!({})).await;
    app.wait_seconds(60);
    add(&user, &email, None).await;
    app.wait_seconds(DAY);
    reset(&app, &phone).await;
    let back = SignedIn::by(user.line(), &app.device().sign_in(email.text(), NEW_PASSWORD).await);
    assert_eq!(back.me().await["email"], email.text());
    let notices = app.messages().kinds_of_notices_to(email.text(), 1).await;
    assert_eq!(notices, ["password_reset"]);
}

#[tokio::test]
async fn a_notice_goes_by_mail_in_the_users_language() {
    let smtp = FakeSmtp::start().await;
    let app = unlimited().set("AUTH__SMTP__URL", &smtp.url()).set("AUTH__SMTP__FROM", "no-reply@example.com");
    let app = app.start().await;
    for (locale, word) in [("en-GB", "password of your account was changed"), ("zh-CN", "密码已修改")] {
        let email = unique_email();
        let answer = app.device().post("/auth/v1/verification", email.with(json!({}))).await.ok();
        let code = smtp.next_mail().await.code().expect("a code");
        let id = answer["verification_id"].as_str().expect("an id").to_owned();
        let token = app.device().verify(&auth_tests::SentCode { id, code }).await;
        let body = email.with(json!({ "verification_token": token, "password": PASSWORD, "locale": locale }));
        let user = SignedIn::by(app.anonymous().line(), &app.device().post("/auth/v1/signup", body).await);
        user.post(EDIT, json!({ "locale": locale })).await.ok();
        let change = json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD });
        user.patch(PASSWORD_PATH, change).await.ok();
        let mail = smtp.next_mail().await;
        assert_eq!(mail.to, [email.text()]);
        assert!(mail.text().contains(word) && mail.html().contains(word), "{}", mail.text());
        assert!(mail.code().is_none() && !mail.html().contains("href"), "{}", mail.html());
        for secret in [PASSWORD, NEW_PASSWORD] {
            assert!(!mail.raw.contains(secret) && !mail.text().contains(secret), "{}", mail.text());
        }
    }
}

#[tokio::test]
async fn a_notice_goes_to_the_webhook_of_text_messages() {
    let webhook = FakeWebhook::start().await;
    let app = unlimited()
        .set("AUTH__SMS__KIND", "webhook")
        .set("AUTH__SMS__WEBHOOK__URL", &webhook.url())
        .set("AUTH__SMS__WEBHOOK__SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .start()
        .await;
    let (phone, email) = (unique_phone(), unique_email());
    let answer = app.device().post("/auth/v1/verification", phone.with(json!({}))).await.ok();
    let code = webhook.next_request().await.json()["code"].as_str().expect("a code").to_owned();
    let id = answer["verification_id"].as_str().expect("an id").to_owned();
    let device = app.device();
    let token = device.verify(&auth_tests::SentCode { id, code }).await;
    let body = phone.with(json!({ "verification_token": token }));
    let user = SignedIn::by(device.line(), &device.post("/auth/v1/signup", body).await);
    add(&user, &email, None).await;
    let notice = webhook.next_request().await.json();
    assert_eq!((&notice["type"], &notice["notice"]), (&json!("notice"), &json!("contact_added")), "{notice}");
    assert_eq!(notice["to"], phone.text().replace(' ', ""));
    assert!(notice["code"].is_null() && notice["text"].as_str().is_some_and(|text| !text.is_empty()), "{notice}");
    assert!(!notice.to_string().contains(email.text()), "the address is masked: {notice}");
}

/// Above the budget of an address the notice is dropped, and the change is made.
#[tokio::test]
async fn above_the_budget_the_change_is_made_all_the_same() {
    let app = TestApp::builder().set("AUTH__NOTICES__PER_ADDRESS", "2").start().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({})).await;
    let mut name = String::new();
    for _ in 0..4 {
        name = unique_username();
        user.post(EDIT, json!({ "username": name })).await.ok();
    }
    assert_eq!(user.me().await["username"], name);
    eventually("the queue is empty", || app.database().count("messages") == 0).await;
    assert_eq!(app.messages().notices_to(phone.text()).len(), 2);
}

#[tokio::test]
async fn nobody_is_told_where_notices_are_off() {
    let app = unlimited().set("AUTH__NOTICES__ENABLED", "false").start().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({})).await;
    user.patch(PASSWORD_PATH, json!({ "new_password": PASSWORD, "sudo_token": "" })).await.ok();
    assert_eq!(app.database().count("messages WHERE notice IS NOT NULL"), 0);
    assert!(app.messages().notices_to(phone.text()).is_empty());
}

/// Only where it is switched on. The device of the sign-up is known, and another one is from its first sign-in on.
#[tokio::test]
async fn a_sign_in_on_a_new_device_is_told() {
    for is_on in ["false", "true"] {
        let app = unlimited().set("AUTH__NOTICES__NEW_DEVICES", is_on).start().await;
        let (phone, home, elsewhere) = (unique_phone(), app.device(), app.device());
        home.sign_up(&phone, json!({ "password": PASSWORD })).await;
        for device in [&home, &elsewhere, &elsewhere] {
            device.sign_in(phone.text(), PASSWORD).await.ok();
        }
        let expected = if is_on == "true" { 1 } else { 0 };
        let told = app.messages().kinds_of_notices_to(phone.text(), expected).await;
        assert_eq!(told, vec!["new_device"; expected]);
        eventually("the queue is empty", || app.database().count("messages") == 0).await;
        assert_eq!(app.messages().notices_to(phone.text()).len(), expected);
    }
}
