//! The whole service, with invitations.

use auth_server::Server;
use auth_tests::{
    Answer, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, SignedIn, TestApp, TestDatabase, together,
    unique_phone,
};
use serde_json::json;

async fn app() -> TestApp {
    let app = TestApp::builder().server(Server::new().with(acme_invitation::extension())).migrated().start().await;
    app.database().execute("INSERT INTO acme_invitations (code) VALUES ('WELCOME-2027')");
    app
}

async fn sign_up(app: &TestApp, code: &str, username: &str) -> Answer {
    let body = json!({ "invitation_code": code, "username": username, "password": "Password@123" });
    app.device().post("/auth/v1/signup", body).await
}

#[tokio::test]
async fn whoever_was_invited_signs_up_with_a_name_and_nothing_else() {
    let app = app().await;
    let device = app.device();
    let user = SignedIn::by(device.line(), &sign_up(&app, " welcome-2027", "al").await);
    assert_eq!(user.me().await["username"], "al");
    sign_up(&app, "WELCOME-2027", "somebody_else").await.refused(FAILED_PRECONDITION);
}

#[tokio::test]
async fn a_refusal_leaves_the_invitation_for_another_try() {
    let app = app().await;
    app.device().sign_up(&unique_phone(), json!({ "username": "taken" })).await;
    sign_up(&app, "WELCOME-2027", "taken").await.refused(FAILED_PRECONDITION);
    sign_up(&app, "WELCOME-2027", "a").await.refused(INVALID_ARGUMENT);
    sign_up(&app, "WELCOME-2027", &"a".repeat(49)).await.refused(INVALID_ARGUMENT);
    let no_name = json!({ "invitation_code": "WELCOME-2027" });
    app.device().post("/auth/v1/signup", no_name).await.refused(INVALID_ARGUMENT);
    sign_up(&app, "WELCOME-2027", "free").await.ok();
}

#[tokio::test]
async fn of_fifty_at_once_one_wins() {
    let app = app().await;
    let tries: Vec<_> = (0..50).map(|n| (app.device(), n)).collect();
    let answers = together(tries.into_iter().map(|(device, n)| async move {
        let body = json!({ "invitation_code": "WELCOME-2027", "username": format!("racer_{n}") });
        device.post("/auth/v1/signup", body).await
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn the_document_tells_clients_of_the_field() {
    let document = app().await.anonymous().get("/openapi.json").await.json();
    assert!(document["components"]["schemas"]["SignUpBody"]["properties"]["invitation_code"].is_object(), "{document}");
}

#[test]
fn its_table_goes_up_down_and_up_again() {
    let database = TestDatabase::without_schema();
    let steps = acme_invitation::parts().all_migrations().expect("each step is there once");
    let up = steps.migrate(database.url()).expect("up");
    assert_eq!(database.count("acme_invitations"), 0);
    steps.revert_all(database.url()).expect("down");
    assert_eq!(database.count("pg_class WHERE relname LIKE 'acme_invitations%'"), 0, "what down.sql leaves behind");
    assert_eq!(steps.migrate(database.url()).expect("up again"), up);
}
