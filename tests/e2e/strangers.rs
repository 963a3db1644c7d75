//! Every documented route, called by callers that have no right to: a stranger, a garbled token, an anonymous
//! user, another user. A route that is missing from the table fails.

use std::collections::BTreeMap;

use auth_tests::{
    AccountFlows as _, Answer, Caller, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, INVALID_GRANT,
    INVALID_PASSWORD, NOT_FOUND, Operator, PASSWORD, PERMISSION_DENIED, Refusal, SignedIn, TestApp, UNAUTHENTICATED,
    UNAUTHORIZED_CLIENT, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

/// The outcome of a call with this body and no rights.
#[derive(Clone, Copy)]
enum Expected {
    Done,
    Refused(Refusal),
}
use Expected::{Done, Refused};

/// A route, and what it answers to each caller. `None` in `others`: the route needs no token, and one changes nothing.
struct Row {
    route: &'static str,
    body: fn(&Victim) -> Value,
    stranger: Expected,
    garbled: Expected,
    others: Option<Others>,
}

struct Others {
    anonymous: Expected,
    another: Expected,
}

/// The user whom the calls would harm.
struct Victim {
    user: SignedIn,
    session: String,
    device: String,
    name: String,
    phone: String,
    sudo_token: String,
}

const fn open(route: &'static str, body: fn(&Victim) -> Value, stranger: Expected) -> Row {
    Row { route, body, stranger, garbled: stranger, others: None }
}

const fn closed(route: &'static str, body: fn(&Victim) -> Value, anonymous: Expected, another: Expected) -> Row {
    let others = Some(Others { anonymous, another });
    Row { route, body, stranger: Refused(UNAUTHENTICATED), garbled: Refused(UNAUTHENTICATED), others }
}

impl Row {
    /// What a route that needs no token answers to a caller that brings one.
    fn of_others(&self) -> Expected {
        match self.route {
            // These are about the token itself, or authenticated by it.
            "POST /auth/v1/introspect" => self.garbled,
            _ => self.stranger,
        }
    }
}

fn nothing(_: &Victim) -> Value {
    Value::Null
}

fn table() -> Vec<Row> {
    vec![
        open("GET /healthz", nothing, Done),
        open("GET /readyz", nothing, Done),
        open("GET /auth/v1/certs", nothing, Done),
        open(
            "POST /auth/v1/verification",
            |v| json!({ "phone_number": v.phone, "target": "NOT_USER" }),
            Refused(FAILED_PRECONDITION),
        ),
        open(
            "POST /auth/v1/verification/verify",
            |_| json!({ "verification_id": "x", "verification_code": "123456" }),
            Refused(INVALID_ARGUMENT),
        ),
        open("POST /auth/v1/captcha/data", |_| json!({}), Done),
        open("POST /auth/v1/captcha/data/verify", |_| json!({ "token": "x", "key": "x" }), Refused(INVALID_ARGUMENT)),
        open("POST /auth/v1/captcha/init", |_| json!({}), Done),
        open("GET /auth/v1/provider/uri", nothing, Refused(INVALID_ARGUMENT)),
        open(
            "POST /auth/v1/provider/token",
            |_| json!({ "provider_id": "x", "provider_code": "x" }),
            Refused(NOT_FOUND),
        ),
        open(
            "POST /auth/v1/provider/callback/{provider_id}/{position}",
            |_| json!({ "code": "x", "state": "x" }),
            Refused(NOT_FOUND),
        ),
        open(
            "POST /auth/v1/signup",
            |v| json!({ "phone_number": v.phone, "verification_token": "x" }),
            Refused(INVALID_ARGUMENT),
        ),
        open(
            "POST /auth/v1/signin",
            |v| json!({ "username": v.name, "verification_token": "x" }),
            Refused(INVALID_ARGUMENT),
        ),
        open("POST /auth/v2/signin/publichkey", nothing, Done),
        open(
            "POST /auth/v2/signin/username",
            |_| json!({ "params": "x", "public_key_thumbprint": "x" }),
            Refused(INVALID_ARGUMENT),
        ),
        open("POST /auth/v1/signin/with/provider", |_| json!({ "provider_token": "x" }), Refused(INVALID_GRANT)),
        open("POST /auth/v1/signin/anonymously", |_| json!({}), Refused(INVALID_ARGUMENT)),
        open(
            "POST /auth/v1/token",
            |_| json!({ "grant_type": "refresh_token", "refresh_token": "m.x" }),
            Refused(INVALID_GRANT),
        ),
        open("GET /auth/v1/token/introspect", nothing, Done),
        Row {
            // If there is a token, it must be one of a confidential client.
            garbled: Refused(UNAUTHENTICATED),
            ..open(
                "POST /auth/v1/introspect",
                |v| json!({ "token": v.user.access_token() }),
                Refused(UNAUTHORIZED_CLIENT),
            )
        },
        open("POST /auth/v1/revoke", |_| json!({ "token": "x" }), Done),
        open(
            "POST /auth/v1/reset",
            |v| json!({ "phone_number": v.phone, "verification_token": "x", "new_password": PASSWORD }),
            Refused(INVALID_ARGUMENT),
        ),
        open("GET /auth/v1/checkIfUserExist", nothing, Refused(INVALID_ARGUMENT)),
        open("GET /auth/v1/checkUsername", nothing, Refused(INVALID_ARGUMENT)),
        closed("GET /auth/v1/user/me", nothing, Done, Done),
        closed("DELETE /auth/v1/user/me", nothing, Refused(PERMISSION_DENIED), Refused(PERMISSION_DENIED)),
        closed(
            "POST /auth/v1/user/basic/edit",
            |v| json!({ "user_id": v.user.sub(), "nickname": "Taken Over" }),
            Refused(PERMISSION_DENIED),
            Refused(PERMISSION_DENIED),
        ),
        closed(
            "PATCH /auth/v1/user/profile",
            |v| json!({ "username": v.name }),
            Refused(PERMISSION_DENIED),
            Refused(FAILED_PRECONDITION),
        ),
        closed(
            "POST /auth/v1/user/sudo",
            |_| json!({ "verification_token": "x" }),
            Refused(INVALID_ARGUMENT),
            Refused(INVALID_ARGUMENT),
        ),
        closed(
            "PATCH /auth/v1/user/password",
            |v| json!({ "new_password": PASSWORD, "sudo_token": v.sudo_token }),
            Refused(PERMISSION_DENIED),
            Refused(PERMISSION_DENIED),
        ),
        closed(
            "PATCH /auth/v1/user/contact",
            |v| json!({ "phone_number": v.phone, "verification_token": "x", "sudo_token": v.sudo_token }),
            Refused(INVALID_ARGUMENT),
            Refused(INVALID_ARGUMENT),
        ),
        closed("GET /auth/v1/user/query", nothing, Refused(INVALID_ARGUMENT), Refused(INVALID_ARGUMENT)),
        closed("GET /auth/v1/user/sessions", nothing, Done, Done),
        closed("DELETE /auth/v1/user/sessions/{id}", nothing, Refused(NOT_FOUND), Refused(NOT_FOUND)),
        closed("DELETE /auth/v1/user/authorized/devices/{device_id}", nothing, Done, Done),
        closed("GET /auth/v1/user/provider", nothing, Done, Done),
        closed(
            "POST /auth/v1/user/provider/bind",
            |_| json!({ "provider_token": "x" }),
            Refused(INVALID_GRANT),
            Refused(INVALID_GRANT),
        ),
        closed("DELETE /auth/v1/user/provider/{provider_id}", nothing, Refused(NOT_FOUND), Refused(NOT_FOUND)),
        closed("POST /auth/v1/user/signout", |_| json!({}), Done, Done),
        closed("DELETE /auth/v1/user/revoke/all", nothing, Done, Done),
    ]
}

/// The routes of the document, and whether each is for signed-in users only.
async fn documented(app: &TestApp) -> BTreeMap<String, bool> {
    let document = app.anonymous().get("/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("paths").iter();
    let routes = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| {
            let is_closed = operation["security"] == json!([{ "bearer": [] }]);
            (format!("{} {path}", method.to_uppercase()), is_closed)
        })
    });
    routes.collect()
}

