//! `/auth/v1/user/sessions` and the ways to end sessions.

use std::collections::BTreeSet;

use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, NOT_FOUND, OnDevice, Operator, PASSWORD, SignedIn, TestApp,
    unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/user/sessions";

async fn sign_in_on(device: &OnDevice, name: &str) -> SignedIn {
    SignedIn::by(device.line(), &device.sign_in(name, PASSWORD).await)
}

/// A user with this many sessions, each on its own device, the oldest first.
async fn user_with_sessions(app: &TestApp, sessions: usize) -> (Vec<SignedIn>, Vec<OnDevice>, String) {
    let name = unique_username();
    let devices: Vec<_> = (0..sessions).map(|_| app.device()).collect();
    let extra = json!({ "username": name, "password": PASSWORD });
    let mut users = vec![devices[0].sign_up(&unique_phone(), extra).await];
    for device in &devices[1..] {
        app.wait_seconds(1);
        users.push(sign_in_on(device, &name).await);
    }
    (users, devices, name)
}

async fn list(user: &SignedIn) -> Vec<Value> {
    let answer = user.get(PATH).await.ok();
    let data = answer["data"].as_array().expect("a list").clone();
    assert_eq!(answer["total"], data.len(), "{answer}");
    data
}

#[tokio::test]
async fn the_list_is_newest_first() {
    let app = TestApp::start().await;
    let (users, devices, _) = user_with_sessions(&app, 3).await;
    app.device().sign_up_by_phone().await;
    let sessions = list(&users[1]).await;
    let ids: Vec<_> = sessions.iter().map(|session| session["device_id"].as_str().unwrap_or_default()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 3, "each device has a name of its own: {ids:?}");
    for device in &devices {
        assert!(!json!(sessions).to_string().contains(device.id()), "a device's id is a secret: {sessions:?}");
    }
    let names = async |user: &SignedIn| -> Vec<Value> {
        list(user).await.into_iter().map(|session| session["device_id"].clone()).collect()
    };
    assert_eq!(names(&users[0]).await, names(&users[2]).await, "a device has one name");
    let current: Vec<_> = sessions.iter().map(|session| session["current"] == true).collect();
    assert_eq!(current, [false, true, false]);
    for session in &sessions {
        assert_eq!((&session["client_id"], &session["network"]), (&json!("default"), &json!("127.0.0.1")), "{session}");
        for field in ["id", "provider_type", "created_at", "expires_at"] {
            assert!(session[field].is_string(), "{field}: {session}");
        }
        assert!(session.get("refreshed_at").is_none(), "{session}");
    }
    users[1].refreshed().await;
    assert!(list(&users[1]).await[1]["refreshed_at"].is_string());
}

#[tokio::test]
async fn a_session_shows_the_user_agent_that_began_it() {
    let app = TestApp::start().await;
    let (users, devices, name) = user_with_sessions(&app, 1).await;
    let operator = Operator::of(&app);
    let agent = "Mozilla/5.0 (X11; Linux x86_64)";
    let body = json!({ "username": name, "password": PASSWORD });
    let sign_in = devices[0].request(Method::POST, "/auth/v1/signin").header("user-agent", agent).json(&body);
    app.wait_seconds(1);
    devices[0].send(sign_in).await.ok();
    assert_eq!(list(&users[0]).await[0]["user_agent"], agent);
    let seen = operator.get(&format!("/admin/v1/users/{}/sessions", users[0].sub())).await.ok();
    assert_eq!(seen["sessions"][0]["user_agent"], agent, "{seen}");
}

#[tokio::test]
async fn one_session_is_ended() {
    let app = TestApp::start().await;
    let (users, _, _) = user_with_sessions(&app, 3).await;
    let id = list(&users[0]).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("{PATH}/{id}");
    let stranger = app.device().sign_up_by_phone().await;
    stranger.delete(&path).await.refused(NOT_FOUND);
    assert_eq!(users[0].delete(&path).await.ok(), json!({}));
    users[2].assert_ended().await;
    users[0].delete(&path).await.refused(NOT_FOUND);
    for id in ["x", "00000000-0000-4000-8000-000000000000", "%00", &"a".repeat(300)] {
        users[0].delete(&format!("{PATH}/{id}")).await.refused(NOT_FOUND);
    }
    users[0].assert_alive().await;
    users[1].assert_alive().await;
    assert_eq!(list(&users[0]).await.len(), 2);
}

