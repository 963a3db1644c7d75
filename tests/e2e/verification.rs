//! `POST /auth/v1/verification`: what it answers.

use auth_tests::{
    Address, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, NOT_FOUND, TestApp, UNAUTHENTICATED,
    UNAUTHORIZED_CLIENT, UNIMPLEMENTED, unique_email, unique_phone,
};
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/verification";

#[tokio::test]
async fn a_code_goes_out_and_the_answer_has_three_fields() {
    let app = TestApp::start().await;
    for address in [unique_phone(), unique_email()] {
        let answer = app.device().post(PATH, address.with(json!({ "target": "ANY" }))).await.ok();
        assert!(answer["verification_id"].as_str().is_some_and(|id| id.len() >= 16), "{answer}");
        assert_eq!(answer["expires_in"], 600);
        assert_eq!(answer["is_user"], false);
        assert_eq!(answer.as_object().map(serde_json::Map::len), Some(3), "{answer}");
        let message = app.messages().next_to(address.text()).await;
        assert!(message.code.len() == 6 && message.code.bytes().all(|b| b.is_ascii_digit()), "{message:?}");
        assert_eq!(message.channel, if address.field() == "email" { "email" } else { "sms" });
    }
}

#[tokio::test]
async fn the_code_is_in_no_answer_and_not_in_the_database() {
    let app = TestApp::start().await;
    let phone = unique_phone();
    let answer = app.anonymous().post(PATH, phone.with(json!({}))).await;
    let code = app.messages().next_to(phone.text()).await.code;
    assert!(!answer.to_string().contains(&code), "{answer}");
    for table in ["verifications", "messages", "send_budgets", "proofs"] {
        let rows = format!("{:?}", app.database().rows(&format!("SELECT * FROM {table}")));
        // Instants have six digits after the decimal point.
        assert!(!rows.contains(&format!("\"{code}\"")), "{table}: {rows}");
    }
}

#[tokio::test]
async fn an_address_is_one_phone_number_or_one_email() {
    let app = TestApp::start().await;
    let neither = [json!({}), json!({ "phone_number": "", "email": null }), json!({ "target": "ANY" })];
    for body in neither {
        app.anonymous().post(PATH, body).await.refused(INVALID_ARGUMENT);
    }
    let both = json!({ "phone_number": "+86 13000000000", "email": "user@example" });
    let text = app.anonymous().post(PATH, both).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("together"), "{text}");
    let one_is_empty = json!({ "phone_number": "+86 13000000000", "email": "" });
    app.anonymous().post(PATH, one_is_empty).await.ok();
}

#[tokio::test]
async fn phone_numbers_as_clients_send_them() {
    let app = TestApp::start().await;
    for number in
        ["+86 13000000001", "+8613000000002", "13000000003", "+14 155550123", "+44 7911123456", "0086 130 0000 0004"]
    {
        let answer = app.device().post(PATH, json!({ "phone_number": number })).await.ok();
        assert_eq!(answer["is_user"], false, "{number}");
        app.messages().next_to(number).await;
    }
}

#[tokio::test]
async fn malformed_addresses() {
    let app = TestApp::start().await;
    let phones =
        ["+86 +8613000000000", "tel:+8613000000000", "+86 130", "+", "abc", "+86 13000000000 x5", "+999 123456789"];
    for number in phones {
        let text = app.anonymous().post(PATH, json!({ "phone_number": number })).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("phone_number"), "{text}");
    }
    for email in ["plain", "@example.com", "user@", "a b@example.com", "a@b@c", "user@exa mple", "user@-a.com"] {
        let text = app.anonymous().post(PATH, json!({ "email": email })).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("email"), "{text}");
    }
    assert_eq!(app.database().count("messages"), 0);
}

#[tokio::test]
async fn targets() {
    let app = TestApp::start().await;
    let (known, unknown) = (unique_phone(), unique_phone());
    app.device().sign_up(&known, json!({})).await;
    let ask = async |address: &Address, target: &str| {
        app.device().post(PATH, address.with(json!({ "target": target }))).await
    };
    assert_eq!(ask(&known, "ANY").await.ok()["is_user"], true);
    assert_eq!(ask(&known, "USER").await.ok()["is_user"], true);
    assert_eq!(ask(&unknown, "NOT_USER").await.ok()["is_user"], false);
    ask(&known, "NOT_USER").await.refused(FAILED_PRECONDITION);
    ask(&unknown, "USER").await.refused(NOT_FOUND);
    ask(&known, "CUR_USER").await.refused(UNAUTHENTICATED);
    ask(&known, "EVERYBODY").await.refused(INVALID_ARGUMENT);
    ask(&unknown, "").await.ok();
}

