//! What users change in their own accounts: profile, username, password; sudo and reset.

use auth_tests::{
    AccountFlows as _, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, INVALID_PASSWORD,
    INVALID_STATUS, NEW_PASSWORD, NOT_FOUND, OnDevice, PASSWORD, PASSWORD_NOT_SET, PERMISSION_DENIED, SignedIn,
    TestApp, sdk_verdict, together, unique_email, unique_phone, unique_username,
};
use serde_json::json;

const EDIT: &str = "/auth/v1/user/basic/edit";
const PROFILE: &str = "/auth/v1/user/profile";
const SUDO: &str = "/auth/v1/user/sudo";
const SET: &str = "/auth/v1/user/password";
const RESET: &str = "/auth/v1/reset";

async fn unlimited() -> TestApp {
    TestApp::builder().without_limits().start().await
}

/// A user with a password, in two sessions.
async fn user_in_two_sessions(app: &TestApp) -> (OnDevice, SignedIn, SignedIn, String) {
    let (device, name) = (app.device(), unique_username());
    let here = device.sign_up(&unique_phone(), json!({ "username": name, "password": PASSWORD })).await;
    let elsewhere = SignedIn::by(device.line(), &app.device().sign_in(&name, PASSWORD).await);
    (device, here, elsewhere, name)
}

#[tokio::test]
async fn editing_changes_what_is_named_and_nothing_else() {
    let app = TestApp::start().await;
    let (_, user, elsewhere, name) = user_in_two_sessions(&app).await;
    let before = user.me().await;
    user.post(EDIT, json!({})).await.ok();
    assert_eq!(user.me().await, before);
    user.post(EDIT, json!({ "nickname": "Ann", "user_id": user.sub(), "gender": "", "username": null })).await.ok();
    let answer = user.patch(PROFILE, json!({ "picture": "https://example.com/a.png", "locale": "zh-CN" })).await.ok();
    assert_eq!((&answer["name"], &answer["locale"]), (&json!("Ann"), &json!("zh-CN")), "the answer is the profile");
    let me = user.me().await;
    assert_eq!(answer, me);
    assert_eq!((&me["username"], &me["picture"]), (&json!(name), &json!("https://example.com/a.png")), "{me}");
    elsewhere.assert_alive().await;
    assert_eq!(app.database().count("events WHERE kind = 'profile_changed'"), 2);
}

#[tokio::test]
async fn edits_that_are_refused_change_nothing() {
    let app = TestApp::start().await;
    let (_, user, _, _) = user_in_two_sessions(&app).await;
    let (_, _, _, taken) = user_in_two_sessions(&app).await;
    let before = user.me().await;
    for body in [
        json!({ "nickname": "x" }),
        json!({ "nickname": "x".repeat(49) }),
        json!({ "nickname": "a\u{0}b" }),
        json!({ "nickname": "Good Name", "gender": "female" }),
        json!({ "nickname": "Good Name", "avatar_url": "javascript:alert(1)" }),
        json!({ "description": "x".repeat(201) }),
        json!({ "nickname": "Good Name", "username": "x" }),
        json!({ "username": "x".repeat(49) }),
        json!({ "username": "13000000000" }),
        json!({ "username": "some@body" }),
        json!({ "username": "admin" }),
        json!({ "new_password": NEW_PASSWORD }),
        json!({ "password": PASSWORD, "new_password": "short" }),
        json!({ "phone": "12" }),
        json!({ "email": "no address" }),
    ] {
        user.post(EDIT, body).await.refused(INVALID_ARGUMENT);
    }
    for name in [taken.clone(), taken.to_uppercase()] {
        let body = json!({ "nickname": "Good Name", "username": name });
        user.post(EDIT, body).await.refused(FAILED_PRECONDITION);
        user.patch(PROFILE, json!({ "username": name })).await.refused(FAILED_PRECONDITION);
    }
    user.post(EDIT, json!({ "nickname": "Good Name", "user_id": "1000000000000000001" }))
        .await
        .refused(PERMISSION_DENIED);
    user.post(EDIT, json!({ "password": NEW_PASSWORD, "new_password": NEW_PASSWORD })).await.refused(INVALID_PASSWORD);
    assert_eq!(user.me().await, before);
}