async fn victim(app: &TestApp) -> Victim {
    let (device, phone, name) = (app.device(), unique_phone(), unique_username());
    let user = device.sign_up(&phone, json!({ "username": name, "password": PASSWORD })).await;
    let sessions = user.get("/auth/v1/user/sessions").await.ok();
    let session = sessions["data"][0]["id"].as_str().expect("an id").to_owned();
    let sudo_token = user.sudo(PASSWORD).await;
    Victim { user, session, device: device.id().to_owned(), name, phone: phone.text().to_owned(), sudo_token }
}

async fn call(caller: &impl Caller, row: &Row, victim: &Victim) -> Answer {
    let (method, path) = row.route.split_once(' ').expect("a method and a path");
    let path = path.replace("{id}", &victim.session).replace("{device_id}", &victim.device);
    let path = path.replace("{provider_id}", "github");
    let request = caller.request(Method::from_bytes(method.as_bytes()).expect("a method"), &path);
    let body = (row.body)(victim);
    caller.send(if body.is_null() { request } else { request.json(&body) }).await
}

fn check(who: &str, answer: &Answer, expected: Expected, victim: &Victim) {
    answer.check_no_fault();
    match expected {
        Done => assert_eq!(answer.status, 200, "{who}: {answer}"),
        Refused(refusal) => drop(answer.refused(refusal)),
    }
    let body = String::from_utf8_lossy(&answer.body);
    for secret in [victim.user.sub(), &victim.phone, &victim.name, &victim.session, &victim.device] {
        assert!(!body.contains(secret), "{who} was told about somebody else: {answer}");
    }
}

