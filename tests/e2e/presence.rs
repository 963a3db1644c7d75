//! What a session may change just after it began, what it may not later or elsewhere, and how `/auth/v1/user/sudo` helps.

use auth_providers::testing::FakeGitHub;
use auth_tests::{
    AccountFlows as _, Address, Answer, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_GRANT, NEW_PASSWORD,
    OnDevice, PASSWORD, PERMISSION_DENIED, SignedIn, TestApp, ThirdPartyFlows as _, together, unique_email,
    unique_person, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

const SUDO: &str = "/auth/v1/user/sudo";
const SET: &str = "/auth/v1/user/password";
const BIND: &str = "/auth/v1/user/provider/bind";
const UNBIND: &str = "/auth/v1/user/provider/github";
const CONTACT: &str = "/auth/v1/user/contact";
const EDIT: &str = "/auth/v1/user/basic/edit";

/// A user on a device, as SDKs call.
struct Here<'a> {
    user: SignedIn,
    device: &'a OnDevice,
}

impl Here<'_> {
    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.user.request(method, path).header("x-device-id", self.device.id());
        self.user.send(if body.is_null() { request } else { request.json(&body) }).await
    }

    async fn set(&self, password: &str) -> Answer {
        self.call(Method::PATCH, SET, json!({ "new_password": password, "sudo_token": "" })).await
    }

    async fn add(&self, address: &Address) -> Answer {
        let token = self.device.prove(address).await;
        self.call(Method::PATCH, CONTACT, address.with(json!({ "verification_token": token }))).await
    }

    async fn bind(&self, github: &FakeGitHub) -> Answer {
        let token = self.device.prove_identity(github, &unique_person()).await;
        self.call(Method::POST, BIND, json!({ "provider_token": token })).await
    }

    async fn sudo(&self) -> String {
        let answer = self.call(Method::POST, SUDO, json!({ "password": PASSWORD })).await.ok();
        answer["sudo_token"].as_str().expect("a token").to_owned()
    }

    async fn name(&self) -> Answer {
        self.call(Method::POST, EDIT, json!({ "username": unique_username() })).await
    }
}

/// SDKs decide by words of the text as well, so this one names the way out and none of the words that mean something
/// else to them.
#[track_caller]
fn assert_not_present(answer: &Answer) {
    let text = answer.refused(PERMISSION_DENIED);
    assert!(text.contains("/auth/v1/user/sudo"), "{answer}");
    for word in ["password", "verification", "credentials"] {
        assert!(!text.to_lowercase().contains(word), "{answer}");
    }
}

async fn start(github: &FakeGitHub) -> TestApp {
    TestApp::builder().without_limits().with_github(&github.base()).start().await
}

#[tokio::test]
async fn just_after_signing_in_a_session_needs_no_more_than_itself() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    let device = app.device();
    let here = Here { user: device.sign_up_by_phone().await, device: &device };
    app.wait_seconds(899);
    here.add(&unique_email()).await.ok();
    here.bind(&github).await.ok();
    here.name().await.ok();
    here.call(Method::DELETE, UNBIND, Value::Null).await.ok();
    here.set(PASSWORD).await.ok();
}

#[tokio::test]
async fn later_it_passes_sudo_first() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    let (device, phone) = (app.device(), unique_phone());
    let here = Here { user: device.sign_up(&phone, json!({})).await, device: &device };
    here.bind(&github).await.ok();
    app.wait_seconds(900);
    for answer in [
        here.add(&unique_email()).await,
        here.name().await,
        here.set(PASSWORD).await,
        here.call(Method::DELETE, UNBIND, Value::Null).await,
        here.call(Method::PATCH, "/auth/v1/user/profile", json!({ "username": unique_username() })).await,
    ] {
        assert_not_present(&answer);
    }
    here.call(Method::POST, EDIT, json!({ "nickname": "Ann" })).await.ok();
    let evidence = json!({ "verification_token": device.prove(&phone).await });
    here.call(Method::POST, SUDO, evidence).await.ok();
    app.wait_seconds(899);
    here.add(&unique_email()).await.ok();
    here.name().await.ok();
    here.call(Method::DELETE, UNBIND, Value::Null).await.ok();
    here.set(PASSWORD).await.ok();
}

/// Whoever signs in with a third party only has nothing else to show.
#[tokio::test]
async fn an_identity_that_is_bound_shows_presence() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    let (device, person) = (app.device(), unique_person());
    let token = device.prove_identity(&github, &person).await;
    let user = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    let here = Here { user, device: &device };
    app.wait_seconds(900);
    assert_not_present(&here.set(PASSWORD).await);
    let other = device.prove_identity(&github, &unique_person()).await;
    here.call(Method::POST, SUDO, json!({ "provider_token": other })).await.refused(INVALID_GRANT);
    assert_not_present(&here.set(PASSWORD).await);
    let own = json!({ "provider_token": device.prove_identity(&github, &person).await });
    let answer = here.call(Method::POST, SUDO, own.clone()).await.ok();
    assert!(answer["sudo_token"].is_string() && answer["expires_in"] == 900, "{answer}");
    here.call(Method::POST, SUDO, own.clone()).await.ok(); // the response may have been lost
    here.set(PASSWORD).await.ok();
    app.wait_seconds(121);
    here.call(Method::POST, SUDO, own).await.refused(INVALID_GRANT);
}