#[tokio::test]
async fn a_username_can_be_changed_and_is_free_again() {
    let app = unlimited().await;
    let (_, user, _, old) = user_in_two_sessions(&app).await;
    let new = unique_username();
    user.post(EDIT, json!({ "username": new })).await.ok();
    app.device().sign_in(&old, PASSWORD).await.refused(INVALID_PASSWORD);
    assert_eq!(app.device().sign_in(&new, PASSWORD).await.ok()["sub"], user.sub());
    app.device().sign_up(&unique_phone(), json!({ "username": old })).await;
    user.post(EDIT, json!({ "username": new.to_uppercase() })).await.ok();
    assert_eq!(user.me().await["username"], new.to_uppercase());
}

#[tokio::test]
async fn a_password_can_be_changed_by_an_edit() {
    let app = unlimited().await;
    let (_, user, elsewhere, name) = user_in_two_sessions(&app).await;
    user.post(EDIT, json!({ "password": PASSWORD, "new_password": NEW_PASSWORD })).await.ok();
    user.assert_alive().await;
    elsewhere.assert_ended().await;
    app.device().sign_in(&name, PASSWORD).await.refused(INVALID_PASSWORD);
    app.device().sign_in(&name, NEW_PASSWORD).await.ok();
}

/// Every endpoint that compares a password counts tries.
#[tokio::test]
async fn guesses_at_the_present_password_are_limited() {
    for (method, path) in [("POST", SUDO), ("PATCH", SET), ("POST", EDIT)] {
        let app = TestApp::start().await;
        let (_, user, _, _) = user_in_two_sessions(&app).await;
        let mut verdicts = 0;
        for n in 0..30 {
            let wrong = format!("{NEW_PASSWORD}{n}");
            let body = json!({ "password": wrong, "old_password": wrong, "new_password": "Third!Secret77" });
            let answer = if method == "POST" { user.post(path, body).await } else { user.patch(path, body).await };
            answer.check_no_fault();
            verdicts += u32::from(answer.status != 429);
        }
        assert!(verdicts <= 10, "{method} {path} compared {verdicts} wrong passwords in a row");
    }
}

#[tokio::test]
async fn sudo_by_password() {
    let app = TestApp::start().await;
    let (_, user, _, _) = user_in_two_sessions(&app).await;
    let answer = user.post(SUDO, json!({ "password": PASSWORD })).await.ok();
    assert_eq!(answer["expires_in"], 900);
    let wrong = user.post(SUDO, json!({ "password": NEW_PASSWORD })).await;
    wrong.refused(INVALID_PASSWORD);
    assert_eq!(sdk_verdict(&wrong), "INVALID_CREDENTIALS");
    for body in [json!({}), json!({ "password": "" }), json!({ "password": 1 })] {
        user.post(SUDO, body).await.refused(INVALID_ARGUMENT);
    }
    let without = app.device().sign_up_by_phone().await;
    without.post(SUDO, json!({ "password": PASSWORD })).await.refused(PASSWORD_NOT_SET);
    user.assert_alive().await;
}

#[tokio::test]
async fn right_passwords_do_not_use_up_the_tries_at_sudo() {
    let app = TestApp::start().await;
    let (_, user, _, _) = user_in_two_sessions(&app).await;
    for _ in 0..12 {
        user.sudo(PASSWORD).await;
    }
    for _ in 0..10 {
        user.post(SUDO, json!({ "password": NEW_PASSWORD })).await.refused(INVALID_PASSWORD);
    }
    user.post(SUDO, json!({ "password": PASSWORD })).await.refused(INVALID_STATUS);
}

