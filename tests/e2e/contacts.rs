//! Changing one's own phone number or e-mail address, and looking up others.

use auth_tests::{
    AccountFlows as _, Address, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, NOT_FOUND, PASSWORD,
    PERMISSION_DENIED, SignedIn, TestApp, UNIMPLEMENTED, together, unique_email, unique_phone, unique_username,
};
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/user/contact";
const EDIT: &str = "/auth/v1/user/basic/edit";

async fn unlimited() -> TestApp {
    TestApp::builder().without_limits().start().await
}

/// The body of a change, with a proof of the new address.
async fn change(app: &TestApp, new: &Address, sudo: &str) -> Value {
    new.with(json!({ "sudo_token": sudo, "verification_token": app.device().prove(new).await }))
}

#[tokio::test]
async fn an_address_is_changed_and_the_old_one_is_free() {
    let app = unlimited().await;
    for (old, new) in [(unique_phone(), unique_phone()), (unique_email(), unique_email())] {
        let user = app.device().sign_up(&old, json!({ "password": PASSWORD })).await;
        let elsewhere = SignedIn::by(user.line(), &app.device().sign_in(old.text(), PASSWORD).await);
        let body = change(&app, &new, &user.sudo(PASSWORD).await).await;
        assert_eq!(user.patch(PATH, body.clone()).await.ok(), json!({}));
        assert_eq!(user.me().await[new.field()], new.text());
        elsewhere.assert_ended().await;
        assert_eq!(user.patch(PATH, body).await.ok(), json!({}), "a repetition after a lost response");
        assert_eq!(app.device().sign_in(new.text(), PASSWORD).await.ok()["sub"], user.sub());
        assert_ne!(app.device().sign_up(&old, json!({})).await.sub(), user.sub());
    }
}

#[tokio::test]
async fn a_first_address_of_the_other_kind() {
    let app = unlimited().await;
    let (phone, email) = (unique_phone(), unique_email());
    let user = app.device().sign_up(&phone, json!({ "password": PASSWORD })).await;
    let mut body = change(&app, &email, "").await;
    user.patch(PATH, body.clone()).await.refused(PERMISSION_DENIED);
    body["sudo_token"] = json!(user.sudo(PASSWORD).await);
    body["conflict_resolution"] = json!("DEFAULT");
    user.patch(PATH, body).await.ok();
    let me = user.me().await;
    assert_eq!((&me["email"], &me["phone_number"]), (&json!(email.text()), &json!(phone.text())), "{me}");
    assert_eq!(me["email_verified"], true, "{me}");
}

#[tokio::test]
async fn changes_that_are_refused() {
    let app = unlimited().await;
    let (phone, new, taken) = (unique_phone(), unique_email(), unique_email());
    let user = app.device().sign_up(&phone, json!({ "password": PASSWORD })).await;
    let owner = app.device().sign_up(&taken, json!({ "password": PASSWORD })).await;
    let sudo = user.sudo(PASSWORD).await;
    let good = change(&app, &new, &sudo).await;
    for (field, value, refusal) in [
        ("sudo_token", json!("x"), PERMISSION_DENIED),
        ("sudo_token", json!(null), PERMISSION_DENIED),
        ("sudo_token", json!(owner.sudo(PASSWORD).await), PERMISSION_DENIED),
        ("verification_token", json!(null), INVALID_ARGUMENT),
        ("verification_token", json!("x"), INVALID_ARGUMENT),
        ("verification_token", json!(app.device().prove(&unique_email()).await), INVALID_ARGUMENT),
        ("phone_number", json!(unique_phone().text()), INVALID_ARGUMENT),
        ("email", json!(null), INVALID_ARGUMENT),
        ("email", json!("no address"), INVALID_ARGUMENT),
        ("conflict_resolution", json!("TRANSFER"), UNIMPLEMENTED),
        ("conflict_resolution", json!("DELETE_ACCOUNT_TRANSFER"), UNIMPLEMENTED),
        ("conflict_resolution", json!("default"), INVALID_ARGUMENT),
    ] {
        let mut body = good.clone();
        body[field] = value;
        user.patch(PATH, body).await.refused(refusal);
    }
    user.patch(PATH, change(&app, &taken, &sudo).await).await.refused(FAILED_PRECONDITION);
    owner.assert_alive().await;
    assert!(user.me().await["email"].is_null());
    user.patch(PATH, good).await.ok();
}

