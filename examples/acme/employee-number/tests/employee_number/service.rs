//! Employee numbers in the whole service.

use auth_server::Server;
use auth_tests::{
    AccountFlows as _, Address, Caller as _, Flows as _, INVALID_ARGUMENT, Operator, PASSWORD, SignedIn, TestApp,
};
use serde_json::json;

async fn app() -> TestApp {
    TestApp::builder().server(Server::new().with(acme_employee_number::extension())).without_limits().start().await
}

fn number(text: &str) -> Address {
    Address::of("employee_number", text)
}

#[tokio::test]
async fn an_employee_signs_up_and_in_with_the_number() {
    let app = app().await;
    let (device, number) = (app.device(), number("#004217"));
    let user = device.sign_up(&number, json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(app.messages().all()[0].channel, "desk");
    assert_eq!(user.me().await["employee_number"], "#004217");
    for answer in [device.sign_in("#004217", PASSWORD).await, device.sign_in_by_code(&number).await] {
        assert_eq!(SignedIn::by(device.line(), &answer).sub(), user.sub());
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_refused_by_the_name_of_its_field() {
    let app = app().await;
    let refused = app.device().post("/auth/v1/verification", json!({ "employee_number": "4217" })).await;
    assert_eq!(refused.refused(INVALID_ARGUMENT), "employee_number must be # and six digits");
}

#[tokio::test]
async fn a_password_is_forgotten_and_found_again() {
    let app = app().await;
    let (device, number) = (app.device(), number("#000001"));
    device.sign_up(&number, json!({ "password": PASSWORD })).await;
    let mut body = number.with(json!({ "new_password": "Another#Secret9" }));
    body["verification_token"] = json!(device.prove(&number).await);
    device.post("/auth/v1/reset", body).await.ok();
    SignedIn::by(device.line(), &device.sign_in("#000001", "Another#Secret9").await).assert_alive().await;
}

#[tokio::test]
async fn colleagues_find_each_other_by_number() {
    let app = app().await;
    let user = app.device().sign_up(&number("#000003"), json!({ "username": "grace" })).await;
    let colleague = app.device().sign_up(&number("#000004"), json!({})).await;
    let found = colleague.get("/auth/v1/user/query?employee_number=%23000003").await.ok();
    assert_eq!((&found["total"], &found["data"][0]["sub"]), (&json!(1), &json!(user.sub())));
    assert_eq!(found["data"][0]["employee_number"], "#000003");
}

#[tokio::test]
async fn a_number_is_changed_with_a_proof_of_the_new_one() {
    let app = app().await;
    let (old, new) = (number("#000005"), number("#000006"));
    let user = app.device().sign_up(&old, json!({ "password": PASSWORD })).await;
    let proof = app.device().prove(&new).await;
    let body = new.with(json!({ "sudo_token": user.sudo(PASSWORD).await, "verification_token": proof }));
    user.patch("/auth/v1/user/contact", body).await.ok();
    assert_eq!(user.me().await["employee_number"], "#000006");
    assert_eq!(app.device().sign_in("#000006", PASSWORD).await.ok()["sub"], user.sub());
    assert_ne!(app.device().sign_up(&old, json!({})).await.sub(), user.sub(), "the old one is free");
}

#[tokio::test]
async fn operators_create_edit_import_and_find_users_by_number() {
    let app = app().await;
    let operator = Operator::of(&app);
    let id = operator.create(json!({ "employee_number": "#000007" })).await;
    let (device, first) = (app.device(), number("#000007"));
    assert_eq!(SignedIn::by(device.line(), &device.sign_in_by_code(&first).await).sub(), id);
    let other = json!({ "employee_number": "#000008" });
    operator.patch(&format!("/admin/v1/users/{id}"), other).await.ok();
    let line = json!({ "employee_number": "#000009", "employee_number_verified": true });
    let told = operator.import(format!("{line}\n")).await;
    assert_eq!(told.last().expect("a summary")["imported"], 1, "{told:?}");
    for (escaped, number, is_proven) in [("%23000008", "#000008", false), ("%23000009", "#000009", true)] {
        let found = operator.get(&format!("/admin/v1/users?employee_number={escaped}")).await.ok();
        let held = &found["users"][0]["identifiers"][0];
        assert_eq!((&held["kind"], &held["value"]), (&json!("employee_number"), &json!(number)), "{found}");
        assert_eq!(held["verified_at"].is_string(), is_proven, "{found}");
    }
}
