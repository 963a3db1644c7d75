//! `POST /auth/v1/signup`: what all three scenarios share.

use auth_tests::{
    Address, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, SignedIn, TestApp, unique_email,
    unique_phone, unique_username,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/signup";

#[tokio::test]
async fn a_name_and_a_password_alone_are_for_administrators() {
    let app = TestApp::start().await;
    for body in [
        json!({ "username": "user123", "password": "Password@123" }),
        json!({ "username": "user123" }),
        json!({ "username": "user123", "password": "Password@123", "phone_number": "", "email": null }),
        json!({ "username": "user123", "password": "Password@123", "verification_token": "x" }),
    ] {
        let text = app.anonymous().post(PATH, body).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("admin"), "{text}");
    }
    assert_eq!(app.database().count("users"), 0);
}

#[tokio::test]
async fn requests_that_match_no_scenario() {
    let app = TestApp::start().await;
    for body in [
        json!({}),
        json!({ "password": "Password@123" }),
        json!({ "verification_token": "x" }),
        json!({ "phone_number": "+86 13000000000" }),
        json!({ "email": "user@example", "verification_token": "" }),
        json!({ "phone_number": "+86 13000000000", "provider_token": "x" }),
    ] {
        app.anonymous().post(PATH, body).await.refused(INVALID_ARGUMENT);
    }
}

#[tokio::test]
async fn a_phone_number_and_an_email_together() {
    let app = TestApp::start().await;
    let (device, phone, email) = (app.device(), unique_phone(), unique_email());
    let mut body = device.sign_up_body(&phone, json!({})).await;
    body["email"] = json!(email.text());
    let text = device.post(PATH, body.clone()).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("together"), "{text}");
    body["email"] = Value::Null;
    device.post(PATH, body).await.ok();
}

#[tokio::test]
async fn tokens_that_do_not_pay() {
    let app = TestApp::start().await;
    let device = app.device();
    let (phone, email) = (unique_phone(), unique_email());
    let of_phone = device.prove(&phone).await;
    let refused = async |address: &Address, token: &str| {
        let text =
            device.post(PATH, address.with(json!({ "verification_token": token }))).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("verification"), "{text}");
    };
    refused(&unique_phone(), &of_phone).await;
    refused(&email, &of_phone).await;
    for token in ["x", "\u{0}", &"a".repeat(10_000), &of_phone.to_uppercase(), &of_phone[1..], &format!("{of_phone}A")]
    {
        refused(&phone, token).await;
    }
    app.wait_seconds(600);
    refused(&phone, &of_phone).await;
    assert_eq!(app.database().count("users"), 0);
}

#[tokio::test]
async fn a_token_lives_ten_minutes() {
    let app = TestApp::start().await;
    let body = app.device().sign_up_body(&unique_phone(), json!({})).await;
    app.wait_seconds(599);
    app.device().post(PATH, body).await.ok();
}

#[tokio::test]
async fn a_token_is_spent_by_the_first_success() {
    let app = TestApp::start().await;
    let (device, phone) = (app.device(), unique_phone());
    let body = device.sign_up_body(&phone, json!({ "username": unique_username() })).await;
    device.post(PATH, body.clone()).await.ok();
    let mut other = body;
    other["username"] = json!(unique_username());
    let text = device.post(PATH, other).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("verification"), "{text}");
}

#[tokio::test]
async fn a_token_of_another_client() {
    let app = TestApp::start().await;
    let body = app.device().sign_up_body(&unique_phone(), json!({})).await;
    let other = app.beside().set("AUTH__CLIENTS__DEFAULT_CLIENT_ID", "another").start().await;
    let text = other.device().post(PATH, body.clone()).await.refused(INVALID_ARGUMENT);
    assert!(text.contains("verification") && text.contains("client"), "{text}");
    app.device().post(PATH, body).await.ok();
}

#[tokio::test]
async fn an_address_that_is_already_registered() {
    let app = TestApp::start().await;
    for address in [unique_phone(), unique_email()] {
        app.device().sign_up(&address, json!({})).await;
        let body = app.device().sign_up_body(&address, json!({})).await;
        let text = app.device().post(PATH, body).await.refused(FAILED_PRECONDITION);
        assert!(text.contains(address.field()) && !text.contains(address.text()), "{text}");
    }
    assert_eq!(app.database().count("users"), 2);
}

#[tokio::test]
async fn without_a_proof_nobody_learns_that_an_address_is_registered() {
    let app = TestApp::start().await;
    let known = unique_phone();
    app.device().sign_up(&known, json!({})).await;
    let ask = async |address: &Address| {
        let answer = app.device().post(PATH, address.with(json!({ "verification_token": "guess" }))).await;
        answer.refused(INVALID_ARGUMENT)
    };
    assert_eq!(ask(&known).await, ask(&unique_phone()).await);
}

