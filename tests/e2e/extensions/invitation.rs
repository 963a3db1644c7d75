//! A way to sign up of a team's own: with the code of an invitation, which is spent in the account's transaction.

use auth_domain::identifier::UsernameLength;
use auth_domain::sign_up::{Claims, OwnField, Plan, Refusal, Scenario};
use auth_domain::vouchers::{Voucher, VoucherKind, VoucherUse};
use auth_extension::Extension;
use auth_postgres::diesel::prelude::*;
use auth_postgres::diesel::sql_types::{BigInt, Text};
use auth_postgres::{Parts, diesel};
use auth_server::{Server, World, doctor};
use auth_settings::Environment;
use auth_tests::{
    AccountFlows as _, Answer, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, LOGIN_TYPE_DISABLED,
    OnDevice, SignedIn, TestApp, TestAppBuilder, together, unique_username,
};
use serde_json::{Value, json};

use super::stores::in_memory;

const SIGN_UP: &str = "/auth/v1/signup";
const INVITATION: VoucherKind = VoucherKind::new("invitation_code");
const FIELDS: [OwnField; 1] = [OwnField { name: INVITATION.name(), description: "The code of an invitation." }];

/// A code, and perhaps a username of 2 to 48 characters.
struct SignUpByInvitation;

impl Scenario for SignUpByInvitation {
    fn name(&self) -> &'static str {
        "invitation"
    }

    fn requires(&self) -> String {
        INVITATION.name().to_owned()
    }

    fn own_fields(&self) -> &[OwnField] {
        &FIELDS
    }

    fn example(&self) -> Claims<'static> {
        Claims { own: vec![(INVITATION.name(), "WELCOME-4711")], username: Some("Li"), ..Claims::default() }
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        claims.own(INVITATION.name()).is_some()
    }

    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
        let code = claims.own(INVITATION.name()).unwrap_or_default().trim().to_uppercase();
        if claims.addresses.is_empty() {
            return Ok(Plan::of_voucher(Voucher::new(INVITATION, code), UsernameLength::WIDE));
        }
        Err(Refusal::Own("an invitation is for people without phone and email".to_owned()))
    }
}

fn spend(conn: &mut PgConnection, of: &VoucherUse<'_>) -> QueryResult<bool> {
    let spend = diesel::sql_query("UPDATE invitations SET used_by = $2 WHERE code = $1 AND used_by IS NULL");
    let spend = spend.bind::<Text, _>(of.voucher.value()).bind::<BigInt, _>(of.user.as_i64());
    Ok(spend.execute(conn)? == 1)
}

fn extension() -> Extension {
    let parts = Parts::new().spender(INVITATION, spend);
    Extension::new("team-invitation").scenario(SignUpByInvitation).store_part(parts)
}

async fn start() -> TestApp {
    start_as(TestApp::builder()).await
}

async fn start_as(builder: TestAppBuilder) -> TestApp {
    let app = builder.server(Server::new().with(extension())).without_limits().start().await;
    app.database().execute("CREATE TABLE invitations (code text PRIMARY KEY, used_by bigint)");
    app
}

/// The body of somebody who has this new code.
fn invited(app: &TestApp, code: &str, mut extra: Value) -> Value {
    app.database().execute(&format!("INSERT INTO invitations (code) VALUES ('{code}')"));
    extra["invitation_code"] = json!(code);
    extra
}

async fn sign_up(device: &OnDevice, body: &Value) -> Answer {
    device.post(SIGN_UP, body.clone()).await
}

fn used(app: &TestApp) -> i64 {
    app.database().count("invitations WHERE used_by IS NOT NULL")
}

