//! Strangers who guess passwords: they keep no owner out, and get no further than docs/limits.md says.

use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, INVALID_PASSWORD, INVALID_STATUS, NEW_PASSWORD, PASSWORD, TestApp,
};
use serde_json::json;

use super::support::{At, Owner, at, behind_a_proxy, owner};

#[tokio::test]
async fn fifty_wrong_passwords_of_strangers_do_not_keep_the_owners_device_out() {
    let app = behind_a_proxy().start().await;
    let owner = owner(&app).await;
    let mut refused = 0;
    for n in 0..60 {
        let stranger = at(&app, &format!("198.51.{}.7", n % 6));
        refused += u32::from(stranger.sign_in(&owner.name, NEW_PASSWORD).await.status == 429);
    }
    assert!(refused >= 10, "{refused} of sixty tries from six networks were refused");
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.refused(INVALID_STATUS);
    owner.device.sign_in(&owner.name, PASSWORD).await.ok();
    let elsewhere = At { network: "198.51.0.7".to_owned(), ..owner.device.clone() };
    elsewhere.sign_in(&owner.name, PASSWORD).await.ok();
    for _ in 0..10 {
        owner.device.sign_in(&owner.name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    }
    owner.device.sign_in(&owner.name, PASSWORD).await.refused(INVALID_STATUS);
}

#[tokio::test]
async fn a_device_stays_known_after_its_sessions_have_ended() {
    let app = behind_a_proxy().set("AUTH__LIMITS__PASSWORD_TRIES_PER_ACCOUNT", "1").start().await;
    let owner = owner(&app).await;
    owner.session.post("/auth/v1/user/signout", json!({})).await.ok();
    app.wait_seconds(179 * 86_400);
    at(&app, "198.51.100.7").sign_in(&owner.name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.refused(INVALID_STATUS);
    owner.device.sign_in(&owner.name, PASSWORD).await.ok();
}

/// Limits that refuse for a while are far away, so that only the row of wrong passwords is left.
async fn after_a_row_of_wrong_passwords() -> (TestApp, Owner) {
    let app = behind_a_proxy()
        .set("AUTH__LIMITS__PASSWORD_TRIES_PER_ACCOUNT", "1000")
        .set("AUTH__GUESSES__WRONG_PASSWORDS_PER_ACCOUNT", "12")
        .start()
        .await;
    let owner = owner(&app).await;
    for n in 0..12 {
        at(&app, &format!("198.51.{n}.7")).sign_in(&owner.name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
        app.wait_seconds(3_600);
    }
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.refused(INVALID_STATUS);
    app.wait_seconds(7 * 86_400);
    let answer = at(&app, "203.0.114.9").sign_in(&owner.name, PASSWORD).await;
    let text = answer.refused(INVALID_STATUS);
    assert!(text.contains("code"), "it says how to get in: {text}");
    (app, owner)
}

#[tokio::test]
async fn after_a_row_of_wrong_passwords_they_count_from_known_devices_until_the_owner_signs_in() {
    let (app, owner) = after_a_row_of_wrong_passwords().await;
    owner.device.sign_in(&owner.name, PASSWORD).await.ok();
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_sign_in_with_a_code_ends_the_row_as_well() {
    let (app, owner) = after_a_row_of_wrong_passwords().await;
    at(&app, "203.0.113.9").sign_in_by_code(&owner.phone).await.ok();
    at(&app, "203.0.113.10").sign_in(&owner.name, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_reset_ends_the_row_as_well() {
    let (app, owner) = after_a_row_of_wrong_passwords().await;
    let device = at(&app, "203.0.113.9");
    let token = device.prove(&owner.phone).await;
    let body = owner.phone.with(json!({ "verification_token": token, "new_password": NEW_PASSWORD }));
    device.post("/auth/v1/reset", body).await.ok();
    at(&app, "203.0.113.10").sign_in(&owner.name, NEW_PASSWORD).await.ok();
}

/// Who has an access token and not the device is a stranger to the password.
#[tokio::test]
async fn wrong_present_passwords_of_a_thief_count_to_the_row() {
    let app = behind_a_proxy()
        .set("AUTH__GUESSES__WRONG_PASSWORDS_PER_ACCOUNT", "12")
        .set("AUTH__LIMITS__PASSWORD_TRIES_SECONDS", "60")
        .start()
        .await;
    let owner = owner(&app).await;
    let thief = app.anonymous().signed_in(owner.session.access_token());
    for _ in 0..12 {
        thief.post("/auth/v1/user/sudo", json!({ "password": NEW_PASSWORD })).await.refused(INVALID_PASSWORD);
        app.wait_seconds(60);
    }
    thief.post("/auth/v1/user/sudo", json!({ "password": PASSWORD })).await.refused(INVALID_STATUS);
    let own = owner.device.request(reqwest::Method::POST, "/auth/v1/user/sudo");
    let own = own.bearer_auth(owner.session.access_token()).json(&json!({ "password": PASSWORD }));
    owner.device.send(own).await.ok();
}
