//! Signing up by e-mail.

use auth_tests::{
    Address, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, SignedIn, TestApp, unique_email,
};
use serde_json::json;

const PATH: &str = "/auth/v1/signup";

#[tokio::test]
async fn the_shortest_sign_up() {
    let app = TestApp::start().await;
    let email = unique_email();
    let me = app.device().sign_up(&email, json!({})).await.me().await;
    assert_eq!((&me["email"], &me["email_verified"]), (&json!(email.text()), &json!(true)));
    assert_eq!((&me["username"], &me["phone_number"]), (&json!(null), &json!(null)));
}

/// An example from the protocol's documentation, word for word: a domain without a dot.
#[tokio::test]
async fn the_documented_example() {
    let app = TestApp::start().await;
    let token = app.device().prove(&Address::email("user@example")).await;
    let body = format!(
        r#"{{ "email": "user@example", "verification_token": "{token}", "username": "user456", "password": "DemoPass123!@#" }}"#
    );
    let answer = app.device().post_bytes(PATH, "application/json", body.into_bytes()).await;
    let me = SignedIn::by(app.anonymous().line(), &answer).me().await;
    assert_eq!((&me["email"], &me["username"]), (&json!("user@example"), &json!("user456")));
}

#[tokio::test]
async fn usernames_have_5_to_24_characters() {
    let app = TestApp::builder().without_limits().start().await;
    for (length, taken) in
        [(1, false), (2, false), (4, false), (5, true), (24, true), (25, false), (48, false), (49, false)]
    {
        let name = "a".repeat(length);
        let body = app.device().sign_up_body(&unique_email(), json!({ "username": name })).await;
        let answer = app.device().post(PATH, body).await;
        if taken {
            answer.ok();
        } else {
            let text = answer.refused(INVALID_ARGUMENT);
            assert!(text.contains("username") && text.contains('5') && text.contains("24"), "{text}");
        }
    }
}

#[tokio::test]
async fn case_does_not_make_another_address() {
    let app = TestApp::start().await;
    let me = app.device().sign_up(&Address::email("Ann.Lee@Example.COM"), json!({})).await.me().await;
    assert_eq!(me["email"], "Ann.Lee@example.com");
    for spelling in ["ann.lee@example.com", "ANN.LEE@EXAMPLE.COM", "ann.lee＠example.com"] {
        let body = app.device().sign_up_body(&Address::email(spelling), json!({})).await;
        app.device().post(PATH, body).await.refused(FAILED_PRECONDITION);
    }
}

#[tokio::test]
async fn the_token_may_come_with_another_spelling() {
    let app = TestApp::start().await;
    let token = app.device().prove(&Address::email("user@example.com")).await;
    let body = json!({ "email": "USER@example.com", "verification_token": token });
    app.device().post(PATH, body).await.ok();
}

#[tokio::test]
async fn odd_but_valid_addresses() {
    let app = TestApp::start().await;
    for email in ["a+tag@example.com", "o'hara@example.co.uk", "x@xn--fiqs8s", "user@münchen.example"] {
        app.device().sign_up(&Address::email(email), json!({})).await;
    }
}