#[tokio::test]
async fn a_code_signs_up_one_person() {
    let app = start().await;
    let device = app.device();
    let mut body = invited(&app, "WELCOME-1", json!({ "username": "Li", "password": "Password@123" }));
    let made = SignedIn::by(device.line(), &sign_up(&device, &body).await);
    assert_eq!(made.me().await["username"], "Li");
    assert_eq!(app.database().count("invitations i JOIN users u ON i.used_by = u.id"), 1);
    let credentials = json!({ "username": "li", "password": "Password@123" });
    assert_eq!(device.post("/auth/v1/signin", credentials).await.ok()["sub"], made.sub());
    body["username"] = json!("Lo");
    for (code, what) in [("WELCOME-1", "used"), (" welcome-1 ", "used, in another spelling"), ("WELCOME-2", "unknown")]
    {
        body["invitation_code"] = json!(code);
        let said = sign_up(&app.device(), &body).await.refused(FAILED_PRECONDITION);
        assert_eq!(said, "invitation_code is unknown or was used already", "{what}");
    }
    body["phone_number"] = json!("+86 13000000000");
    let said = sign_up(&app.device(), &body).await.refused(INVALID_ARGUMENT);
    assert_eq!(said, "an invitation is for people without phone and email");
    assert_eq!((app.database().count("users"), used(&app)), (1, 1));
}

#[tokio::test]
async fn who_lost_the_answer_asks_again() {
    let app = start().await;
    let device = app.device();
    let body = invited(&app, "WELCOME-1", json!({ "username": "Li", "password": "Password@123" }));
    let first = SignedIn::by(device.line(), &sign_up(&device, &body).await);
    app.wait_seconds(119);
    let again = SignedIn::by(device.line(), &sign_up(&device, &body).await);
    assert_eq!(again.sub(), first.sub());
    assert_ne!(again.refresh_token(), first.refresh_token());
    again.me().await;
    for (field, value) in [("username", "Lo"), ("password", "Password@124"), ("name", "Li"), ("locale", "zh")] {
        let mut other = body.clone();
        other[field] = json!(value);
        sign_up(&device, &other).await.refused(FAILED_PRECONDITION);
    }
    app.wait_seconds(1);
    sign_up(&device, &body).await.refused(FAILED_PRECONDITION);
    let body = invited(&app, "WELCOME-2", json!({}));
    SignedIn::by(device.line(), &sign_up(&device, &body).await).refreshed().await;
    sign_up(&device, &body).await.refused(FAILED_PRECONDITION);
    assert_eq!((app.database().count("users"), used(&app)), (2, 2));
}

async fn race(device: &OnDevice, bodies: Vec<Value>) -> Vec<Answer> {
    let racers = bodies.into_iter().map(|body| {
        let device = device.clone();
        async move { sign_up(&device, &body).await }
    });
    together(racers).await
}

#[tokio::test]
async fn fifty_with_one_code_are_one_account() {
    let app = start().await;
    let device = app.device();
    let body = invited(&app, "WELCOME-1", json!({}));
    let bodies = (0..50).map(|_| {
        let mut body = body.clone();
        body["username"] = json!(unique_username());
        body
    });
    let answers = race(&device, bodies.collect()).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.refused(FAILED_PRECONDITION);
    }
    assert_eq!((app.database().count("users"), app.database().count("identifiers"), used(&app)), (1, 1, 1));
    let body = invited(&app, "WELCOME-2", json!({ "username": "Li", "password": "Password@123" }));
    let answers = race(&device, vec![body; 50]).await;
    let mut subs: Vec<_> = answers.iter().map(|answer| answer.ok()["sub"].to_string()).collect();
    subs.dedup();
    assert_eq!((subs.len(), app.database().count("users"), used(&app)), (1, 2, 2));
}

#[tokio::test]
async fn a_refusal_leaves_the_code_good() {
    let app = start().await;
    let device = app.device();
    let taken = invited(&app, "WELCOME-1", json!({ "username": "Li" }));
    sign_up(&device, &taken).await.ok();
    let mut body = invited(&app, "WELCOME-2", json!({ "username": "li" }));
    let said = sign_up(&device, &body).await.refused(FAILED_PRECONDITION);
    assert!(said.contains("username"), "{said}");
    body["username"] = json!("L");
    sign_up(&device, &body).await.refused(INVALID_ARGUMENT);
    body["username"] = json!("Lo");
    body["password"] = json!("short");
    sign_up(&device, &body).await.refused(INVALID_ARGUMENT);
    assert_eq!(used(&app), 1);
    body["password"] = json!(null);
    sign_up(&device, &body).await.ok();
    assert_eq!(used(&app), 2);
}

