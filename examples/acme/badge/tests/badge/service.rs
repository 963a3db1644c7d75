//! The endpoint in the whole service.

use auth_server::{Server, World};
use auth_settings::Environment;
use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, INVALID_ARGUMENT, PASSWORD, TestApp, TestDatabase, UNAUTHENTICATED,
    unique_phone,
};
use serde_json::{Value, json};

fn server() -> Server {
    Server::new().with(acme_badge::extension())
}

#[tokio::test]
async fn a_user_sees_the_badge() {
    let app = TestApp::builder().server(server()).migrated().set("AUTH__BADGE__VETERAN_AFTER_DAYS", "1").start().await;
    let user = app.device().sign_up_by_phone().await;
    assert_eq!(user.get("/auth/v1/user/badge").await.ok(), json!({ "rank": "member", "devices": 1 }));
    app.wait_seconds(24 * 60 * 60);
    let user = user.refreshed().await;
    assert_eq!(user.get("/auth/v1/user/badge").await.ok(), json!({ "rank": "veteran", "devices": 1 }));
}

#[tokio::test]
async fn a_motto_is_kept_in_a_table_of_its_own_and_goes_with_the_account() {
    let app = TestApp::builder().server(server()).migrated().start().await;
    let user = app.device().sign_up(&unique_phone(), json!({ "password": PASSWORD })).await;
    for motto in ["Onwards", "前へ"] {
        let put = user.patch("/auth/v1/user/badge", json!({ "motto": motto })).await;
        assert_eq!(put.ok()["motto"], motto);
        assert_eq!(user.get("/auth/v1/user/badge").await.ok()["motto"], motto);
    }
    let too_long = json!({ "motto": "a".repeat(41) });
    let refused = user.patch("/auth/v1/user/badge", too_long).await;
    assert_eq!(refused.refused(INVALID_ARGUMENT), "motto must be one line of 1 to 40 characters");
    user.delete_me(&user.sudo(PASSWORD).await).await.ok();
    assert_eq!(app.database().count("acme_badges"), 0);
}

#[tokio::test]
async fn around_the_handler_everything_is_as_for_other_endpoints() {
    let app = TestApp::builder().server(server()).migrated().start().await;
    app.anonymous().get("/auth/v1/user/badge").await.refused(UNAUTHENTICATED);
    let wrong_method = app.anonymous().post("/auth/v1/user/badge", json!({})).await;
    assert_eq!((wrong_method.status, wrong_method.header("allow")), (405, "GET, HEAD, PATCH"));
    let document = app.anonymous().get("/openapi.json").await.json();
    let described = &document["paths"]["/auth/v1/user/badge"]["get"]["responses"];
    assert_ne!((&described["200"], &described["401"]), (&Value::Null, &Value::Null), "{document}");
}

#[tokio::test]
async fn origins_and_bodies_are_judged_as_for_other_endpoints() {
    let origin = "https://app.example.com";
    let app = TestApp::builder().server(server()).migrated().set("AUTH__HTTP__ALLOWED_ORIGINS", origin).start().await;
    for (from, allowed) in [(origin, origin), ("https://evil.example.com", "")] {
        let preflight = app.anonymous().request("OPTIONS".parse().expect("a method"), "/auth/v1/user/badge");
        let preflight = preflight.header("origin", from).header("access-control-request-method", "PATCH");
        let answer = app.anonymous().send(preflight).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed, "{answer}");
    }
    let user = app.device().sign_up_by_phone().await;
    let too_long = json!({ "motto": "a".repeat(70_000) });
    assert_eq!(user.patch("/auth/v1/user/badge", too_long).await.status, 413);
}

#[test]
fn its_section_is_checked_before_anything_starts() {
    let environment = Environment::new([("AUTH__BADGE__VETERAN_AFTER_DAYS", "0")]);
    let refused = server().configure(&environment, World::of_this_machine()).map(drop).expect_err("no days");
    assert!(refused.to_string().contains("must be a whole number from 1 to 36500"), "{refused}");
}

#[test]
fn its_table_goes_up_down_and_up_again() {
    let database = TestDatabase::without_schema();
    let steps = acme_badge::parts().all_migrations().expect("each step is there once");
    let up = steps.migrate(database.url()).expect("up");
    assert_eq!(database.count("acme_badges"), 0);
    steps.revert_all(database.url()).expect("down");
    assert_eq!(database.count("pg_class WHERE relname LIKE 'acme_badges%'"), 0, "what down.sql leaves behind");
    assert_eq!(steps.migrate(database.url()).expect("up again"), up);
}