/// Presence is shown where it was proven: on the device that passed `/user/sudo`, not on the one of the thief.
#[tokio::test]
async fn presence_stays_on_its_device() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    let (device, elsewhere, phone) = (app.device(), app.device(), unique_phone());
    let user = device.sign_up(&phone, json!({})).await;
    let (here, there) = (Here { user: user.clone(), device: &device }, Here { user, device: &elsewhere });
    assert_not_present(&there.set(PASSWORD).await);
    // What a bearer reads about the device is not what makes anybody present.
    let listed = here.user.get("/auth/v1/user/sessions").await.ok()["data"][0]["device_id"].clone();
    let request = here.user.request(Method::PATCH, SET).header("x-device-id", listed.as_str().expect("a name"));
    assert_not_present(&here.user.send(request.json(&json!({ "new_password": PASSWORD }))).await);
    app.wait_seconds(900);
    let evidence = json!({ "verification_token": device.prove(&phone).await });
    here.call(Method::POST, SUDO, evidence).await.ok();
    assert_not_present(&there.set(PASSWORD).await);
    assert_not_present(&there.bind(&github).await);
    here.bind(&github).await.ok();
}

/// A sudo token pays for one change, anywhere.
#[tokio::test]
async fn a_sudo_token_shows_presence_for_one_change() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    let (device, elsewhere, phone) = (app.device(), app.device(), unique_phone());
    let user = device.sign_up(&phone, json!({ "password": PASSWORD })).await;
    let (here, there) = (Here { user: user.clone(), device: &device }, Here { user: user.clone(), device: &elsewhere });
    let name = unique_username();
    let sudo_token = here.sudo().await;
    let edit = json!({ "username": name, "sudo_token": sudo_token });
    there.call(Method::POST, EDIT, edit.clone()).await.ok();
    there.call(Method::POST, EDIT, edit).await.ok(); // the response may have been lost
    let other = json!({ "username": unique_username(), "sudo_token": sudo_token });
    there.call(Method::POST, EDIT, other).await.refused(PERMISSION_DENIED);
    let token = device.prove_identity(&github, &unique_person()).await;
    let path = format!("{BIND}?sudo_token={}", here.sudo().await);
    there.call(Method::POST, &path, json!({ "provider_token": token })).await.ok();
    assert_not_present(&there.call(Method::DELETE, UNBIND, Value::Null).await);
    let path = format!("{UNBIND}?sudo_token={}", here.sudo().await);
    there.call(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!(user.me().await["username"], name);
}

#[tokio::test]
async fn binding_replaces_nothing() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    let (device, person) = (app.device(), unique_person());
    let token = device.prove_identity(&github, &person).await;
    let user = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    let here = Here { user, device: &device };
    here.bind(&github).await.refused(FAILED_PRECONDITION);
    let again = device.prove_identity(&github, &person).await;
    here.call(Method::POST, BIND, json!({ "provider_token": again })).await.ok();
    let token = device.prove_identity(&github, &person).await;
    let back = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    assert_eq!(back.sub(), here.user.sub());
}

#[tokio::test]
async fn of_twenty_first_passwords_one_is_set() {
    let app = TestApp::builder().without_limits().start().await;
    let (device, phone) = (app.device(), unique_phone());
    let user = device.sign_up(&phone, json!({})).await;
    let passwords: Vec<_> = (0..20).map(|number| format!("Different!{number}x")).collect();
    let set = passwords.iter().cloned().map(|password| {
        let user = user.clone();
        async move { user.patch(SET, json!({ "new_password": password })).await }
    });
    let answers = together(set).await;
    let mut accepted = Vec::new();
    for (answer, password) in answers.iter().zip(&passwords) {
        match answer.status {
            200 => accepted.push(password),
            _ => drop(answer.refused(PERMISSION_DENIED)),
        }
    }
    assert_eq!(accepted.len(), 1, "first passwords that were set");
    device.sign_in(phone.text(), accepted[0]).await.ok();
}

/// With a window of nothing, each change needs a sudo token.
#[tokio::test]
async fn presence_can_be_switched_off() {
    let app = TestApp::builder().without_limits().set("AUTH__SESSIONS__PRESENCE_SECONDS", "0").start().await;
    let (device, phone) = (app.device(), unique_phone());
    let here = Here { user: device.sign_up(&phone, json!({})).await, device: &device };
    assert_not_present(&here.set(PASSWORD).await);
    let sudo_token = here.user.sudo_by_code(&phone).await;
    assert_not_present(&here.set(PASSWORD).await);
    let body = json!({ "new_password": NEW_PASSWORD, "sudo_token": sudo_token });
    here.call(Method::PATCH, SET, body).await.ok();
}
