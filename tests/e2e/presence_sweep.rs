//! Every documented route, called by somebody who has the access token of an account and nothing else of its owner's: no
//! way to sign in is added, changed or removed. A route that is missing from the table fails.

use std::collections::BTreeSet;

use auth_providers::testing::FakeGitHub;
use auth_tests::{
    Answer, Caller, Flows as _, Line, NEW_PASSWORD, PASSWORD, SignedIn, TestApp, ThirdPartyFlows as _, unique_device,
    unique_email, unique_person, unique_phone, unique_username,
};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::openapi::documented_routes;

/// Somebody in another network who found an access token.
struct Thief {
    line: Line,
    access_token: String,
    device: Option<String>,
}

impl Caller for Thief {
    fn line(&self) -> &Line {
        &self.line
    }

    fn headers(&self) -> HeaderMap {
        let header =
            |name, value: &str| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
        let always = [
            header("authorization", &format!("Bearer {}", self.access_token)),
            header("x-forwarded-for", "203.0.113.99"),
        ];
        always.into_iter().chain(self.device.as_deref().map(|id| header("x-device-id", id))).collect()
    }
}

/// What a thief can bring along: what the token shows, and proofs of their own.
struct Loot {
    session: String,
    device: String,
    access_token: String,
    email: String,
    /// A proof of the thief's own address, earned with the owner's access token.
    verification_token: String,
    /// A proof of the thief's own identity at a third party.
    provider_token: String,
    /// A proof of presence in the thief's own account.
    sudo_token: String,
    refresh_token: String,
    username: String,
}

type Bodies = fn(&Loot) -> Vec<Value>;

/// Where the thief calls from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    /// The request names none.
    Nowhere,
    /// One of the thief's own.
    Elsewhere,
    /// The owner's, whose id has been found as well.
    OwnersDevice,
}

/// Which the thief does not know.
const OWNERS_PASSWORD: &str = "Yet#Another1";

/// No body, or none that matters.
fn plain(_: &Loot) -> Vec<Value> {
    vec![Value::Null]
}

/// The same change without a sudo token, with an empty one, and with the thief's own.
fn with_any_sudo(loot: &Loot, body: &Value) -> Vec<Value> {
    let with = |token: &str| {
        let mut body = body.clone();
        body["sudo_token"] = json!(token);
        body
    };
    vec![body.clone(), with(""), with(&loot.sudo_token)]
}

fn edits(loot: &Loot) -> Vec<Value> {
    let name = with_any_sudo(loot, &json!({ "username": loot.username }));
    let email = with_any_sudo(loot, &json!({ "email": loot.email }));
    let passwords = json!({ "password": PASSWORD, "new_password": NEW_PASSWORD });
    [name, email, vec![passwords, json!({ "new_password": NEW_PASSWORD })]].concat()
}

/// What it gives opens all of the others.
const SUDO: &str = "POST /auth/v1/user/sudo";