#[tokio::test]
async fn sudo_by_code_accepts_only_the_users_own_addresses() {
    let app = unlimited().await;
    let (phone, stranger) = (unique_phone(), unique_phone());
    let user = app.device().sign_up(&phone, json!({})).await;
    app.device().sign_up(&stranger, json!({})).await;
    for address in [&stranger, &unique_email()] {
        let token = app.device().prove(address).await;
        let text = user.post(SUDO, json!({ "verification_token": token })).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("verification"), "{text}");
    }
    user.post(SUDO, json!({ "verification_token": "unknown" })).await.refused(INVALID_ARGUMENT);
    user.sudo_by_code(&phone).await;
}

#[tokio::test]
async fn a_sudo_token_belongs_to_its_user_and_is_good_once_within_fifteen_minutes() {
    let app = unlimited().await;
    let ((_, user, elsewhere, name), (_, other, _, _)) =
        (user_in_two_sessions(&app).await, user_in_two_sessions(&app).await);
    let set = |token: &str, password: &str| json!({ "new_password": password, "sudo_token": token });
    let token = user.sudo(PASSWORD).await;
    other.patch(SET, set(&token, NEW_PASSWORD)).await.refused(PERMISSION_DENIED);
    other.delete_me(&token).await.refused(PERMISSION_DENIED);
    user.patch(SET, set(&token, "short")).await.refused(INVALID_ARGUMENT);
    app.wait_seconds(899);
    user.patch(SET, set(&token, NEW_PASSWORD)).await.ok();
    elsewhere.assert_ended().await;
    user.assert_alive().await;
    user.patch(SET, set(&token, "Third!Secret77")).await.refused(PERMISSION_DENIED);
    user.delete_me(&token).await.refused(PERMISSION_DENIED);
    let late = user.sudo(NEW_PASSWORD).await;
    app.wait_seconds(900);
    user.patch(SET, set(&late, "Third!Secret77")).await.refused(PERMISSION_DENIED);
    user.delete_me(&late).await.refused(PERMISSION_DENIED);
    app.device().sign_in(&name, NEW_PASSWORD).await.ok();
}

#[tokio::test]
async fn tokens_of_other_kinds_are_not_sudo_tokens() {
    let app = unlimited().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({ "password": PASSWORD })).await;
    let verification = app.device().prove(&phone).await;
    for token in [verification.as_str(), user.access_token(), user.refresh_token(), "x", "%00", &"a".repeat(900)] {
        user.patch(SET, json!({ "new_password": NEW_PASSWORD, "sudo_token": token })).await.refused(PERMISSION_DENIED);
        user.delete_me(token).await.refused(PERMISSION_DENIED);
    }
    user.delete("/auth/v1/user/me").await.refused(PERMISSION_DENIED);
    user.delete_me("").await.refused(PERMISSION_DENIED);
    app.device().sign_in(phone.text(), PASSWORD).await.ok();
}

#[tokio::test]
async fn setting_a_password_in_every_form() {
    let app = unlimited().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({})).await;
    let elsewhere = SignedIn::by(user.line(), &app.device().sign_in_by_code(&phone).await);
    // The first password needs no proof: the token is "".
    user.patch(SET, json!({ "new_password": PASSWORD, "sudo_token": "" })).await.ok();
    elsewhere.assert_ended().await;
    user.assert_alive().await;
    user.patch(SET, json!({ "new_password": NEW_PASSWORD, "sudo_token": "" })).await.refused(PERMISSION_DENIED);
    user.patch(SET, json!({ "new_password": NEW_PASSWORD })).await.refused(PERMISSION_DENIED);
    let old = |old: &str| json!({ "new_password": NEW_PASSWORD, "old_password": old, "confirm_password": "ignored" });
    user.patch(SET, old("Wrong!Secret11")).await.refused(INVALID_PASSWORD);
    user.patch(SET, old(PASSWORD)).await.ok();
    let in_query = format!("{SET}?sudo_token={}", user.sudo(NEW_PASSWORD).await);
    user.patch(&in_query, json!({ "new_password": PASSWORD })).await.ok();
    for body in
        [json!({}), json!({ "new_password": "" }), json!({ "new_password": "password", "old_password": PASSWORD })]
    {
        user.patch(SET, body).await.refused(INVALID_ARGUMENT);
    }
    app.device().sign_in(phone.text(), PASSWORD).await.ok();
}

