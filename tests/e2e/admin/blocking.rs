//! `POST /admin/v1/users/{id}/block` and `…/unblock`

use auth_tests::{
    AccountFlows as _, Caller as _, Operator, PASSWORD, SignedIn, TestApp, unique_email, unique_username,
};
use serde_json::json;

#[tokio::test]
async fn a_blocked_user_cannot_sign_in_until_unblocked() {
    let app = TestApp::builder().without_limits().start().await;
    let operator = Operator::of(&app);
    let (email, name) = (unique_email(), unique_username());
    let id = operator.create(json!({ "username": name, "email": email.text(), "password": PASSWORD })).await;
    let device = app.device();
    let before = SignedIn::by(device.line(), &device.sign_in(&name, PASSWORD).await);
    before.assert_alive().await;

    operator.post(&format!("/admin/v1/users/{id}/block"), json!({})).await.ok();
    before.assert_ended().await;
    let refusals = [device.sign_in(&name, PASSWORD).await, device.sign_in_by_code(&email).await];
    for answer in refusals {
        assert!((400..500).contains(&answer.status), "{answer}");
        answer.check_no_fault();
    }
    assert_eq!(operator.user(&id).await["status"], "BLOCKED");

    operator.post(&format!("/admin/v1/users/{id}/unblock"), json!({})).await.ok();
    before.assert_ended().await;
    SignedIn::by(device.line(), &device.sign_in(&name, PASSWORD).await).assert_alive().await;
    SignedIn::by(device.line(), &device.sign_in_by_code(&email).await).assert_alive().await;
    let kinds = operator.event_kinds(&id).await;
    assert!(kinds.contains(&"user_blocked".to_owned()) && kinds.contains(&"user_unblocked".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn blocking_is_idempotent() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, _) = operator.create_named(PASSWORD).await;
    for _ in 0..2 {
        operator.post(&format!("/admin/v1/users/{id}/block"), json!({})).await.ok();
    }
    assert_eq!(operator.user(&id).await["status"], "BLOCKED");
}