#[tokio::test]
async fn a_taken_username_leaves_the_proof_usable() {
    let app = TestApp::start().await;
    for address in [unique_phone(), unique_email()] {
        let name = unique_username();
        app.device().sign_up(&unique_phone(), json!({ "username": name })).await;
        for spelled in [name.clone(), name.to_uppercase()] {
            let mut body = app.device().sign_up_body(&address, json!({ "username": spelled })).await;
            let text = app.device().post(PATH, body.clone()).await.refused(FAILED_PRECONDITION);
            assert!(text.contains("username"), "{text}");
            if spelled == name {
                continue;
            }
            body["username"] = json!(unique_username());
            app.device().post(PATH, body).await.ok();
        }
    }
}

#[tokio::test]
async fn every_refusal_leaves_the_proof_usable() {
    let app = TestApp::start().await;
    let device = app.device();
    let good = device.sign_up_body(&unique_phone(), json!({})).await;
    for (field, value) in [
        ("username", "a"),
        ("username", "has space"),
        ("username", "12345678"),
        ("username", "13000000000"),
        ("username", "user@example.com"),
        ("username", "admin"),
        ("username", "名字名字名字"),
        ("password", "short"),
        ("password", "password"),
        ("provider_token", "made-up-token"),
    ] {
        let mut body = good.clone();
        body[field] = json!(value);
        let text = device.post(PATH, body).await.refused(INVALID_ARGUMENT);
        // Clients take an error with the word "password" for bad credentials.
        let named = if field == "password" { "secret" } else { field };
        assert!(text.contains(named), "{field} {value:?}: {text}");
        assert!(value.len() < 6 || !text.contains(value), "{field} {value:?}: {text}");
    }
    device.post(PATH, good).await.ok();
}

#[tokio::test]
async fn passwords() {
    let app = TestApp::builder().without_limits().start().await;
    let long = "Aa1!".repeat(64);
    for (password, taken) in [
        ("Password@123", true),
        ("1234567", false),
        ("12345678", false),
        ("kx7Qm2vz", true),
        ("пароль-из-слов", true),
        ("        ", true),
        (&long, true),
        (&format!("{long}x"), false),
        ("", true),
    ] {
        let body = app.device().sign_up_body(&unique_phone(), json!({ "password": password })).await;
        let answer = app.device().post(PATH, body).await;
        if taken {
            let user = SignedIn::by(app.anonymous().line(), &answer);
            assert_eq!(user.me().await["has_password"], !password.is_empty(), "{password}");
        } else {
            answer.refused(INVALID_ARGUMENT);
        }
    }
}

#[tokio::test]
async fn a_password_is_not_the_name_or_the_address() {
    let app = TestApp::start().await;
    let (device, phone, email) = (app.device(), unique_phone(), Address::email("somebody.long@example.com"));
    for password in ["jeanne.smith", "JEANNE.SMITH", phone.text(), &phone.text().replace(' ', "")] {
        let extra = json!({ "username": "Jeanne.Smith", "password": password });
        let mut body = phone.with(extra);
        body["verification_token"] = json!("not looked at");
        let text = device.post(PATH, body).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("secret"), "{password}: {text}");
    }
    let body = email.with(json!({ "password": "somebody.long@example.com", "verification_token": "x" }));
    assert!(device.post(PATH, body).await.refused(INVALID_ARGUMENT).contains("secret"));
}

#[tokio::test]
async fn the_profile_is_kept() {
    let app = TestApp::start().await;
    let profile = json!({
        "name": "王小明", "gender": "FEMALE", "picture": "https://example.com/a.png", "locale": "zh-CN",
    });
    for address in [unique_phone(), unique_email()] {
        let me = app.device().sign_up(&address, profile.clone()).await.me().await;
        for field in ["name", "gender", "picture", "locale"] {
            assert_eq!(me[field], profile[field], "{me}");
        }
    }
    let me = app.device().sign_up_by_phone().await.me().await;
    assert!(["name", "picture"].iter().all(|field| me[*field].is_null()), "{me}");
}

#[tokio::test]
async fn without_a_locale_the_language_of_the_request_is_kept() {
    let app = TestApp::start().await;
    for (header, locale) in [(None, "zh"), (Some("fr, EN-us;q=0.8"), "en"), (Some("fr"), "zh")] {
        let device = app.device();
        let body = device.sign_up_body(&unique_phone(), json!({ "locale": "" })).await;
        let request = device.request(Method::POST, PATH).json(&body);
        let request = header.iter().fold(request, |request, header| request.header("accept-language", *header));
        let user = SignedIn::by(device.line(), &device.send(request).await);
        assert_eq!(user.me().await["locale"], locale, "{header:?}");
        let again = device.post(PATH, body).await.ok();
        assert_eq!(again["sub"], user.sub(), "the same body is the same request, whatever the headers");
    }
}