/// An edit without a token: what counts is who requested the code, and when.
#[tokio::test]
async fn an_edit_accepts_an_address_that_the_same_user_has_just_confirmed() {
    let app = unlimited().await;
    let (phone, new) = (unique_phone(), unique_email());
    let user = app.device().sign_up(&phone, json!({ "password": PASSWORD })).await;
    let elsewhere = SignedIn::by(user.line(), &app.device().sign_in(phone.text(), PASSWORD).await);
    let edit = json!({ "email": new.text() });
    user.post(EDIT, edit.clone()).await.refused(FAILED_PRECONDITION);
    app.device().prove(&new).await;
    user.post(EDIT, edit.clone()).await.refused(FAILED_PRECONDITION);
    user.prove(&new).await;
    app.wait_seconds(600);
    user.post(EDIT, edit.clone()).await.refused(FAILED_PRECONDITION);
    user.prove(&new).await;
    app.wait_seconds(599);
    elsewhere.assert_alive().await;
    user.sudo(PASSWORD).await; // by now the session shows presence no more
    user.post(EDIT, edit.clone()).await.ok();
    assert_eq!(user.me().await["email"], new.text());
    elsewhere.assert_ended().await;
    user.post(EDIT, edit).await.ok();

    let taken = unique_email();
    user.prove(&taken).await;
    app.device().sign_up(&taken, json!({})).await;
    user.post(EDIT, json!({ "email": taken.text() })).await.refused(FAILED_PRECONDITION);
}