#[tokio::test]
async fn an_anonymous_user_keeps_the_id() {
    let app = start().await;
    let device = app.device();
    let anonymous = device.sign_in_anonymously().await;
    let body = invited(&app, "WELCOME-1", json!({ "anonymous_token": anonymous.access_token(), "username": "Li" }));
    let made = SignedIn::by(device.line(), &sign_up(&device, &body).await);
    assert_eq!(made.sub(), anonymous.sub());
    assert_eq!(sign_up(&device, &body).await.ok()["sub"], made.sub(), "the same request once more");
    assert_eq!(app.database().count("users"), 1);
}

#[tokio::test]
async fn clients_offer_it_by_its_name() {
    let builder = TestApp::builder()
        .set("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__SCENARIOS", "invitation")
        .set("AUTH__CLIENTS__REGISTERED__APP__KIND", "public")
        .set("AUTH__CLIENTS__REGISTERED__APP__SCENARIOS", "email,phone_number");
    let app = start_as(builder).await;
    let (device, at) = (app.device(), |client: &str| format!("{SIGN_UP}?client_id={client}"));
    let body = invited(&app, "WELCOME-1", json!({ "username": "Li" }));
    device.post(&at("app"), body.clone()).await.refused(LOGIN_TYPE_DISABLED);
    assert_eq!(used(&app), 0);
    device.post(&at("shop"), body).await.ok();
    let by_email = json!({ "email": "li@example.com", "verification_token": "none" });
    device.post(&at("shop"), by_email).await.refused(LOGIN_TYPE_DISABLED);
    assert_eq!(used(&app), 1);
}

#[test]
fn a_client_that_misspells_it_stops_the_start() {
    let environment = Environment::new([
        ("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public"),
        ("AUTH__CLIENTS__REGISTERED__SHOP__SCENARIOS", "invitations"),
    ]);
    let refused = Server::new().with(extension()).configure(&environment, World::of_this_machine()).map(drop);
    let message = refused.expect_err("there is no such scenario").to_string();
    let those = "must be one of phone_number, email, third_party, invitation, not \"invitations\"";
    assert!(message.contains("clients.registered.shop.scenarios") && message.contains(those), "{message}");
}

#[tokio::test]
async fn the_document_has_the_field_and_an_example() {
    let app = start().await;
    let served = app.anonymous().get("/openapi.json").await.json();
    let made = Server::new().with(extension()).document(false).expect("everything fits together");
    assert_eq!(served, serde_json::from_str::<Value>(&made).expect("JSON"), "left: served, right: printed");
    let field = &served["components"]["schemas"]["SignUpBody"]["properties"]["invitation_code"];
    assert_eq!(field["description"], "The code of an invitation.");
    let body = &served["paths"][SIGN_UP]["post"]["requestBody"]["content"]["application/json"];
    let example = body["examples"]["invitation"]["value"].clone();
    assert_eq!(example, json!({ "invitation_code": "WELCOME-4711", "username": "Li" }));
    app.database().execute("INSERT INTO invitations (code) VALUES ('WELCOME-4711')");
    app.device().post(SIGN_UP, example).await.ok();
}

#[test]
fn a_voucher_that_nobody_spends_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = Environment::new([
        ("AUTH_PROFILE", "test"),
        ("AUTH__DATABASE__DATA_DIR", folder.path().to_str().expect("a folder named in UTF-8")),
    ]);
    let server = in_memory(&Default::default()).scenario(SignUpByInvitation);
    let configured = server.configure(&environment, World::of_this_machine()).expect("nothing else is missing");
    let refused = doctor(&configured).expect_err("nobody spends it").to_string();
    assert_eq!(
        refused,
        "the sign-up scenario invitation demands the voucher invitation_code, which the stores do not spend: \
         register a spender for it with store_part"
    );
}

#[test]
fn a_kind_has_one_spender() {
    let server = Server::new().with(extension()).store_part(Parts::new().spender(INVITATION, spend));
    let configured = server.configure(&Environment::default(), World::of_this_machine()).expect("settings are fine");
    let refused = configured.open_storage().map(drop).expect_err("two spenders").to_string();
    assert_eq!(refused, "vouchers of the kind invitation_code have two spenders: each kind has one");
}
