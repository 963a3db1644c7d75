//! `POST /admin/v1/users/{id}/password`

use auth_tests::{
    AccountFlows as _, Caller as _, INVALID_ARGUMENT, NEW_PASSWORD, Operator, PASSWORD, SignedIn, TestApp,
};
use serde_json::json;

#[tokio::test]
async fn setting_a_password_ends_all_sessions() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, name) = operator.create_named(PASSWORD).await;
    let device = app.device();
    let before = SignedIn::by(device.line(), &device.sign_in(&name, PASSWORD).await);
    let answer = operator.post(&format!("/admin/v1/users/{id}/password"), json!({ "password": NEW_PASSWORD })).await;
    assert_eq!(answer.ok(), json!({}));
    before.assert_ended().await;
    assert_eq!(device.sign_in(&name, PASSWORD).await.status, 400);
    device.sign_in(&name, NEW_PASSWORD).await.ok();
    assert!(operator.event_kinds(&id).await.contains(&"password_set".to_owned()));
}

#[tokio::test]
async fn without_a_password_a_random_one_is_generated() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, name) = operator.create_named(PASSWORD).await;
    let answer = operator.post(&format!("/admin/v1/users/{id}/password"), json!({})).await.ok();
    app.device().sign_in(&name, answer["initial_password"].as_str().expect("a password")).await.ok();
}

/// Somebody who took over an account must not get a moment between the unblocking and the new password.
#[tokio::test]
async fn a_blocked_users_password_can_be_set_before_they_are_unblocked() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, name) = operator.create_named(PASSWORD).await;
    operator.post(&format!("/admin/v1/users/{id}/block"), json!({})).await.ok();
    operator.post(&format!("/admin/v1/users/{id}/password"), json!({ "password": NEW_PASSWORD })).await.ok();
    assert!(app.device().sign_in(&name, NEW_PASSWORD).await.status >= 400, "still blocked");
    operator.post(&format!("/admin/v1/users/{id}/unblock"), json!({})).await.ok();
    assert_eq!(app.device().sign_in(&name, PASSWORD).await.status, 400);
    app.device().sign_in(&name, NEW_PASSWORD).await.ok();
}

#[tokio::test]
async fn bad_passwords_are_refused() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, name) = operator.create_named(PASSWORD).await;
    for password in ["short", "password", name.as_str(), &"x".repeat(257)] {
        let path = format!("/admin/v1/users/{id}/password");
        operator.post(&path, json!({ "password": password })).await.refused(INVALID_ARGUMENT);
    }
    app.device().sign_in(&name, PASSWORD).await.ok();
}
