//! `GET /admin/v1/users/{id}/export`

use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, Operator, PASSWORD, SignedIn, TestApp, unique_email, unique_username,
};
use serde_json::json;

#[tokio::test]
async fn an_export_has_everything_about_one_person_and_nobody_else() {
    let app = TestApp::start().await;
    let operator = Operator::with_scopes(&app, &["users:read"]);
    let (email, name) = (unique_email(), unique_username());
    let user = app.device().sign_up(&email, json!({ "username": name, "password": PASSWORD, "name": "Ann" })).await;
    app.device().sign_in(&name, PASSWORD).await.ok();
    let ended = SignedIn::by(user.line(), &app.device().sign_in(&name, PASSWORD).await);
    ended.post("/auth/v1/user/signout", json!({})).await.ok();
    let other = app.device().sign_up_by_email().await;

    let answer = operator.get(&format!("/admin/v1/users/{}/export", user.sub())).await;
    let exported = answer.ok();
    assert_eq!(exported["user"]["email"], email.text());
    assert_eq!(exported["user"]["nickname"], "Ann");
    assert!(exported["user"]["identifiers"].to_string().contains("verified_at"), "{answer}");
    assert_eq!(exported["sessions"].as_array().map(Vec::len), Some(2));
    let past = exported["past_sessions"].as_array().expect("sessions");
    assert_eq!((past.len(), past[0]["method"].as_str()), (1, Some("username")), "{answer}");
    assert!(past[0]["ended_at"].is_string() && exported["left_out"].to_string().contains("codes"), "{answer}");
    let kinds: Vec<_> =
        exported["events"].as_array().expect("events").iter().map(|event| event["kind"].clone()).collect();
    assert!(kinds.contains(&json!("signed_up")) && kinds.contains(&json!("signed_in")), "{kinds:?}");
    assert!(kinds.contains(&json!("user_exported")), "an export is an event, too: {kinds:?}");
    let text = answer.to_string();
    assert!(!text.contains("argon2") && !text.contains(other.sub()) && !text.contains(user.refresh_token()), "{text}");
}
