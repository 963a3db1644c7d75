//! People type as people type: numbers, codes, names and passwords as keyboards, phones and proxies write them.

use auth_tests::{
    AccountFlows as _, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, TestApp,
    unique_email, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::json;

const SEND: &str = "/auth/v1/verification";
const VERIFY: &str = "/auth/v1/verification/verify";
const SIGN_UP: &str = "/auth/v1/signup";
const SIGN_IN: &str = "/auth/v1/signin";

/// Digits as Chinese keyboards write them.
fn wide(digits: &str) -> String {
    let wide = |c: char| if c.is_ascii_digit() { char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c) } else { c };
    digits.chars().map(wide).collect()
}

#[tokio::test]
async fn a_code_is_one_however_it_is_typed_and_what_cannot_be_one_costs_no_try() {
    let app = TestApp::builder().without_limits().start().await;
    let spellings: [fn(&str) -> String; 3] = [
        wide,
        |code| format!("{} {}", &code[..3], &code[3..]),
        |code| format!("\u{202A}{}\u{2011}{}\u{202C}", &code[..3], &code[3..]),
    ];
    for spell in spellings {
        let device = app.device();
        let sent = device.send_code(&unique_email()).await;
        for text in ["12345", "1234567", "one code", "12.34.56", "一二三四五六"] {
            let mut body = sent.body();
            body["verification_code"] = json!(text);
            let said = device.post(VERIFY, body).await.refused(INVALID_ARGUMENT);
            assert!(said.contains("verification"), "{said}");
        }
        for _ in 0..4 {
            device.post(VERIFY, sent.wrong()).await.refused(INVALID_ARGUMENT);
        }
        let mut body = sent.body();
        let typed = spell(body["verification_code"].as_str().expect("a text"));
        body["verification_code"] = json!(typed);
        device.post(VERIFY, body).await.ok();
    }
}

#[tokio::test]
async fn what_is_only_shown_refuses_no_sign_up() {
    let app = TestApp::builder().without_limits().start().await;
    for (field, value, kept) in [
        ("gender", json!("female"), json!("FEMALE")),
        ("gender", json!("?"), json!(null)),
        ("gender", json!(true), json!(null)),
        ("picture", json!("javascript:alert(1)"), json!(null)),
        ("picture", json!({ "url": "https://example.com/a.png" }), json!(null)),
        ("locale", json!("z h"), json!("zh")),
        ("locale", json!(["fr"]), json!("zh")),
        ("locale", json!("en_US.UTF-8"), json!("en_US")),
        ("locale", json!("zh_CN@calendar=chinese"), json!("zh_CN")),
        ("locale", json!("zh_CN_#Hans"), json!("zh_CN")),
        ("name", json!("a\u{0}b"), json!("ab")),
        ("name", json!("Ann\u{3164}Lee"), json!("AnnLee")),
        ("name", json!("\u{3164}"), json!(null)),
        ("name", json!("anonymous"), json!(null)),
        ("name", json!(7), json!(null)),
    ] {
        let me = app.device().sign_up(&unique_phone(), json!({ field: value })).await.me().await;
        assert_eq!(me.get(field).unwrap_or(&json!(null)), &kept, "{field} {value:?}: {me}");
    }
}

/// What programs send of their own accord, and people never see.
#[tokio::test]
async fn a_locale_refuses_no_edit() {
    let app = TestApp::builder().without_limits().start().await;
    let user = app.device().sign_up(&unique_phone(), json!({})).await;
    for (locale, kept) in
        [("en_US.UTF-8", "en_US"), ("zh_CN@calendar=chinese", "zh_CN"), ("z h", "zh_CN"), ("fr-FR,fr;q=0.9", "fr-FR")]
    {
        let profile = user.patch("/auth/v1/user/profile", json!({ "locale": locale, "name": "Ann" })).await.ok();
        assert_eq!((&profile["locale"], &profile["name"]), (&json!(kept), &json!("Ann")), "{locale}");
        user.post("/auth/v1/user/basic/edit", json!({ "locale": locale, "nickname": "Bob" })).await.ok();
        let me = user.me().await;
        assert_eq!((&me["locale"], &me["name"]), (&json!(kept), &json!("Bob")), "{locale}");
    }
}