#[tokio::test]
async fn two_users_change_to_one_address_concurrently() {
    let app = unlimited().await;
    let new = unique_email();
    let mut racers = Vec::new();
    for _ in 0..8 {
        let user = app.device().sign_up(&unique_phone(), json!({ "password": PASSWORD })).await;
        let body = change(&app, &new, &user.sudo(PASSWORD).await).await;
        racers.push(async move { user.patch(PATH, body).await });
    }
    let answers = together(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    let refused = answers.iter().filter(|answer| answer.status != 200);
    refused.for_each(|answer| drop(answer.refused(FAILED_PRECONDITION)));
}

#[tokio::test]
async fn equal_concurrent_changes_all_succeed() {
    let app = unlimited().await;
    let new = unique_email();
    let user = app.device().sign_up(&unique_phone(), json!({ "password": PASSWORD })).await;
    let body = change(&app, &new, &user.sudo(PASSWORD).await).await;
    let racers = (0..8).map(|_| {
        let (user, body) = (user.clone(), body.clone());
        async move { user.patch(PATH, body).await }
    });
    for answer in together(racers).await {
        answer.ok();
    }
    assert_eq!(user.me().await["email"], new.text());
}

#[tokio::test]
async fn looking_others_up() {
    let app = unlimited().await;
    let (phone, name) = (unique_phone(), unique_username());
    let extra = json!({ "username": name, "name": "Ann", "password": PASSWORD });
    let other = app.device().sign_up(&phone, extra).await;
    let user = app.device().sign_up_by_email().await;
    let find = async |query: &str| user.get(&format!("/auth/v1/user/query?{query}")).await;
    let both = format!("id={}&id={}", other.sub(), user.sub());
    for (query, total) in [
        (format!("id={}", other.sub()), 1),
        (both, 2),
        (format!("id={},{}", other.sub(), user.sub()), 2),
        (format!("username={}", name.to_uppercase()), 1),
        (format!("phone_number={}", phone.text().replace("+86 ", "")), 1),
        ("id=1000000000000000001".to_owned(), 0),
        ("username=nobody.at.all".to_owned(), 0),
        ("email=no-address".to_owned(), 0),
    ] {
        let found = find(&query).await.ok();
        assert_eq!(
            (found["total"].as_i64(), found["data"].as_array().map(Vec::len)),
            (Some(total), Some(total as usize)),
            "{query}: {found}"
        );
    }
    let by_name = find(&format!("username={name}")).await.ok();
    assert_eq!(
        by_name["data"][0],
        json!({ "sub": other.sub(), "name": "Ann", "locale": "zh" }),
        "an address is not revealed"
    );
    let by_phone = find(&format!("phone_number={}", phone.text().replace("+86 ", ""))).await.ok();
    assert_eq!(by_phone["data"][0]["phone_number"], phone.text());
    for also in ["phone_number=13000000000", "email=nobody%40example", "username=nobody.at.all"] {
        let by_id = find(&format!("id={}&{also}", other.sub())).await.ok();
        assert_eq!(
            by_id["data"][0],
            json!({ "sub": other.sub(), "name": "Ann", "locale": "zh" }),
            "found by id, not by {also}"
        );
    }
    let many =
        |count: u64| (0..count).map(|n| format!("id={}", 1_000_000_000_000_000_000 + n)).collect::<Vec<_>>().join("&");
    find(&many(50)).await.ok();
    for query in ["", "id=x", "id=-1", &many(51), "username=a&email=b%40c", "id="] {
        find(query).await.refused(INVALID_ARGUMENT);
    }
    app.database().execute(&format!("UPDATE users SET status = 'BLOCKED' WHERE id = {}", other.sub()));
    assert_eq!(find(&format!("username={name}")).await.ok()["total"], 0);
}

#[tokio::test]
async fn checking_names() {
    let app = unlimited().await;
    let (phone, email, name) = (unique_phone(), unique_email(), unique_username());
    app.device().sign_up(&phone, json!({ "username": name })).await;
    app.device().sign_up(&email, json!({})).await;
    let bare = phone.text().replace("+86 ", "");
    for (login, exist) in [
        (name.as_str(), true),
        (&bare, true),
        (email.text(), true),
        ("nobody.at.all", false),
        ("13900000000", false),
        ("nobody@example.com", false),
        ("%20", false),
        ("%00", false),
        ("a%20b", false),
    ] {
        let answer = app.anonymous().get(&format!("/auth/v1/checkIfUserExist?username={login}")).await;
        assert_eq!(answer.ok(), json!({ "exist": exist }), "{answer}");
    }
    for path in ["/auth/v1/checkIfUserExist", "/auth/v1/checkIfUserExist?username=", "/auth/v1/checkUsername"] {
        app.anonymous().get(path).await.refused(INVALID_ARGUMENT);
    }
    let check = async |name: &str| app.anonymous().get(&format!("/auth/v1/checkUsername?username={name}")).await;
    assert_eq!(check("a.free.name").await.ok(), json!({}));
    check(&name.to_uppercase()).await.refused(FAILED_PRECONDITION);
    for bad in ["a", "admin", "13900000000", "a%40b"] {
        check(bad).await.refused(INVALID_ARGUMENT);
    }
    let discreet = app.beside().without_limits().set("AUTH__VERIFICATION__REVEAL_EXISTENCE", "false").start().await;
    for (login, exist) in [(name.as_str(), true), (&bare, false), (email.text(), false)] {
        let answer = discreet.anonymous().get(&format!("/auth/v1/checkIfUserExist?username={login}")).await;
        assert_eq!(answer.ok(), json!({ "exist": exist }), "{answer}");
    }
    app.anonymous().get("/auth/v1/check").await.refused(NOT_FOUND);
}