#[tokio::test]
async fn additional_fields_grant_no_rights() {
    let app = TestApp::start().await;
    let extra = json!({
        "verification_code": "123456", "verify_opt": {}, "client_id": "any", "anonymous_token": null,
        "groups": ["admin"], "scope": "admin", "sub": "1", "id": 1, "status": "ACTIVE", "verified": true,
        "email_verified": true, "is_admin": true, "user_id": "1", "type": "internal", "username": "", "password": null,
    });
    let user = app.device().sign_up(&unique_phone(), extra).await;
    let me = user.me().await;
    assert_eq!((&me["groups"], &me["type"]), (&json!([{ "id": "user" }]), &json!("external")), "{me}");
    assert_eq!(user.tokens()["scope"], "user");
    assert_ne!(user.sub(), "1");
}

#[tokio::test]
async fn any_content_type_is_read_as_json() {
    let app = TestApp::start().await;
    for kind in ["text/plain;charset=UTF-8", "application/json", "application/x-www-form-urlencoded", "nonsense"] {
        let body = app.device().sign_up_body(&unique_phone(), json!({})).await;
        app.anonymous().post_bytes(PATH, kind, body.to_string().into_bytes()).await.ok();
    }
    let body = app.device().sign_up_body(&unique_phone(), json!({})).await;
    let without = app.anonymous().request(Method::POST, PATH).body(body.to_string());
    app.anonymous().send(without).await.ok();
}

#[tokio::test]
async fn headers_that_sdks_send() {
    let app = TestApp::start().await;
    let body = app.device().sign_up_body(&unique_phone(), json!({})).await;
    let request = app.device().request(Method::POST, PATH);
    let request = request.header("undefined", "undefined").header("x-sdk-version", "@cloudbase/js-sdk/3.7.0");
    let request = request.header("accept-language", "zh-CN").header("x-captcha-token", "");
    app.anonymous().send(request.json(&body)).await.ok();
}

#[tokio::test]
async fn the_client_is_named_in_query_body_or_authorization() {
    let app = TestApp::builder().set("AUTH__CLIENTS__UNKNOWN", "refuse").start().await;
    let basic = |client: &str| format!("Basic {}", STANDARD.encode(format!("{client}:")));
    for (query, in_body, authorization, status) in [
        ("", None, None, 200),
        ("?client_id=default", None, None, 200),
        ("", Some("default"), None, 200),
        ("", None, Some(basic("default")), 200),
        ("?client_id=", Some(""), Some(basic("")), 200),
        ("?client_id=other", None, None, 401),
        ("", Some("other"), None, 401),
        ("", None, Some(basic("other")), 401),
        ("", None, Some("Basic ???".to_owned()), 200),
    ] {
        let mut body = app.device().sign_up_body(&unique_phone(), json!({})).await;
        body["client_id"] = json!(in_body);
        let mut request = app.anonymous().request(Method::POST, &format!("{PATH}{query}")).json(&body);
        if let Some(authorization) = &authorization {
            request = request.header("authorization", authorization);
        }
        let answer = app.anonymous().send(request).await;
        assert_eq!(answer.status, status, "{query} {in_body:?} {authorization:?}: {answer}");
        answer.check();
    }
}

#[tokio::test]
async fn the_answer_is_the_token_answer() {
    let app = TestApp::start().await;
    let body = app.device().sign_up_body(&unique_phone(), json!({})).await;
    let answer = app.device().post(PATH, body).await;
    let user = SignedIn::by(app.anonymous().line(), &answer);
    assert_eq!(user.tokens()["expires_in"], 7200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut names: Vec<_> = user.tokens().as_object().into_iter().flat_map(|fields| fields.keys()).collect();
    names.sort();
    assert_eq!(names, ["access_token", "expires_in", "refresh_token", "scope", "sub", "token_type"]);
}

#[tokio::test]
async fn a_sign_up_stores_one_row_of_everything() {
    let app = TestApp::builder().with_full_password_cost().start().await;
    let extra = json!({ "username": unique_username(), "password": "Password@123" });
    let user = app.device().sign_up(&unique_phone(), extra).await;
    let database = app.database();
    for (what, count) in [
        ("users", 1),
        ("identifiers", 2),
        ("credentials", 1),
        ("sessions", 1),
        ("events", 1),
        ("proofs WHERE spent_at IS NOT NULL", 1),
        ("proofs WHERE spent_at IS NULL", 0),
    ] {
        assert_eq!(database.count(what), count, "{what}");
    }
    let hash = &database.rows("SELECT password_hash FROM credentials")[0]["password_hash"];
    assert!(hash.as_str().is_some_and(|hash| hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")), "{hash}");
    let everything: String = ["users", "identifiers", "credentials", "sessions", "events", "proofs", "verifications"]
        .map(|table| format!("{:?}", database.rows(&format!("SELECT * FROM {table}"))))
        .concat();
    for secret in [user.access_token(), user.refresh_token(), "Password@123"] {
        assert!(!everything.contains(secret), "a secret is stored in the clear");
    }
}
