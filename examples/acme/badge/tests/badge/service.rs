//! The endpoint in the whole service.

use auth_server::{Server, World};
use auth_settings::Environment;
use auth_tests::{Caller as _, Flows as _, TestApp, UNAUTHENTICATED};
use serde_json::{Value, json};

fn server() -> Server {
    Server::new().with(acme_badge::extension())
}

#[tokio::test]
async fn a_user_sees_the_badge() {
    let app = TestApp::builder().server(server()).set("AUTH__BADGE__VETERAN_AFTER_DAYS", "1").start().await;
    let user = app.device().sign_up_by_phone().await;
    assert_eq!(user.get("/auth/v1/user/badge").await.ok(), json!({ "rank": "member", "devices": 1 }));
    app.wait_seconds(24 * 60 * 60);
    let user = user.refreshed().await;
    assert_eq!(user.get("/auth/v1/user/badge").await.ok(), json!({ "rank": "veteran", "devices": 1 }));
}

#[tokio::test]
async fn around_the_handler_everything_is_as_for_other_endpoints() {
    let app = TestApp::builder().server(server()).start().await;
    app.anonymous().get("/auth/v1/user/badge").await.refused(UNAUTHENTICATED);
    let wrong_method = app.anonymous().post("/auth/v1/user/badge", json!({})).await;
    assert_eq!((wrong_method.status, wrong_method.header("allow")), (405, "GET"));
    let document = app.anonymous().get("/openapi.json").await.json();
    let described = &document["paths"]["/auth/v1/user/badge"]["get"]["responses"];
    assert_ne!((&described["200"], &described["401"]), (&Value::Null, &Value::Null), "{document}");
}

#[test]
fn its_section_is_checked_before_anything_starts() {
    let environment = Environment::new([("AUTH__BADGE__VETERAN_AFTER_DAYS", "0")]);
    let refused = server().configure(&environment, World::of_this_machine()).map(drop).expect_err("no days");
    assert!(refused.to_string().contains("must be a whole number from 1 to 36500"), "{refused}");
}
