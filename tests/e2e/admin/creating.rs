//! `POST /admin/v1/users`

use auth_tests::{
    AccountFlows as _, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, Operator, PASSWORD, SignedIn,
    TestApp, unique_email, unique_phone, unique_username,
};
use serde_json::json;

#[tokio::test]
async fn a_user_with_a_name_and_a_password_signs_in() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, name) = operator.create_named(PASSWORD).await;
    // Events of the same instant have no order.
    app.wait_seconds(1);
    let device = app.device();
    let user = SignedIn::by(device.line(), &device.sign_in(&name, PASSWORD).await);
    assert_eq!(user.sub(), id);
    assert_eq!(user.me().await["username"], json!(name));
    let events = operator.get(&format!("/admin/v1/events?user={id}")).await.ok();
    let made = events["events"].as_array().and_then(|events| events.last()).expect("an event");
    assert_eq!(
        (&made["kind"], &made["actor"]),
        (&json!("user_created"), &json!(format!("operator:{}", operator.name())))
    );
}

#[tokio::test]
async fn a_random_password_is_shown_once() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let name = unique_username();
    let made = operator.post("/admin/v1/users", json!({ "username": name, "password": "" })).await.ok();
    let password = made["initial_password"].as_str().expect("a password");
    assert!(password.len() >= 25, "{password}");
    app.device().sign_in(&name, password).await.ok();
    let seen = operator.get(&format!("/admin/v1/users/{}", made["id"].as_str().expect("an id"))).await;
    assert!(!seen.to_string().contains(password) && !seen.to_string().contains("argon2"), "{seen}");
    assert!(!auth_tests::everything_logged().contains(password));
}

#[tokio::test]
async fn all_fields() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (email, phone, name) = (unique_email(), unique_phone(), unique_username());
    let fields = json!({
        "username": name, "email": email.text(), "phone_number": phone.text(), "password": PASSWORD,
        "nickname": "Ann", "picture": "https://example.com/a.png", "gender": "FEMALE", "locale": "zh",
        "description": "of the support", "status": "ACTIVE", "unknown": [1],
    });
    let id = operator.create(fields.clone()).await;
    let user = operator.user(&id).await;
    for field in
        ["username", "email", "phone_number", "nickname", "picture", "gender", "locale", "description", "status"]
    {
        assert_eq!(user[field], fields[field], "{field}");
    }
    assert_eq!(user["has_password"], true);
    let verified = user["identifiers"].as_array().expect("names").iter().filter(|held| held["verified_at"].is_string());
    assert_eq!(verified.count(), 0, "nobody has proven an address: {user}");
    // An address that an operator entered works like any other: whoever controls it can sign in.
    let device = app.device();
    let by_code = SignedIn::by(device.line(), &device.sign_in_by_code(&email).await);
    assert_eq!(by_code.sub(), id);
}

#[tokio::test]
async fn a_user_may_be_created_blocked() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let name = unique_username();
    let id = operator.create(json!({ "username": name, "password": PASSWORD, "status": "BLOCKED" })).await;
    assert!(app.device().sign_in(&name, PASSWORD).await.status >= 400);
    operator.post(&format!("/admin/v1/users/{id}/unblock"), json!({})).await.ok();
    app.device().sign_in(&name, PASSWORD).await.ok();
}

#[tokio::test]
async fn invalid_users_are_refused() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let long = "x".repeat(49);
    for fields in [
        json!({}),
        json!({ "password": PASSWORD }),
        json!({ "username": "a", "password": PASSWORD }),
        json!({ "username": long, "password": PASSWORD }),
        json!({ "username": "has space", "password": PASSWORD }),
        json!({ "username": "12345", "password": PASSWORD }),
        json!({ "username": "admin", "password": PASSWORD }),
        json!({ "username": ["x"], "password": PASSWORD }),
        json!({ "username": unique_username(), "password": "short" }),
        json!({ "username": unique_username(), "password": "password" }),
        json!({ "username": "somebody1", "password": "somebody1" }),
        json!({ "email": "no address", "password": PASSWORD }),
        json!({ "phone_number": "123", "password": PASSWORD }),
        json!({ "username": unique_username(), "password": PASSWORD, "status": "GONE" }),
        json!({ "username": unique_username(), "password": PASSWORD, "picture": "javascript:alert(1)" }),
        json!({ "username": unique_username(), "password": PASSWORD, "nickname": "x".repeat(65) }),
        json!({ "username": unique_username(), "password": PASSWORD, "description": "x".repeat(201) }),
    ] {
        let description = operator.post("/admin/v1/users", fields.clone()).await.refused(INVALID_ARGUMENT);
        assert!(!description.contains(PASSWORD), "{description}");
    }
    assert_eq!(app.database().count("users"), 0);
}

#[tokio::test]
async fn names_are_unique_whoever_chose_them() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (email, name) = (unique_email(), unique_username());
    app.device().sign_up(&email, json!({ "username": name })).await;
    for fields in [
        json!({ "username": name.to_uppercase(), "password": PASSWORD }),
        json!({ "username": unique_username(), "email": email.text().to_uppercase(), "password": PASSWORD }),
    ] {
        operator.post("/admin/v1/users", fields).await.refused(FAILED_PRECONDITION);
    }
    assert_eq!(app.database().count("users"), 1);
}
