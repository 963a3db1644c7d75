//! A kind of identifiers of a team's own that is chosen like a username: no message reaches it, and nothing proves it.

use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind, IdentifierScheme};
use auth_domain::messages::Channel;
use auth_server::Server;
use auth_tests::{
    AccountFlows as _, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, PERMISSION_DENIED, SignedIn,
    TestApp, unique_phone,
};
use serde_json::json;

const SIGN_UP: &str = "/auth/v1/signup";
const EDIT: &str = "/auth/v1/user/basic/edit";
const PROFILE: &str = "/auth/v1/user/profile";

/// Numbers such as `#0042`, which no other kind of login name looks like. Leading zeros make no difference.
struct EmployeeNumber;

impl EmployeeNumber {
    const KIND: IdentifierKind = IdentifierKind::new("employee_number");
}

impl IdentifierScheme for EmployeeNumber {
    fn kind(&self) -> IdentifierKind {
        Self::KIND
    }

    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        let refused = || IdentifierError { kind: Self::KIND, reason: "must be # and 1 to 6 digits".to_owned() };
        let shown = raw.trim();
        let digits = shown.strip_prefix('#').ok_or_else(refused)?;
        if !(1..=6).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refused());
        }
        Ok(Identifier::from_parts(Self::KIND, format!("#{digits:0>6}"), shown.to_owned()))
    }

    fn channel(&self) -> Option<Channel> {
        None
    }
}

async fn start() -> TestApp {
    TestApp::builder().server(Server::new().identifier(EmployeeNumber)).without_limits().start().await
}

#[tokio::test]
async fn it_is_chosen_at_sign_up_and_signs_in() {
    let app = start().await;
    let device = app.device();
    let extra = json!({ "employee_number": "#0042", "password": "Password@123" });
    let body = device.sign_up_body(&unique_phone(), extra).await;
    let made = SignedIn::by(device.line(), &device.post(SIGN_UP, body.clone()).await);
    assert_eq!(made.me().await["employee_number"], "#0042");
    assert_eq!(device.post(SIGN_UP, body.clone()).await.ok()["sub"], made.sub(), "the same request once more");
    let mut other = body;
    other["employee_number"] = json!("#43");
    device.post(SIGN_UP, other).await.refused(INVALID_ARGUMENT);
    let signed_in = device.post("/auth/v1/signin", json!({ "username": "#42", "password": "Password@123" })).await;
    assert_eq!(signed_in.ok()["sub"], made.sub());
    let found = made.get("/auth/v1/user/query?employee_number=%2342").await.ok();
    assert_eq!((&found["total"], &found["data"][0]["sub"]), (&json!(1), &json!(made.sub())));
}

#[tokio::test]
async fn it_is_refused_like_a_username() {
    let app = start().await;
    let device = app.device();
    device.sign_up(&unique_phone(), json!({ "employee_number": "#42" })).await;
    let mut body = device.sign_up_body(&unique_phone(), json!({ "employee_number": "#000042" })).await;
    let said = device.post(SIGN_UP, body.clone()).await.refused(FAILED_PRECONDITION);
    assert_eq!(said, "employee_number is already registered");
    body["employee_number"] = json!("42");
    let said = device.post(SIGN_UP, body.clone()).await.refused(INVALID_ARGUMENT);
    assert_eq!(said, "employee_number must be # and 1 to 6 digits");
    let alone = json!({ "employee_number": "#43", "password": "Password@123" });
    device.post(SIGN_UP, alone).await.refused(INVALID_ARGUMENT);
    body["employee_number"] = json!("");
    let made = SignedIn::by(device.line(), &device.post(SIGN_UP, body).await);
    assert_eq!(made.me().await.get("employee_number"), None);
}

#[tokio::test]
async fn it_is_edited_like_a_username() {
    let app = start().await;
    let device = app.device();
    let ann = device.sign_up(&unique_phone(), json!({ "employee_number": "#1" })).await;
    let bob = device.sign_up(&unique_phone(), json!({})).await;
    bob.post(EDIT, json!({ "employee_number": "#000001" })).await.refused(FAILED_PRECONDITION);
    bob.post(EDIT, json!({ "employee_number": "one" })).await.refused(INVALID_ARGUMENT);
    bob.post(EDIT, json!({ "employee_number": "#2" })).await.ok();
    assert_eq!(bob.me().await["employee_number"], "#2");
    let changed = ann.patch(PROFILE, json!({ "employee_number": "#3", "name": "Ann" })).await.ok();
    assert_eq!((&changed["employee_number"], &changed["name"]), (&json!("#3"), &json!("Ann")));
    bob.post(EDIT, json!({ "employee_number": "#1" })).await.ok();
    let kinds = app.database().rows("SELECT detail FROM events WHERE kind = 'username_changed'");
    assert!(kinds.len() == 3 && kinds.iter().all(|row| row["detail"] == "employee_number"), "{kinds:?}");
    let anonymous = app.device().sign_in_anonymously().await;
    anonymous.post(EDIT, json!({ "employee_number": "#4" })).await.refused(PERMISSION_DENIED);
}