#[tokio::test]
async fn the_present_session_is_signed_out() {
    let app = TestApp::start().await;
    let (users, _, _) = user_with_sessions(&app, 2).await;
    assert_eq!(users[0].post("/auth/v1/user/signout", json!({})).await.ok(), json!({}));
    users[0].assert_ended().await;
    users[1].assert_alive().await;
    let request = users[1].request(reqwest::Method::POST, "/auth/v1/user/signout");
    assert_eq!(users[1].send(request).await.ok(), json!({}), "without a body");
    users[1].assert_ended().await;
}

#[tokio::test]
async fn all_sessions_are_ended() {
    let app = TestApp::start().await;
    let ((users, _, name), (others, _, _)) = (user_with_sessions(&app, 3).await, user_with_sessions(&app, 1).await);
    assert_eq!(users[1].delete("/auth/v1/user/revoke/all").await.ok(), json!({}));
    for user in &users {
        user.assert_ended().await;
    }
    others[0].assert_alive().await;
    sign_in_on(&app.device(), &name).await.assert_alive().await;
    let theirs = format!("events WHERE kind = 'sessions_ended' AND user_id = {}", users[0].sub());
    assert_eq!(app.database().count(&theirs), 1);
}

#[tokio::test]
async fn the_sessions_of_one_device_are_ended() {
    let app = TestApp::start().await;
    let (users, devices, name) = user_with_sessions(&app, 2).await;
    let twice = sign_in_on(&devices[0], &name).await;
    let neighbour = devices[0].sign_up(&unique_phone(), json!({})).await;
    let path = |id: &str| format!("/auth/v1/user/authorized/devices/{id}");
    users[1].delete(&path(devices[0].id())).await.ok();
    users[0].assert_ended().await;
    twice.assert_ended().await;
    users[1].assert_alive().await;
    neighbour.assert_alive().await;
    for id in ["unknown", "%00", &"a".repeat(300)] {
        users[1].delete(&path(id)).await.check_no_fault();
    }
    users[1].assert_alive().await;
}

/// The list names a device in another way than the device does, and both names end its sessions. Neither is of use to
/// another user.
#[tokio::test]
async fn a_device_is_named_as_the_list_names_it() {
    let app = TestApp::start().await;
    let (users, devices, name) = user_with_sessions(&app, 3).await;
    let oldest = list(&users[2]).await[2]["device_id"].as_str().expect("a name").to_owned();
    let path = |id: &str| format!("/auth/v1/user/authorized/devices/{id}");
    let neighbour = devices[0].sign_up(&unique_phone(), json!({})).await;
    assert_ne!(list(&neighbour).await[0]["device_id"], oldest, "one name for two users");
    neighbour.delete(&path(&oldest)).await.ok();
    users[0].assert_alive().await;
    users[2].delete(&path(&oldest)).await.ok();
    users[0].assert_ended().await;
    users[1].assert_alive().await;
    users[2].delete(&path(devices[1].id())).await.ok();
    users[1].assert_ended().await;
    neighbour.assert_alive().await;
    sign_in_on(&devices[0], &name).await.assert_alive().await;
}

/// Whoever ends nothing leaves no event, however often.
#[tokio::test]
async fn ending_the_sessions_of_an_unknown_device_leaves_no_event() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    let before = app.database().count("events");
    for id in ["unknown", &auth_tests::unique_device(), "%00"] {
        user.delete(&format!("/auth/v1/user/authorized/devices/{id}")).await.ok();
    }
    assert_eq!(app.database().count("events"), before);
    user.assert_alive().await;
}

#[tokio::test]
async fn one_session_too_many_ends_the_oldest() {
    let app = TestApp::builder().set("AUTH__SESSIONS__MAX_PER_USER", "3").start().await;
    let (users, _, name) = user_with_sessions(&app, 3).await;
    app.wait_seconds(1);
    let newest = sign_in_on(&app.device(), &name).await;
    users[0].assert_ended().await;
    for user in [&users[1], &users[2], &newest] {
        user.assert_alive().await;
    }
    assert_eq!(list(&newest).await.len(), 3);
}

#[tokio::test]
async fn a_blocked_users_sessions_end_immediately() {
    let app = TestApp::start().await;
    let (users, _, _) = user_with_sessions(&app, 2).await;
    app.database().execute(&format!("UPDATE users SET status = 'BLOCKED' WHERE id = {}", users[0].sub()));
    for user in &users {
        user.get("/auth/v1/user/me").await.refused(auth_tests::UNAUTHENTICATED);
    }
}
