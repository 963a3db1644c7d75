//! `DELETE /admin/v1/users/{id}`

use auth_tests::{
    AccountFlows as _, Caller as _, NOT_FOUND, Operator, PASSWORD, SignedIn, TestApp, unique_email, unique_username,
};
use serde_json::json;

#[tokio::test]
async fn personal_data_is_deleted_and_the_names_are_free() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (email, name) = (unique_email(), unique_username());
    let fields = json!({ "username": name, "email": email.text(), "password": PASSWORD });
    let id = operator.create(fields.clone()).await;
    let device = app.device();
    let user = SignedIn::by(device.line(), &device.sign_in(&name, PASSWORD).await);

    let path = format!("/admin/v1/users/{id}");
    assert_eq!(operator.delete(&path).await.ok(), json!({}));
    user.assert_ended().await;
    operator.get(&path).await.refused(NOT_FOUND);
    operator.delete(&path).await.refused(NOT_FOUND);
    for table in ["users", "identifiers", "credentials", "sessions"] {
        assert_eq!(app.database().count(table), 0, "{table}");
    }
    let events = app.database().rows("SELECT kind, detail FROM events");
    let text = serde_json::to_string(&events).expect("JSON").to_lowercase();
    assert!(!text.contains(&name) && !text.contains(email.text()), "{text}");
    let deleted = events.iter().find(|event| event["kind"] == "account_deleted").expect("a record");
    let detail = deleted["detail"].as_str().expect("keyed hashes");
    assert!(detail.contains("email=") && detail.contains("username="), "{detail}");

    assert_ne!(operator.create(fields).await, id);
}
