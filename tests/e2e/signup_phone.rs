//! Signing up by phone.

use auth_tests::{Address, Caller as _, Flows as _, INVALID_ARGUMENT, TestApp, unique_phone};
use serde_json::json;

const PATH: &str = "/auth/v1/signup";

#[tokio::test]
async fn the_shortest_sign_up() {
    let app = TestApp::start().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({})).await;
    let me = user.me().await;
    assert_eq!((&me["sub"], &me["phone_number"]), (&json!(user.sub()), &json!(phone.text())));
    assert_eq!((&me["username"], &me["email"], &me["has_password"]), (&json!(null), &json!(null), &json!(false)));
}

/// An example from the protocol's documentation, word for word.
#[tokio::test]
async fn the_documented_example() {
    let app = TestApp::start().await;
    let token = app.device().prove(&Address::phone("+86 13000000000")).await;
    let body = format!(
        r#"{{ "phone_number": "+86 13000000000", "verification_token": "{token}", "username": "user123", "password": "Password@123" }}"#
    );
    let answer = app.device().post_bytes(PATH, "application/json", body.into_bytes()).await;
    let user = auth_tests::SignedIn::by(app.anonymous().line(), &answer);
    let me = user.me().await;
    assert_eq!((&me["phone_number"], &me["username"]), (&json!("+86 13000000000"), &json!("user123")));
    assert_eq!(me["has_password"], true);
}

#[tokio::test]
async fn usernames_have_2_to_48_characters() {
    let app = TestApp::builder().without_limits().start().await;
    for (length, taken) in
        [(1, false), (2, true), (4, true), (5, true), (24, true), (25, true), (48, true), (49, false)]
    {
        let name = "a".repeat(length);
        let body = app.device().sign_up_body(&unique_phone(), json!({ "username": name })).await;
        let answer = app.device().post(PATH, body).await;
        if taken {
            answer.ok();
        } else {
            let text = answer.refused(INVALID_ARGUMENT);
            assert!(text.contains("username") && text.contains('2') && text.contains("48"), "{text}");
        }
    }
}

#[tokio::test]
async fn spellings_of_one_number_are_one_number() {
    let app = TestApp::start().await;
    let spellings = ["+86 13000000000", "+8613000000000", "13000000000"];
    let token = app.device().prove(&Address::phone(spellings[0])).await;
    let body = json!({ "phone_number": spellings[2], "verification_token": token });
    let answer = app.device().post(PATH, body).await;
    let user = auth_tests::SignedIn::by(app.anonymous().line(), &answer);
    assert_eq!(user.me().await["phone_number"], spellings[0]);
    for spelling in spellings {
        let answer = app.device().post("/auth/v1/verification", json!({ "phone_number": spelling })).await;
        assert_eq!(answer.ok()["is_user"], true, "{spelling}");
    }
}

#[tokio::test]
async fn numbers_as_sdks_mangle_them() {
    let app = TestApp::start().await;
    let american = app.device().sign_up(&Address::phone("+14 155550123"), json!({})).await;
    assert_eq!(american.me().await["phone_number"], "+1 4155550123");
    let doubled = json!({ "phone_number": "+86 +8613000000000", "verification_token": "x" });
    app.device().post(PATH, doubled).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn numbers_of_many_countries() {
    let app = TestApp::start().await;
    for number in ["+852 51234567", "+44 7911123456", "+49 15112345678", "+81 9012345678", "+7 9123456789"] {
        let user = app.device().sign_up(&Address::phone(number), json!({})).await;
        assert_eq!(user.me().await["phone_number"], number);
    }
}
