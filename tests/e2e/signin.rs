//! `POST /auth/v1/signin` by password and by code.

use std::collections::BTreeSet;

use auth_tests::{
    AccountFlows as _, Address, Answer, Caller as _, Flows as _, INVALID_ARGUMENT, INVALID_PASSWORD, NEW_PASSWORD,
    NOT_FOUND, PASSWORD, PASSWORD_NOT_SET, SignedIn, TestApp, USER_BLOCKED, sdk_verdict, together, unique_email,
    unique_phone, unique_username,
};
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/signin";

/// A user with this address, a username and a password.
async fn user_with_password(app: &TestApp, address: &Address) -> (SignedIn, String) {
    let name = unique_username();
    let user = app.device().sign_up(address, json!({ "username": name, "password": PASSWORD })).await;
    (user, name)
}

fn block(app: &TestApp, user: &SignedIn) {
    app.database().execute(&format!("UPDATE users SET status = 'BLOCKED' WHERE id = {}", user.sub()));
}

#[tokio::test]
async fn a_user_signs_in_by_any_login_name_in_any_spelling() {
    let app = TestApp::builder().without_limits().start().await;
    let (phone, email) = (unique_phone(), Address::email("Some.Body@Example.com"));
    let (by_phone, name) = user_with_password(&app, &phone).await;
    let (by_email, _) = user_with_password(&app, &email).await;
    let bare = phone.text().replace("+86 ", "");
    for (login, owner) in [
        (name.as_str(), &by_phone),
        (&name.to_uppercase(), &by_phone),
        (&format!(" {name} "), &by_phone),
        (phone.text(), &by_phone),
        (&phone.text().replace(' ', ""), &by_phone),
        (&bare, &by_phone),
        ("some.body@example.com", &by_email),
        ("SOME.BODY@EXAMPLE.COM", &by_email),
    ] {
        let session = SignedIn::by(owner.line(), &app.device().sign_in(login, PASSWORD).await);
        assert_eq!(session.sub(), owner.sub(), "{login}");
        session.assert_alive().await;
    }
    by_phone.assert_alive().await;
    assert_eq!(app.database().count("events WHERE kind = 'signed_in'"), 8);
}

#[tokio::test]
async fn unknown_names_and_wrong_passwords_are_answered_alike() {
    let app = TestApp::builder().without_limits().start().await;
    let (address, email) = (unique_phone(), unique_email());
    let (_, name) = user_with_password(&app, &address).await;
    user_with_password(&app, &email).await;
    let known = app.device().sign_in(&name, NEW_PASSWORD).await;
    known.refused(INVALID_PASSWORD);
    assert_eq!(sdk_verdict(&known), "INVALID_CREDENTIALS");
    for (login, password) in [
        (address.text(), NEW_PASSWORD),
        (email.text(), NEW_PASSWORD),
        (&unique_username(), PASSWORD),
        (unique_phone().text(), PASSWORD),
        (unique_email().text(), PASSWORD),
        ("no login name at all", PASSWORD),
        ("\u{0}", PASSWORD),
        ("名字", PASSWORD),
        (&name, "short"),
        (&name, "p\u{0}ssword-with-a-zero"),
        (&name, &"a".repeat(5_000)),
    ] {
        let answer = app.device().sign_in(login, password).await;
        assert_alike(&known, &answer);
    }
}

fn assert_alike(one: &Answer, other: &Answer) {
    assert_eq!((one.status, &one.body), (other.status, &other.body), "{one}\n{other}");
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(names(one), names(other), "{one}\n{other}");
}

#[tokio::test]
async fn passwords_are_compared_whole() {
    let app = TestApp::builder().without_limits().start().await;
    let (name, long) = (unique_username(), "Aa1!".repeat(64));
    app.device().sign_up(&unique_phone(), json!({ "username": name, "password": long })).await;
    let (cut, longer) = (&long[..255], format!("{long}x"));
    for wrong in [cut, &longer, &long.to_lowercase(), &format!(" {long}"), &long[..72]] {
        app.device().sign_in(&name, wrong).await.refused(INVALID_PASSWORD);
    }
    app.device().sign_in(&name, &long).await.ok();
}

#[tokio::test]
async fn an_account_without_a_password() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    app.device().sign_up(&phone, json!({})).await;
    let answer = app.device().sign_in(phone.text(), PASSWORD).await;
    let text = answer.refused(PASSWORD_NOT_SET);
    assert!(text.contains("code"), "it says what to do: {text}");

    let discreet = app.beside().without_limits().set("AUTH__VERIFICATION__REVEAL_EXISTENCE", "false").start().await;
    let known = discreet.device().sign_in(phone.text(), PASSWORD).await;
    known.refused(INVALID_PASSWORD);
    assert_alike(&known, &discreet.device().sign_in(unique_phone().text(), PASSWORD).await);
}

#[tokio::test]
async fn a_blocked_user() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    let (user, name) = user_with_password(&app, &phone).await;
    block(&app, &user);
    let answer = app.device().sign_in(&name, PASSWORD).await;
    answer.refused(USER_BLOCKED);
    assert_eq!(sdk_verdict(&answer), "USER_STATUS_ABNORMAL");
    app.device().sign_in(&name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    app.device().sign_in_by_code(&phone).await.refused(USER_BLOCKED);
    let sessions = format!("sessions WHERE user_id = {}", user.sub());
    assert_eq!(app.database().count(&sessions), 1, "no session began");
}