#[tokio::test]
async fn resetting_ends_every_session() {
    let app = unlimited().await;
    for address in [unique_phone(), unique_email()] {
        let user = app.device().sign_up(&address, json!({ "password": PASSWORD })).await;
        let token = app.device().prove(&address).await;
        let body = address.with(json!({ "verification_token": token, "new_password": NEW_PASSWORD }));
        assert_eq!(app.anonymous().post(RESET, body.clone()).await.ok(), json!({}));
        user.assert_ended().await;
        app.device().sign_in(address.text(), PASSWORD).await.refused(INVALID_PASSWORD);
        let session = SignedIn::by(user.line(), &app.device().sign_in(address.text(), NEW_PASSWORD).await);
        // The response was lost: the request may be repeated, and ends no session.
        app.anonymous().post(RESET, body.clone()).await.ok();
        session.assert_alive().await;
        let mut other = body;
        other["new_password"] = json!("Third!Secret77");
        assert!(app.anonymous().post(RESET, other).await.refused(INVALID_ARGUMENT).contains("verification"));
    }
}

#[tokio::test]
async fn equal_concurrent_resets_all_succeed() {
    let app = unlimited().await;
    let phone = unique_phone();
    app.device().sign_up(&phone, json!({ "password": PASSWORD })).await;
    let token = app.device().prove(&phone).await;
    let body = phone.with(json!({ "verification_token": token, "new_password": NEW_PASSWORD }));
    let racers = (0..4).map(|_| {
        let (device, body) = (app.device(), body.clone());
        async move { device.post(RESET, body).await }
    });
    for answer in together(racers).await {
        answer.ok();
    }
    app.device().sign_in(phone.text(), NEW_PASSWORD).await.ok();
}

#[tokio::test]
async fn equal_concurrent_password_changes_all_succeed() {
    let app = unlimited().await;
    let (_, user, _, name) = user_in_two_sessions(&app).await;
    let body = json!({ "sudo_token": user.sudo(PASSWORD).await, "new_password": NEW_PASSWORD });
    let racers = (0..4).map(|_| {
        let (user, body) = (user.clone(), body.clone());
        async move { user.patch(SET, body).await }
    });
    for answer in together(racers).await {
        answer.ok();
    }
    user.assert_alive().await;
    app.device().sign_in(&name, NEW_PASSWORD).await.ok();
}

#[tokio::test]
async fn resets_that_are_refused() {
    let app = unlimited().await;
    let (phone, email) = (unique_phone(), unique_email());
    let user = app.device().sign_up(&phone, json!({ "password": PASSWORD })).await;
    let token = app.device().prove(&phone).await;
    let with = |extra| phone.with(extra);
    for body in [
        json!({ "verification_token": token, "new_password": NEW_PASSWORD }),
        with(json!({ "email": email.text(), "verification_token": token, "new_password": NEW_PASSWORD })),
        with(json!({ "new_password": NEW_PASSWORD })),
        with(json!({ "verification_token": token })),
        with(json!({ "verification_token": token, "new_password": "short" })),
        with(json!({ "verification_token": token, "new_password": phone.text() })),
        with(json!({ "verification_token": "unknown", "new_password": NEW_PASSWORD })),
        email.with(json!({ "verification_token": token, "new_password": NEW_PASSWORD })),
        unique_phone().with(json!({ "verification_token": token, "new_password": NEW_PASSWORD })),
    ] {
        app.anonymous().post(RESET, body).await.refused(INVALID_ARGUMENT);
    }
    let nobody = app.device().prove(&email).await;
    let body = email.with(json!({ "verification_token": nobody, "new_password": NEW_PASSWORD }));
    app.anonymous().post(RESET, body).await.refused(NOT_FOUND);
    user.assert_alive().await;
    app.anonymous().post(RESET, with(json!({ "verification_token": token, "new_password": NEW_PASSWORD }))).await.ok();
}
