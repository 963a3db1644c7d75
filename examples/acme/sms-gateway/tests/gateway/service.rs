//! The whole service, with the vendor registered and a stub in its place.

use auth_server::{Server, World};
use auth_settings::Environment;
use auth_tests::{AccountFlows as _, Caller as _, Flows as _, PASSWORD, SentCode, SignedIn, TestApp, unique_phone};
use serde_json::json;

use crate::stub::{self, ACCOUNT, FROM, TOKEN};

fn server() -> Server {
    Server::new().with(acme_sms_gateway::extension())
}

#[tokio::test]
async fn somebody_signs_up_with_a_code_that_the_vendor_carried() {
    let (vendor, folder) = (stub::start().await, tempfile::tempdir().expect("a folder"));
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, TOKEN).expect("the file is written");
    let app = TestApp::builder()
        .server(server())
        .set("AUTH__SMS__KIND", "gateway")
        .set("AUTH__SMS__GATEWAY__ACCOUNT", ACCOUNT)
        .set("AUTH__SMS__GATEWAY__TOKEN_FILE", token_file.to_str().expect("UTF-8"))
        .set("AUTH__SMS__GATEWAY__FROM", FROM)
        .set("AUTH__SMS__GATEWAY__BASE", &vendor.url())
        .start()
        .await;
    let (device, phone) = (app.device(), unique_phone());

    let asked = device.post("/auth/v1/verification", phone.with(json!({}))).await.ok();
    let message = vendor.next_request().await;
    assert_eq!(message.field("To"), phone.text().replace(' ', ""));
    let code = message.field("Body").chars().filter(char::is_ascii_digit).take(6).collect();
    let id = asked["verification_id"].as_str().expect("an id").to_owned();

    let proof = device.verify(&SentCode { id, code }).await;
    let body = phone.with(json!({ "verification_token": proof }));
    let user = SignedIn::by(device.line(), &device.post("/auth/v1/signup", body).await);
    user.me().await;

    // What happens to the account goes the same way.
    let password = json!({ "new_password": PASSWORD, "sudo_token": "" });
    assert_eq!(user.patch("/auth/v1/user/password", password).await.ok(), json!({}));
    let notice = vendor.next_request().await;
    assert_eq!(notice.field("To"), phone.text().replace(' ', ""));
    assert!(notice.field("Body").contains("密码"), "{}", notice.field("Body"));
}

#[test]
fn its_section_is_checked_before_anything_starts() {
    let good = [
        ("AUTH__SMS__KIND", "gateway"),
        ("AUTH__SMS__GATEWAY__ACCOUNT", ACCOUNT),
        ("AUTH__SMS__GATEWAY__TOKEN", TOKEN),
        ("AUTH__SMS__GATEWAY__FROM", FROM),
    ];
    for (more, expected) in [
        (("AUTH__SMS__COUNTRIES", "86"), None),
        (("AUTH__SMS__GATEWAY__ACCOUNT", "../x"), Some("must consist of letters and digits")),
        (("AUTH__SMS__GATEWAY__TOKN", "x"), Some("is not a setting; [sms.gateway] has: account, token, token_file")),
        (("AUTH__SMS__GATEWAY__BASE", "gateway"), Some("must be an http or https address")),
    ] {
        let environment = Environment::new([&good[..], &[more]].concat());
        let told = server().configure(&environment, World::of_this_machine()).map(drop).map_err(|e| e.to_string());
        match (expected, told) {
            (None, told) => assert_eq!(told, Ok(())),
            (Some(words), told) => assert!(told.as_ref().is_err_and(|said| said.contains(words)), "{told:?}"),
        }
    }
}