#[tokio::test]
async fn the_signed_in_user_may_write_the_address_masked() {
    let app = TestApp::start().await;
    let phone = unique_phone();
    let user = app.device().sign_up(&phone, json!({})).await;
    app.wait_seconds(60);
    let text = phone.text();
    let masked = format!("{}****{}", &text[..7], &text[11..]);
    let answer = user.post(PATH, json!({ "phone_number": masked, "target": "CUR_USER" })).await.ok();
    assert_eq!(answer["is_user"], true);
    app.messages().next_to(text).await;
    app.wait_seconds(60);
    user.post(PATH, phone.with(json!({ "target": "CUR_USER" }))).await.ok();
    for other in [unique_phone().text(), "+86 139****9999", "****x"] {
        let body = json!({ "phone_number": other, "target": "CUR_USER" });
        user.post(PATH, body).await.refused(INVALID_ARGUMENT);
    }
    let no_email = json!({ "email": "***", "target": "CUR_USER" });
    user.post(PATH, no_email).await.refused(INVALID_ARGUMENT);
    let masked_for_anybody = json!({ "phone_number": masked, "target": "USER" });
    user.post(PATH, masked_for_anybody).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn additional_fields_do_no_harm() {
    let app = TestApp::start().await;
    let extra = json!({
        "usage": "recovery", "email_redirect_to": "https://example.com", "locale": "zh", "client_id": "any",
        "destination": {}, "verified": true, "__proto__": { "is_admin": true }, "target": null,
    });
    app.anonymous().post(PATH, unique_email().with(extra)).await.ok();
}

#[tokio::test]
async fn the_language_is_the_bodys_then_the_headers() {
    let app = TestApp::start().await;
    for (header, locale, language) in [
        ("en-US,en;q=0.9", Value::Null, "en"),
        ("zh-CN", Value::Null, "zh"),
        ("zh-CN", json!("en"), "en"),
        ("en-US", json!("zh"), "zh"),
        ("en-US", json!(""), "en"),
    ] {
        let phone = unique_phone();
        let body = phone.with(json!({ "locale": locale }));
        let request = app.anonymous().request(reqwest::Method::POST, PATH).header("accept-language", header);
        app.anonymous().send(request.json(&body)).await.ok();
        assert_eq!(app.messages().next_to(phone.text()).await.language, language, "{header} {locale}");
    }
}

#[tokio::test]
async fn a_channel_without_a_sender_is_not_offered() {
    let app = TestApp::builder().set("AUTH__SMS__KIND", "none").start().await;
    app.anonymous().post(PATH, unique_phone().with(json!({}))).await.refused(UNIMPLEMENTED);
    app.anonymous().post(PATH, unique_email().with(json!({}))).await.ok();
}

#[tokio::test]
async fn countries_that_the_operator_does_not_serve() {
    let app = TestApp::builder().set("AUTH__PHONE_NUMBERS__COUNTRIES", "86").start().await;
    app.anonymous().post(PATH, json!({ "phone_number": "+44 7911123456" })).await.refused(INVALID_ARGUMENT);
    app.anonymous().post(PATH, unique_phone().with(json!({}))).await.ok();
}

#[tokio::test]
async fn clients_that_nobody_registered() {
    let app = TestApp::builder().set("AUTH__CLIENTS__UNKNOWN", "refuse").start().await;
    let caller = app.anonymous();
    caller
        .post(&format!("{PATH}?client_id=stranger"), unique_phone().with(json!({})))
        .await
        .refused(UNAUTHORIZED_CLIENT);
    caller.post(PATH, unique_phone().with(json!({ "client_id": "stranger" }))).await.refused(UNAUTHORIZED_CLIENT);
    caller.post(&format!("{PATH}?client_id=default"), unique_phone().with(json!({}))).await.ok();
    caller.post(PATH, unique_phone().with(json!({ "client_id": "" }))).await.ok();
    assert_eq!(app.messages().all().iter().filter(|m| m.to.is_empty()).count(), 0);
}

#[tokio::test]
async fn devices_without_a_usable_name() {
    let app = TestApp::start().await;
    let ask = async |id: &[u8]| {
        let request = app.anonymous().request(reqwest::Method::POST, PATH).header("x-device-id", id);
        app.anonymous().send(request.json(&unique_phone().with(json!({})))).await
    };
    ask(b"").await.ok();
    ask(&[b'a'; 32]).await.ok();
    ask(&[b'a'; 10_000]).await.refused(INVALID_ARGUMENT);
    ask(b"\xff\xfe").await.refused(INVALID_ARGUMENT);
}