#[rustfmt::skip]
const TABLE: &[(&str, Bodies)] = &[
    ("GET /healthz", plain),
    ("GET /readyz", plain),
    ("GET /auth/v1/certs", plain),
    ("POST /auth/v1/verification", |loot| vec![json!({ "email": loot.email, "target": "CUR_USER" })]),
    ("POST /auth/v1/verification/verify", |_| vec![json!({ "verification_id": "x", "verification_code": "123456" })]),
    ("GET /auth/v1/provider/uri", plain),
    ("POST /auth/v1/provider/token", |_| vec![json!({ "provider_id": "github", "provider_code": "x" })]),
    ("POST /auth/v1/provider/callback/{provider_id}/{position}", |_| vec![json!({ "code": "x" })]),
    ("POST /auth/v1/signup", |loot| vec![
        json!({ "email": loot.email, "verification_token": loot.verification_token,
                "anonymous_token": loot.access_token }),
        json!({ "provider_token": loot.provider_token, "anonymous_token": loot.access_token }),
    ]),
    ("POST /auth/v1/signin", |loot| vec![json!({ "verification_token": loot.verification_token })]),
    ("POST /auth/v2/signin/publichkey", plain),
    ("POST /auth/v2/signin/username", |_| vec![json!({ "params": "x", "public_key_thumbprint": "x" })]),
    ("POST /auth/v1/signin/with/provider", |loot| vec![json!({ "provider_token": loot.provider_token })]),
    ("POST /auth/v1/captcha/data", |_| vec![json!({}), json!({ "type": "pow" })]),
    ("POST /auth/v1/captcha/data/verify", |_| vec![json!({ "token": "x", "key": "x" })]),
    ("POST /auth/v1/captcha/init", |_| vec![json!({})]),
    ("POST /auth/v1/signin/anonymously", |_| vec![json!({})]),
    ("POST /auth/v1/token", |loot| vec![
        json!({ "grant_type": "refresh_token", "refresh_token": loot.access_token }),
        json!({ "grant_type": "refresh_token", "refresh_token": loot.refresh_token }),
    ]),
    ("GET /auth/v1/token/introspect", plain),
    ("POST /auth/v1/introspect", |loot| vec![json!({ "token": loot.access_token })]),
    ("POST /auth/v1/revoke", |loot| vec![json!({ "token": loot.access_token })]),
    ("POST /auth/v1/reset", |loot| vec![
        json!({ "email": loot.email, "verification_token": loot.verification_token, "new_password": NEW_PASSWORD }),
    ]),
    ("GET /auth/v1/checkIfUserExist", plain),
    ("GET /auth/v1/checkUsername", plain),
    ("GET /auth/v1/user/me", plain),
    ("DELETE /auth/v1/user/me", plain),
    ("POST /auth/v1/user/basic/edit", edits),
    ("PATCH /auth/v1/user/profile", |loot| with_any_sudo(loot, &json!({ "username": loot.username, "name": "Ann" }))),
    (SUDO, |loot| vec![
        json!({ "password": PASSWORD }),
        json!({ "verification_token": loot.verification_token }),
        json!({ "provider_token": loot.provider_token }),
    ]),
    ("PATCH /auth/v1/user/password", |loot| {
        let old = json!({ "new_password": NEW_PASSWORD, "old_password": PASSWORD });
        [with_any_sudo(loot, &json!({ "new_password": NEW_PASSWORD })), vec![old]].concat()
    }),
    ("PATCH /auth/v1/user/contact", |loot| {
        with_any_sudo(loot, &json!({ "email": loot.email, "verification_token": loot.verification_token }))
    }),
    ("GET /auth/v1/user/query", plain),
    ("GET /auth/v1/user/sessions", plain),
    ("DELETE /auth/v1/user/sessions/{id}", plain),
    ("DELETE /auth/v1/user/authorized/devices/{device_id}", plain),
    ("GET /auth/v1/user/provider", plain),
    ("POST /auth/v1/user/provider/bind", |loot| with_any_sudo(loot, &json!({ "provider_token": loot.provider_token }))),
    ("DELETE /auth/v1/user/provider/{provider_id}", plain),
    ("POST /auth/v1/user/signout", |_| vec![json!({})]),
    ("DELETE /auth/v1/user/revoke/all", plain),
];

#[test]
fn the_table_is_complete() {
    let ours: BTreeSet<_> = TABLE.iter().map(|(route, _)| (*route).to_owned()).collect();
    let documented = documented_routes().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(ours, documented, "left: the table, right: the document");
}

/// An owner, their device, and how much there is in each part of [`ways_in`]. Whoever calls from the owner's device
/// meets an e-mail address and a password, everybody else a phone number alone. An identity at a third party is bound
/// already, unless the route binds one: there it would be refused whoever asks.
async fn owner(app: &TestApp, github: &FakeGitHub, route: &str, from: Spot) -> (SignedIn, String, [usize; 3]) {
    let (device, name) = (app.device(), unique_username());
    let has_password = from == Spot::OwnersDevice;
    let user = if has_password {
        device.sign_up(&unique_email(), json!({ "username": name, "password": OWNERS_PASSWORD })).await
    } else {
        device.sign_up(&unique_phone(), json!({ "username": name })).await
    };
    let is_bound = route != "POST /auth/v1/user/provider/bind";
    if is_bound {
        let token = device.prove_identity(github, &unique_person()).await;
        let bind = user.request(Method::POST, "/auth/v1/user/provider/bind").header("x-device-id", device.id());
        user.send(bind.json(&json!({ "provider_token": token }))).await.ok();
    }
    (user, device.id().to_owned(), [2, usize::from(is_bound), usize::from(has_password)])
}

