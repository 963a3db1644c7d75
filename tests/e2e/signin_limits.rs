//! How often passwords may be tried, and which stored hashes are accepted.

use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use auth_tests::{
    AccountFlows as _, Address, Answer, Caller as _, Flows as _, INVALID_PASSWORD, INVALID_STATUS, NEW_PASSWORD,
    PASSWORD, SignedIn, TestApp, sdk_verdict, together, unique_phone, unique_username,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/auth/v1/signin";
const WAIT: &str = "AUTH__LIMITS__PASSWORD_TRIES_SECONDS";

async fn user_with_password(app: &TestApp) -> (SignedIn, Address, String) {
    let (phone, name) = (unique_phone(), unique_username());
    let user = app.device().sign_up(&phone, json!({ "username": name, "password": PASSWORD })).await;
    (user, phone, name)
}

/// A try that comes through the trusted proxy.
async fn try_from(app: &TestApp, network: &str, login: &str, password: &str) -> Answer {
    let request = app.anonymous().request(Method::POST, PATH).header("x-forwarded-for", network);
    app.anonymous().send(request.json(&json!({ "username": login, "password": password }))).await
}

/// How many of fifteen wrong passwords from one network, under these names in turn, are compared.
async fn verdicts(app: &TestApp, logins: &[&str]) -> u32 {
    let mut verdicts = 0;
    for login in logins.iter().cycle().take(15) {
        let answer = try_from(app, "198.51.100.7", login, NEW_PASSWORD).await;
        verdicts += u32::from(answer.status != 429);
    }
    verdicts
}

async fn behind_a_proxy() -> TestApp {
    TestApp::builder().set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1").start().await
}

#[tokio::test]
async fn the_eleventh_try_from_one_network_is_refused() {
    let app = behind_a_proxy().await;
    let (user, phone, name) = user_with_password(&app).await;
    for _ in 0..10 {
        try_from(&app, "198.51.100.7", &name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    }
    for password in [NEW_PASSWORD, PASSWORD] {
        let answer = try_from(&app, "198.51.100.7", &name, password).await;
        answer.refused(INVALID_STATUS);
        assert_eq!(sdk_verdict(&answer), "RATE_LIMITED");
        assert_eq!(answer.header("retry-after"), "60", "{answer}");
    }
    // The owner is not locked out: a code works from the same network, and the password from another one.
    let request = app.device().request(Method::POST, PATH).header("x-forwarded-for", "198.51.100.7");
    let by_code = json!({ "username": phone.text(), "verification_token": app.device().prove(&phone).await });
    app.anonymous().send(request.json(&by_code)).await.ok();
    try_from(&app, "203.0.113.9", &name, PASSWORD).await.ok();
    user.assert_alive().await;
    app.wait_seconds(60);
    try_from(&app, "198.51.100.7", &name, PASSWORD).await.ok();
}

#[tokio::test]
async fn all_names_of_an_account_and_their_spellings_share_its_tries() {
    let app = behind_a_proxy().await;
    let (_, phone, name) = user_with_password(&app).await;
    let bare = phone.text().replace("+86 ", "");
    let spellings = [&*name, &name.to_uppercase(), &format!(" {name}"), phone.text(), &bare];
    assert_eq!(
        verdicts(&app, &spellings).await,
        10,
        "wrong passwords that one network may try on one account: {spellings:?}"
    );
}

#[tokio::test]
async fn all_spellings_of_an_unknown_name_share_its_tries() {
    let app = behind_a_proxy().await;
    let spellings = ["nobody_here", "NOBODY_here", " nobody_here"];
    assert_eq!(
        verdicts(&app, &spellings).await,
        10,
        "wrong passwords that one network may try under one name: {spellings:?}"
    );
}

#[tokio::test]
async fn unknown_names_are_limited_like_known_ones() {
    let app = behind_a_proxy().await;
    let (_, _, known) = user_with_password(&app).await;
    for login in [known, unique_username(), unique_phone().text().to_owned()] {
        let mut statuses = Vec::new();
        for _ in 0..11 {
            statuses.push(try_from(&app, "198.51.100.7", &login, NEW_PASSWORD).await.status);
        }
        assert_eq!(statuses, [[400; 10].as_slice(), &[429]].concat(), "{login}");
    }
}

#[tokio::test]
async fn a_right_password_resets_the_count_of_wrong_ones() {
    let app = behind_a_proxy().await;
    let (_, _, name) = user_with_password(&app).await;
    for _ in 0..4 {
        for _ in 0..9 {
            try_from(&app, "198.51.100.7", &name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
        }
        try_from(&app, "198.51.100.7", &name, PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn one_network_against_many_accounts() {
    let app = TestApp::builder().set("AUTH__LIMITS__PASSWORD_TRIES_PER_NETWORK", "20").start().await;
    for _ in 0..20 {
        app.device().sign_in(&unique_username(), PASSWORD).await.refused(INVALID_PASSWORD);
    }
    app.device().sign_in(&unique_username(), PASSWORD).await.refused(INVALID_STATUS);
}

#[tokio::test]
async fn many_networks_against_one_account() {
    let app = TestApp::builder()
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .set("AUTH__LIMITS__PASSWORD_TRIES_PER_ACCOUNT", "15")
        .set(WAIT, "900")
        .start()
        .await;
    let (_, phone, name) = user_with_password(&app).await;
    for n in 0..15 {
        try_from(&app, &format!("198.51.100.{n}"), &name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    }
    let answer = try_from(&app, "203.0.113.9", &name, PASSWORD).await;
    answer.refused(INVALID_STATUS);
    assert_eq!(answer.header("retry-after"), "60", "{answer}");
    app.device().sign_in_by_code(&phone).await.ok();
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_are_one_network() {
    let app = behind_a_proxy().await;
    let (_, _, name) = user_with_password(&app).await;
    for n in 0..10 {
        let address = format!("2001:db8:0:1::{n:x}");
        try_from(&app, &address, &name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    }
    try_from(&app, "2001:db8:0:1:ffff::1", &name, NEW_PASSWORD).await.refused(INVALID_STATUS);
    try_from(&app, "2001:db8:0:2::1", &name, PASSWORD).await.ok();
}

/// The counter decides before the comparison, so a race gives no eleventh try.
#[tokio::test]
async fn fifty_concurrent_wrong_passwords_are_ten_tries() {
    let app = TestApp::start().await;
    let beside = app.beside().start().await;
    let (_, _, name) = user_with_password(&app).await;
    let racers = (0..50).map(|n| {
        let (caller, name) = (if n % 2 == 0 { app.anonymous() } else { beside.anonymous() }, name.clone());
        async move { caller.sign_in(&name, &format!("{NEW_PASSWORD}{n}")).await }
    });
    let answers = together(racers).await;
    let (refused, tried): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 429);
    assert_eq!((tried.len(), refused.len()), (10, 40), "{answers:?}");
    tried.iter().for_each(|answer| drop(answer.refused(INVALID_PASSWORD)));
    refused.iter().for_each(|answer| drop(answer.refused(INVALID_STATUS)));
}

/// A hash `$argon2id$…` with another cost.
fn argon2id(password: &str, memory_kib: u32, passes: u32) -> String {
    let params = Params::new(memory_kib, passes, 1, None).expect("a cost");
    let mut output = [0; 32];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), b"sixteen octets..", &mut output).expect("a hash");
    let base64 = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes);
    format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${}${}", base64(b"sixteen octets.."), base64(&output))
}

#[tokio::test]
async fn older_hashes_and_those_from_elsewhere_are_accepted_and_renewed() {
    let app = TestApp::builder().without_limits().with_full_password_cost().start().await;
    let x = "x".repeat(72);
    let old = |password: &str| argon2id(password, 8192, 1);
    for (hash, password) in [
        ("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i".to_owned(), x.as_str()),
        (old(PASSWORD), PASSWORD),
        (argon2id(PASSWORD, 32_768, 3), PASSWORD),
    ] {
        let (user, _, name) = user_with_password(&app).await;
        let credential = format!("WHERE user_id = {}", user.sub());
        app.database().execute(&format!("UPDATE credentials SET password_hash = '{hash}' {credential}"));
        let stored =
            || app.database().rows(&format!("SELECT password_hash AS h FROM credentials {credential}"))[0]["h"].clone();
        app.device().sign_in(&name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
        assert_eq!(stored(), hash, "a wrong password renews nothing");
        app.device().sign_in(&name, password).await.ok();
        let renewed = stored();
        assert!(renewed.as_str().is_some_and(|h| h.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")), "{renewed}");
        app.device().sign_in(&name, password).await.ok();
        assert_eq!(stored(), renewed, "an up-to-date hash stays");
        user.assert_alive().await;
    }
}

/// The first of several sign-ins replaces the hash while the others compare with the previous one; it is still the
/// same password.
#[tokio::test]
async fn renewing_a_hash_does_not_disturb_concurrent_sign_ins() {
    let app = TestApp::builder().without_limits().start().await;
    for _ in 0..3 {
        let (user, _, name) = user_with_password(&app).await;
        let hash = argon2id(PASSWORD, 8192, 1);
        let sql = format!("UPDATE credentials SET password_hash = '{hash}' WHERE user_id = {}", user.sub());
        app.database().execute(&sql);
        let racers = (0..8).map(|_| {
            let (device, name) = (app.device(), name.clone());
            async move { device.sign_in(&name, PASSWORD).await }
        });
        for answer in together(racers).await {
            assert_eq!(answer.ok()["sub"], user.sub());
        }
    }
}

#[tokio::test]
async fn stored_hashes_that_cannot_be_read_or_would_cost_too_much() {
    let app = TestApp::builder().without_limits().start().await;
    let (user, _, name) = user_with_password(&app).await;
    for hash in [
        "",
        "plain",
        "$2b$31$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i",
        "$1$salt$hash",
        "$argon2id$v=19$m=4194304,t=100,p=1$c2l4dGVlbiBvY3RldHMuLg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let sql = format!("UPDATE credentials SET password_hash = '{hash}' WHERE user_id = {}", user.sub());
        app.database().execute(&sql);
        let device = app.device();
        let attempt = tokio::time::timeout(Duration::from_secs(5), device.sign_in(&name, PASSWORD));
        let answer = attempt.await.expect("the computation does not go on forever");
        answer.check_no_fault();
        answer.refused(INVALID_PASSWORD);
    }
}
