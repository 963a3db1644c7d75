//! `POST /auth/v1/revoke` and `GET /auth/v1/token/introspect`.

use auth_tests::{AccountFlows as _, Caller as _, Flows as _, PASSWORD, SignedIn, TestApp, unique_username};
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/revoke";

async fn introspect(user: &SignedIn) -> Value {
    user.get("/auth/v1/token/introspect").await.ok()
}

#[tokio::test]
async fn every_form_ends_the_session() {
    let app = TestApp::start().await;
    let end = async |form: &str| {
        let (user, caller) = (app.device().sign_up_by_phone().await, app.anonymous());
        let answer = match form {
            "bearer alone" => user.post(PATH, json!({})).await,
            "bearer without a body" => user.send(user.request(Method::POST, PATH)).await,
            "bearer and refresh token" => user.post(PATH, json!({ "refresh_token": user.refresh_token() })).await,
            "access token" => caller.post(PATH, json!({ "token": user.access_token() })).await,
            "refresh token as token" => caller.post(PATH, json!({ "token": user.refresh_token() })).await,
            "a form" => {
                let form = format!("token={}&token_type_hint=refresh_token", user.refresh_token());
                caller.post_bytes(PATH, "application/x-www-form-urlencoded", form.into_bytes()).await
            }
            "a form in capitals" => {
                let form = format!("token={}", user.refresh_token());
                caller.post_bytes(PATH, "Application/X-WWW-Form-URLencoded ; charset=UTF-8", form.into_bytes()).await
            }
            _ => caller.post(PATH, json!({ "refresh_token": user.refresh_token() })).await,
        };
        assert_eq!(answer.ok(), json!({}), "{form}");
        user.assert_ended().await;
        assert_eq!(user.post(PATH, json!({})).await.ok(), json!({}), "{form}, again");
    };
    for form in [
        "bearer alone",
        "bearer without a body",
        "bearer and refresh token",
        "access token",
        "refresh token as token",
        "a form",
        "a form in capitals",
        "refresh token alone",
    ] {
        end(form).await;
    }
}

#[tokio::test]
async fn only_that_session_ends() {
    let app = TestApp::start().await;
    let (device, name) = (app.device(), unique_username());
    let extra = json!({ "username": name, "password": PASSWORD });
    let first = device.sign_up(&auth_tests::unique_phone(), extra).await;
    let second = SignedIn::by(device.line(), &app.device().sign_in(&name, PASSWORD).await);
    first.post(PATH, json!({})).await.ok();
    first.assert_ended().await;
    second.assert_alive().await;
    second.refreshed().await;
}

#[tokio::test]
async fn unknown_tokens() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let user = app.device().sign_up_by_phone().await;
    let foreign = other.device().sign_up_by_phone().await;
    for token in
        ["x", "", "m.AAAA", "a.b.c", "\u{0}", foreign.access_token(), foreign.refresh_token(), &"a".repeat(9_000)]
    {
        for body in [json!({ "token": token }), json!({ "refresh_token": token })] {
            assert_eq!(app.anonymous().post(PATH, body).await.ok(), json!({}));
        }
    }
    assert_eq!(app.anonymous().post(PATH, json!({})).await.ok(), json!({}));
    assert_eq!(app.anonymous().signed_in("a.b.c").post(PATH, json!({})).await.ok(), json!({}));
    user.assert_alive().await;
}

#[tokio::test]
async fn an_expired_access_token_still_ends_its_session() {
    let app = TestApp::start().await;
    for in_header in [true, false] {
        let user = app.device().sign_up_by_phone().await;
        app.wait_seconds(7201);
        let answer = if in_header {
            user.post(PATH, json!({})).await
        } else {
            app.anonymous().post(PATH, json!({ "token": user.access_token() })).await
        };
        answer.ok();
        user.assert_ended().await;
    }
}

#[tokio::test]
async fn a_used_refresh_token_ends_its_session_too() {
    let app = TestApp::start().await;
    let first = app.device().sign_up_by_phone().await;
    let second = first.refreshed().await;
    app.anonymous().post(PATH, json!({ "token": first.refresh_token() })).await.ok();
    second.assert_ended().await;
}

#[tokio::test]
async fn introspection_of_a_live_token() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    let answer = introspect(&user).await;
    let expected = json!({ "token_type": "Bearer", "client_id": "default", "sub": user.sub(), "scope": "user" });
    assert_eq!(answer, expected);
    let before = app.database().rows("SELECT * FROM sessions");
    introspect(&user).await;
    assert_eq!(app.database().rows("SELECT * FROM sessions"), before, "it does not refresh");
    let anonymous = app.device().sign_in_anonymously().await;
    assert_eq!(introspect(&anonymous).await["scope"], "anonymous");
}

#[tokio::test]
async fn introspection_of_anything_else_is_not_an_error() {
    let app = TestApp::start().await;
    let ended = app.device().sign_up_by_phone().await;
    ended.post(PATH, json!({})).await.ok();
    let expired = app.device().sign_up_by_phone().await;
    app.wait_seconds(7200);
    let refresh = app.anonymous().signed_in(expired.refresh_token());
    let garbled = ["a.b.c", "x", "null", &"a".repeat(7_000)].map(|token| app.anonymous().signed_in(token));
    for user in garbled.iter().chain([&ended, &expired, &refresh]) {
        assert_eq!(introspect(user).await, json!({}));
    }
    assert_eq!(app.anonymous().get("/auth/v1/token/introspect").await.ok(), json!({}));
    for authorization in ["", "Bearer", "Bearer ", "Basic ZGVmYXVsdDo=", "Token x", "Bearer a b"] {
        let request = app.anonymous().request(Method::GET, "/auth/v1/token/introspect");
        let answer = app.anonymous().send(request.header("authorization", authorization)).await;
        assert_eq!(answer.ok(), json!({}), "{authorization:?}");
    }
}
