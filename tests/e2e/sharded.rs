//! Flows and races on tables that are partitioned as engines of several nodes would spread them. `just sharded` runs all
//! tests of the service so; this one is here so that nobody has to wait for it.

use auth_postgres::Layout;
use auth_tests::{
    Caller as _, FAILED_PRECONDITION, Flows as _, PASSWORD, Sdk, TestApp, together, unique_email, unique_phone,
    unique_username,
};
use reqwest::Method;
use serde_json::json;

const SIGN_UP: &str = "/auth/v1/signup";
const RACERS: usize = 24;

#[tokio::test]
async fn flows_and_races_on_partitioned_tables() {
    let app = TestApp::builder().without_limits().laid_out(Layout::Sharded).start().await;
    assert!(app.database().count("pg_partitioned_table") > 10);
    let (mut sdk, name) = (Sdk::of(&app), unique_username());
    let new = sdk.enter(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    sdk.refresh_session().await;
    let edit = json!({ "nickname": "Ann", "description": "A few words." });
    sdk.call_signed(Method::POST, "/auth/v1/user/basic/edit", Some(edit)).await.ok();
    assert_eq!(sdk.me().await["name"], "Ann");
    let mut elsewhere = Sdk::of(&app);
    let body = json!({ "username": name, "password": PASSWORD });
    let answer = elsewhere.call(Method::POST, "/auth/v1/signin", Some(body)).await;
    assert_eq!(elsewhere.arrive(&answer).await["sub"], new["sub"]);
    equal_sign_ups_are_one_user(&app).await;
    one_owner_of_an_address_wins(&app).await;
    let gone = elsewhere.session();
    gone.delete_me(&gone.sudo(PASSWORD).await).await.ok();
    assert_eq!(app.database().count("users"), 2);
}

async fn equal_sign_ups_are_one_user(app: &TestApp) {
    let device = app.device();
    let body = device.sign_up_body(&unique_phone(), json!({ "username": unique_username() })).await;
    let racers = vec![body; RACERS].into_iter().map(|body| {
        let device = device.clone();
        async move { device.post(SIGN_UP, body).await }
    });
    let subs: Vec<_> = together(racers).await.iter().map(|answer| answer.ok()["sub"].clone()).collect();
    assert!(subs.iter().all(|sub| *sub == subs[0]), "{subs:?}");
}

async fn one_owner_of_an_address_wins(app: &TestApp) {
    let (email, mut bodies) = (unique_email(), Vec::new());
    for _ in 0..RACERS {
        bodies.push(app.device().sign_up_body(&email, json!({})).await);
    }
    let racers = bodies.into_iter().map(|body| {
        let device = app.device();
        async move { device.post(SIGN_UP, body).await }
    });
    let answers = together(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.refused(FAILED_PRECONDITION);
    }
}