#[tokio::test]
async fn bodies_that_are_not_a_sign_in() {
    let app = TestApp::start().await;
    for body in [
        json!({}),
        json!({ "username": "somebody" }),
        json!({ "password": PASSWORD }),
        json!({ "username": "", "password": PASSWORD }),
        json!({ "username": "somebody", "password": "" }),
        json!({ "username": "somebody", "password": null, "verification_token": "" }),
        json!({ "username": 1, "password": PASSWORD }),
        json!({ "username": "somebody", "password": ["x"] }),
        json!({ "verification_token": "unknown" }),
        json!({ "verification_token": 1 }),
    ] {
        app.anonymous().post(PATH, body).await.refused(INVALID_ARGUMENT);
    }
}

#[tokio::test]
async fn a_verification_token_alone_or_with_a_name_of_the_same_user() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    let (user, name) = user_with_password(&app, &phone).await;
    for username in [None, Some(phone.text()), Some(&phone.text().replace(' ', "")), Some(name.as_str())] {
        let device = app.device();
        let body = json!({
            "username": username, "verification_token": device.prove(&phone).await, "verification_code": "123456",
            "verify_opt": {}, "password": null,
        });
        let session = SignedIn::by(device.line(), &device.post(PATH, body).await);
        assert_eq!(session.sub(), user.sub(), "{username:?}");
    }
}

#[tokio::test]
async fn a_verification_token_with_somebody_elses_name() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    user_with_password(&app, &phone).await;
    let (_, stranger) = user_with_password(&app, &unique_email()).await;
    let device = app.device();
    let token = device.prove(&phone).await;
    for username in [stranger.as_str(), &unique_username(), unique_phone().text(), "not a name at all"] {
        let body = json!({ "username": username, "verification_token": token });
        device.post(PATH, body).await.refused(INVALID_ARGUMENT);
    }
    device.post(PATH, json!({ "verification_token": token })).await.ok();
}

#[tokio::test]
async fn an_address_that_nobody_has() {
    let app = TestApp::start().await;
    for address in [unique_phone(), unique_email()] {
        let device = app.device();
        let token = device.prove(&address).await;
        let body = json!({ "username": address.text(), "verification_token": token });
        let answer = device.post(PATH, body).await;
        answer.refused(NOT_FOUND);
        assert_eq!(sdk_verdict(&answer), "USER_NOT_FOUND");
        // The refusal left the token usable: the client may sign up with it.
        device.post("/auth/v1/signup", address.with(json!({ "verification_token": token }))).await.ok();
    }
}

async fn send_sign_in(app: &TestApp, body: &Value) -> Answer {
    app.device().post(PATH, body.clone()).await
}

#[tokio::test]
async fn a_sign_in_may_be_repeated_for_two_minutes() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    let (user, _) = user_with_password(&app, &phone).await;
    let body = json!({ "username": phone.text(), "verification_token": app.device().prove(&phone).await });
    let first = SignedIn::by(user.line(), &send_sign_in(&app, &body).await);
    app.wait_seconds(119);
    let again = SignedIn::by(user.line(), &send_sign_in(&app, &body).await);
    assert_eq!((first.sub(), again.sub()), (user.sub(), user.sub()));
    again.assert_alive().await;
    let other = json!({ "verification_token": body["verification_token"] });
    let text = send_sign_in(&app, &other).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("verification"), "{text}");
    app.wait_seconds(1);
    let text = send_sign_in(&app, &body).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("verification"), "{text}");
}

#[tokio::test]
async fn equal_concurrent_sign_ins_all_succeed() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    let (user, _) = user_with_password(&app, &phone).await;
    let body = json!({ "username": phone.text(), "verification_token": app.device().prove(&phone).await });
    let racers = (0..20).map(|_| {
        let (device, body) = (app.device(), body.clone());
        async move { device.post(PATH, body).await }
    });
    for answer in together(racers).await {
        assert_eq!(answer.ok()["sub"], user.sub());
    }
}

#[tokio::test]
async fn a_sign_in_cannot_be_repeated_after_the_first_refresh() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    user_with_password(&app, &phone).await;
    let body = json!({ "username": phone.text(), "verification_token": app.device().prove(&phone).await });
    let first = SignedIn::by(app.anonymous().line(), &send_sign_in(&app, &body).await);
    let owner = first.refreshed().await;
    send_sign_in(&app, &body).await.refused(INVALID_ARGUMENT);
    owner.assert_alive().await;
}

#[tokio::test]
async fn tokens_that_do_not_pay() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    let (user, _) = user_with_password(&app, &phone).await;
    let (late, sudo) = (app.device().prove(&phone).await, user.sudo(PASSWORD).await);
    let spent = app.device().prove(&phone).await;
    let reset = phone.with(json!({ "verification_token": spent, "new_password": NEW_PASSWORD }));
    app.device().post("/auth/v1/reset", reset).await.ok();
    app.wait_seconds(600);
    for token in [&late, &sudo, &spent, "x", "\u{0}", &"a".repeat(9_000)] {
        let body = json!({ "username": phone.text(), "verification_token": token });
        let answer = app.device().post(PATH, body).await;
        assert!(answer.refused(INVALID_ARGUMENT).contains("verification"), "{answer}");
        assert_eq!(sdk_verdict(&answer), "VERIFICATION_FAILED");
    }
}

#[tokio::test]
async fn a_token_of_another_client() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    user_with_password(&app, &phone).await;
    let token = app.device().prove(&phone).await;
    let other = app.beside().set("AUTH__CLIENTS__DEFAULT_CLIENT_ID", "another").start().await;
    let body = json!({ "verification_token": token });
    assert!(other.device().post(PATH, body.clone()).await.refused(INVALID_ARGUMENT).contains("client"));
    app.device().post(PATH, body).await.ok();
}