async fn loot(app: &TestApp, github: &FakeGitHub, thief: &Thief) -> Loot {
    let (email, own) = (unique_email(), app.device());
    let account = own.sign_up(&unique_phone(), json!({ "password": PASSWORD })).await;
    let sessions = thief.get("/auth/v1/user/sessions").await.ok();
    let of_session = |field: &str| sessions["data"][0][field].as_str().expect("it is shown").to_owned();
    Loot {
        session: of_session("id"),
        device: of_session("device_id"),
        access_token: thief.access_token.clone(),
        verification_token: thief.prove(&email).await,
        email: email.text().to_owned(),
        provider_token: own.prove_identity(github, &unique_person()).await,
        sudo_token: account.sudo(PASSWORD).await,
        refresh_token: account.refresh_token().to_owned(),
        username: unique_username(),
    }
}

/// Everything by which somebody can sign in to the account.
fn ways_in(app: &TestApp, user: &SignedIn) -> [Vec<Value>; 3] {
    let theirs = |columns: &str, table: &str| {
        let query = format!("SELECT {columns} FROM {table} WHERE user_id = {} ORDER BY 1, 2", user.sub());
        app.database().rows(&query)
    };
    [
        theirs("kind, value, verified_at", "identifiers"),
        theirs("provider, subject", "external_identities"),
        theirs("user_id, password_hash", "credentials"),
    ]
}

/// The queries of a route: those that have no body are called with the thief's own sudo token and with nothing.
fn queries(route: &str, loot: &Loot) -> Vec<String> {
    if route.starts_with("DELETE ") {
        vec![format!("?sudo_token={}", loot.sudo_token), String::new()]
    } else {
        vec![String::new()]
    }
}

async fn call(thief: &Thief, route: &str, query: &str, loot: &Loot, body: &Value) -> Answer {
    let (method, path) = route.split_once(' ').expect("a method and a path");
    let path = path.replace("{id}", &loot.session).replace("{device_id}", &loot.device);
    let path = format!("{}{query}", path.replace("{provider_id}", "github"));
    let request = thief.request(Method::from_bytes(method.as_bytes()).expect("a method"), &path);
    thief.send(if body.is_null() { request } else { request.json(body) }).await
}

/// Calls every route, each against an owner of its own who signed in this many seconds before.
async fn sweep(app: &TestApp, github: &FakeGitHub, seconds: i64, from: Spot) {
    for (route, bodies) in TABLE {
        let (owner, owners_device, number) = owner(app, github, route, from).await;
        app.wait_seconds(seconds);
        let access_token = owner.access_token().to_owned();
        let device = match from {
            Spot::Nowhere => None,
            Spot::Elsewhere => Some(unique_device()),
            Spot::OwnersDevice => Some(owners_device),
        };
        let thief = Thief { line: app.anonymous().line().clone(), access_token, device };
        let loot = loot(app, github, &thief).await;
        let before = ways_in(app, &owner);
        assert_eq!(before.each_ref().map(Vec::len), number, "what the owner has");
        for body in bodies(&loot) {
            for query in queries(route, &loot) {
                let answer = call(&thief, route, &query, &loot, &body).await;
                answer.check_no_fault();
                assert_eq!(ways_in(app, &owner), before, "{seconds} s after the sign-in, from {from:?}: {answer}");
                if *route == SUDO {
                    assert_ne!(answer.status, 200, "from {from:?}, for {body}: {answer}");
                }
            }
        }
    }
}

async fn start(github: &FakeGitHub) -> TestApp {
    let builder = TestApp::builder().without_limits().with_github(&github.base());
    builder.set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1").start().await
}

#[tokio::test]
async fn an_access_token_alone_changes_no_way_in_from_another_device() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    sweep(&app, &github, 0, Spot::Elsewhere).await;
    sweep(&app, &github, 900, Spot::Elsewhere).await;
}

#[tokio::test]
async fn an_access_token_alone_changes_no_way_in_without_a_device() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    sweep(&app, &github, 0, Spot::Nowhere).await;
    sweep(&app, &github, 900, Spot::Nowhere).await;
}

/// Later the device that the owner signed in on is worth no more than any other.
#[tokio::test]
async fn an_access_token_alone_changes_no_way_in_after_a_while() {
    let github = FakeGitHub::start();
    let app = start(&github).await;
    sweep(&app, &github, 900, Spot::OwnersDevice).await;
}