#[tokio::test]
async fn the_table_is_complete() {
    let app = TestApp::start().await;
    let ours: BTreeMap<_, _> = table().iter().map(|row| (row.route.to_owned(), row.others.is_some())).collect();
    let documented = documented(&app).await;
    let missing: Vec<_> = documented.keys().filter(|route| !ours.contains_key(*route)).collect();
    assert!(missing.is_empty(), "routes without a row in the table: {missing:?}");
    let gone: Vec<_> = ours.keys().filter(|route| !documented.contains_key(*route)).collect();
    assert!(gone.is_empty(), "rows without a route: {gone:?}");
    assert_eq!(ours, documented, "whether a route is for signed-in users only. left: the table, right: the document");
}

#[tokio::test]
async fn strangers_and_garbled_tokens() {
    let app = TestApp::builder().without_limits().start().await;
    let victim = victim(&app).await;
    let before = app.database().rows("SELECT * FROM users");
    let ended = app.device().sign_up_by_phone().await;
    ended.post("/auth/v1/revoke", json!({})).await.ok();
    let mut garbled = victim.user.access_token().to_owned();
    let last = garbled.pop();
    garbled.push(if last == Some('A') { 'E' } else { 'A' });
    // A key that gives access to everything on the admin listener.
    let admin_key = Operator::of(&app).key().to_owned();
    for row in table() {
        check("a stranger", &call(&app.anonymous(), &row, &victim).await, row.stranger, &victim);
        for token in ["x", &garbled, ended.refresh_token(), ended.access_token(), &admin_key] {
            let answer = call(&app.anonymous().signed_in(token), &row, &victim).await;
            check("a garbled token", &answer, row.garbled, &victim);
        }
    }
    victim.user.assert_alive().await;
    let after = app.database().rows(&format!("SELECT * FROM users WHERE id = {}", victim.user.sub()));
    assert_eq!(before, after);
}

#[tokio::test]
async fn anonymous_and_other_users() {
    let app = TestApp::builder().without_limits().start().await;
    let victim = victim(&app).await;
    let before = victim.user.me().await;
    for row in table() {
        let Some(others) = &row.others else {
            check_that_tokens_open_nothing(&app, &row, &victim).await;
            continue;
        };
        let anonymous = app.device().sign_in_anonymously().await;
        check("an anonymous user", &call(&anonymous, &row, &victim).await, others.anonymous, &victim);
        let another = app.device().sign_up(&unique_phone(), json!({ "password": "Some!Secret55" })).await;
        check("another user", &call(&another, &row, &victim).await, others.another, &victim);
    }
    assert_eq!(victim.user.me().await, before);
    assert!(victim.user.get("/auth/v1/user/sessions").await.ok()["total"] == 1);
    victim.user.delete_me(&victim.sudo_token).await.ok();
}

/// Where no token is needed, the token of an anonymous user or of somebody else grants no further rights.
async fn check_that_tokens_open_nothing(app: &TestApp, row: &Row, victim: &Victim) {
    let anonymous = app.device().sign_in_anonymously().await;
    let another = app.device().sign_up(&unique_phone(), json!({ "password": "Some!Secret55" })).await;
    for (who, caller) in [("an anonymous user", anonymous), ("another user", another)] {
        check(who, &call(&caller, row, victim).await, row.of_others(), victim);
    }
}

/// An anonymous user cannot prove presence, and may not become a user by the back door.
#[tokio::test]
async fn an_anonymous_user_gets_a_way_to_sign_in_only_by_signing_up() {
    let app = TestApp::builder().without_limits().start().await;
    let user = app.device().sign_in_anonymously().await;
    let (name, before) = (unique_username(), user.me().await);
    for answer in [
        user.post("/auth/v1/user/basic/edit", json!({ "username": name })).await,
        user.patch("/auth/v1/user/profile", json!({ "username": name })).await,
        user.patch("/auth/v1/user/password", json!({ "new_password": PASSWORD })).await,
    ] {
        answer.refused(PERMISSION_DENIED);
    }
    assert_eq!(user.me().await, before);
    // A name and a password alone are for administrators.
    app.device().sign_in(&name, PASSWORD).await.refused(INVALID_PASSWORD);
    user.post("/auth/v1/user/basic/edit", json!({ "nickname": "Whoever" })).await.ok();
    assert_eq!(user.refreshed().await.tokens()["scope"], "anonymous");
}