#[tokio::test]
async fn only_numbers_that_can_be_mobile_sign_up() {
    let app = TestApp::start().await;
    for (number, why) in [
        ("+1 900 234 5678", "premium-rate"),
        ("+979 123456789", "service number"),
        ("+881 612345678", "satellite"),
        ("+883 510012345", "satellite"),
        ("+870 773111632", "satellite"),
        ("+39 06 1234 5678", "mobile"),
        ("+86 10 6552 9988", "mobile"),
    ] {
        let body = json!({ "phone_number": number });
        let text = app.device().post(SEND, body.clone()).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("phone_number") && text.contains(why), "{number}: {text}");
        let mut body = body;
        body["verification_token"] = json!("not looked at");
        let text = app.device().post(SIGN_UP, body).await.refused(INVALID_ARGUMENT);
        assert!(text.contains("phone_number") && text.contains(why), "{number}: {text}");
    }
}

#[tokio::test]
async fn a_number_is_one_however_it_is_typed() {
    let app = TestApp::builder().without_limits().start().await;
    let phone = unique_phone();
    let digits: String = phone.text().chars().filter(char::is_ascii_digit).skip(2).collect();
    app.device().sign_up(&phone, json!({})).await;
    for typed in [digits.clone(), format!("0086{digits}"), format!("\u{202D}+86-{digits}\u{202C}"), wide(&digits)] {
        let body = json!({ "phone_number": typed, "target": "NOT_USER" });
        app.device().post(SEND, body).await.refused(FAILED_PRECONDITION);
    }
}

#[tokio::test]
async fn a_password_is_the_same_whatever_the_space() {
    let app = TestApp::builder().without_limits().start().await;
    let name = unique_username();
    let extra = json!({ "username": name, "password": "my\u{3000}own\u{A0}long words" });
    app.device().sign_up(&unique_phone(), extra).await;
    for password in ["my own long words", "my\u{2003}own long\u{3000}words"] {
        app.device().post(SIGN_IN, json!({ "username": name, "password": password })).await.ok();
    }
}

#[tokio::test]
async fn passwords_that_are_guessed_first_are_refused() {
    let app = TestApp::builder().without_limits().start().await;
    let device = app.device();
    let good = device.sign_up_body(&unique_phone(), json!({})).await;
    for password in ["88888888", "987654321", "jennifer", "basketball", "1qaz2wsx", "19900131", "woaini1314"] {
        let mut body = good.clone();
        body["password"] = json!(password);
        let said = device.post(SIGN_UP, body).await.refused(INVALID_ARGUMENT);
        assert!(said.contains("secret"), "{said}");
    }
}

#[tokio::test]
async fn passwords_of_the_operators_list_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("breached.txt");
    // The second is what SHA-1 makes of "Known#From2Thefts".
    std::fs::write(&list, "Stolen#Words77\n061976B08EF049D9C55FFA383ACDA5A43EF2FB34:12\n").expect("written");
    let list = list.to_str().expect("a path").to_owned();
    let app = TestApp::builder().without_limits().set("AUTH__PASSWORDS__BREACHED_FILE", &list).start().await;
    for (password, is_taken) in [("Stolen#Words77", false), ("Known#From2Thefts", false), ("Stolen#Words78", true)] {
        let body = app.device().sign_up_body(&unique_phone(), json!({ "password": password })).await;
        let answer = app.device().post(SIGN_UP, body).await;
        if is_taken { drop(answer.ok()) } else { drop(answer.refused(INVALID_ARGUMENT)) }
    }
}

#[tokio::test]
async fn a_network_is_one_however_proxies_write_it() {
    let app = TestApp::builder()
        .set("AUTH__LIMITS__SENDS_PER_NETWORK", "2")
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let ask = async |header: &str, value: &str| {
        let request = app.device().request(Method::POST, SEND).header(header, value);
        app.anonymous().send(request.json(&unique_email().with(json!({})))).await
    };
    ask("x-forwarded-for", "[2001:db8:1:2::1]").await.ok();
    ask("x-forwarded-for", "[2001:db8:1:2::2]:4711").await.ok();
    ask("forwarded", "for=\"[2001:db8:1:2::3]\";proto=https").await.refused(RESOURCE_EXHAUSTED);
    ask("x-forwarded-for", "[2001:db8:9:2::1]").await.ok();
    ask("forwarded", "for=198.51.100.9").await.ok();
}
