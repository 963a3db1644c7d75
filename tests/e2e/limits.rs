//! Limits per network, and what happens when all limits are switched off. Limits of addresses, codes and
//! passwords are tested together with what they limit.

use auth_domain::limits::LimitKey;
use auth_domain::text::hexadecimal;
use auth_providers::testing::FakeGitHub;
use auth_tests::{
    AccountFlows as _, Answer, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, INVALID_PASSWORD,
    NEW_PASSWORD, PASSWORD, RESOURCE_EXHAUSTED, TestApp, ThirdParty as _, sdk_verdict, together, unique_email,
    unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::json;

const CHECK: &str = "/auth/v1/checkIfUserExist?username=somebody";

async fn get_from(app: &TestApp, network: &str, path: &str) -> Answer {
    let request = app.anonymous().request(Method::GET, path).header("x-forwarded-for", network);
    app.anonymous().send(request).await
}

#[tokio::test]
async fn edits_of_an_account_are_limited() {
    let app = TestApp::builder().set("AUTH__LIMITS__EDITS_PER_ACCOUNT", "2").start().await;
    let (user, other) = (app.device().sign_up_by_phone().await, app.device().sign_up_by_phone().await);
    user.patch("/auth/v1/user/profile", json!({ "name": "Ann" })).await.ok();
    user.post("/auth/v1/user/basic/edit", json!({ "nickname": "Bob" })).await.ok();
    user.patch("/auth/v1/user/profile", json!({ "name": "Carl" })).await.refused(RESOURCE_EXHAUSTED);
    user.post("/auth/v1/user/basic/edit", json!({ "nickname": "Carl" })).await.refused(RESOURCE_EXHAUSTED);
    other.patch("/auth/v1/user/profile", json!({ "name": "Ann" })).await.ok();
    app.wait_seconds(1_800);
    user.patch("/auth/v1/user/profile", json!({ "name": "Carl" })).await.ok();
}

#[tokio::test]
async fn look_ups_of_one_network() {
    let app = TestApp::builder()
        .set("AUTH__LIMITS__LOOKUPS_PER_NETWORK", "5")
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let paths = [CHECK, "/auth/v1/checkUsername?username=some.body"];
    for path in paths.iter().cycle().take(5) {
        get_from(&app, "198.51.100.7", path).await.ok();
    }
    for path in paths {
        let answer = get_from(&app, "198.51.100.7", path).await;
        answer.refused(RESOURCE_EXHAUSTED);
        assert_eq!((answer.header("retry-after"), sdk_verdict(&answer)), ("12", "RATE_LIMITED"), "{answer}");
    }
    get_from(&app, "198.51.100.8", CHECK).await.ok();
    app.wait_seconds(12);
    get_from(&app, "198.51.100.7", CHECK).await.ok();
    get_from(&app, "198.51.100.7", CHECK).await.refused(RESOURCE_EXHAUSTED);
}

#[tokio::test]
async fn queries_are_look_ups_too() {
    let app = TestApp::builder().set("AUTH__LIMITS__LOOKUPS_PER_NETWORK", "3").start().await;
    let user = app.device().sign_up_by_phone().await;
    let path = format!("/auth/v1/user/query?id={}", user.sub());
    for _ in 0..3 {
        user.get(&path).await.ok();
    }
    user.get(&path).await.refused(RESOURCE_EXHAUSTED);
    user.assert_alive().await;
}

#[tokio::test]
async fn a_limit_holds_against_concurrent_calls_on_two_instances() {
    let set = |builder: auth_tests::TestAppBuilder| builder.set("AUTH__LIMITS__LOOKUPS_PER_NETWORK", "7");
    let app = set(TestApp::builder()).start().await;
    let other = set(app.beside()).start().await;
    let racers = (0..40).map(|n| {
        let caller = if n % 2 == 0 { app.anonymous() } else { other.anonymous() };
        async move { caller.get(CHECK).await }
    });
    let answers = together(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 7, "{answers:?}");
}

#[tokio::test]
async fn sends_of_one_network() {
    let app = TestApp::builder()
        .set("AUTH__LIMITS__SENDS_PER_NETWORK", "2")
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let ask = async |network: &str| {
        let request = app.device().request(Method::POST, "/auth/v1/verification").header("x-forwarded-for", network);
        app.anonymous().send(request.json(&unique_email().with(json!({})))).await
    };
    ask("198.51.100.7").await.ok();
    ask("198.51.100.7").await.ok();
    ask("198.51.100.7").await.refused(RESOURCE_EXHAUSTED);
    ask("198.51.100.8").await.ok();
    // What a client claims in front of the trusted proxy's own entry does not count.
    ask("203.0.113.1, 198.51.100.7").await.refused(RESOURCE_EXHAUSTED);
}

/// Each is a call to the third party in our name, whatever the code is worth.
#[tokio::test]
async fn provider_tokens_of_one_network() {
    let github = FakeGitHub::start();
    let app = TestApp::builder()
        .with_github(&github.base())
        .set("AUTH__LIMITS__PROVIDER_TOKENS_PER_NETWORK", "2")
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let body = json!({ "provider_id": FakeGitHub::ID, "provider_code": "nonsense" });
    let exchange = async |network: &str| {
        let request = app.device().request(Method::POST, "/auth/v1/provider/token").header("x-forwarded-for", network);
        app.anonymous().send(request.json(&body)).await
    };
    for _ in 0..2 {
        exchange("198.51.100.7").await.refused(FAILED_PRECONDITION);
    }
    exchange("198.51.100.7").await.refused(RESOURCE_EXHAUSTED);
    exchange("198.51.100.8").await.refused(FAILED_PRECONDITION);
}

/// Users with numbers of other countries may sign in with a password, but no message is sent to them.
#[tokio::test]
async fn text_messages_go_to_the_countries_on_the_list() {
    for (countries, to, sent) in [
        ("86", "+86 13000000000", true),
        ("86", "+1 4155550123", false),
        ("86,1", "+1 4155550123", true),
        ("", "+86 13000000000", false),
        ("*", "+44 7400123456", true),
    ] {
        let app = TestApp::builder().set("AUTH__SMS__COUNTRIES", countries).start().await;
        let answer = app.device().post("/auth/v1/verification", json!({ "phone_number": to })).await;
        if sent {
            drop(answer.ok())
        } else {
            drop(answer.refused(INVALID_ARGUMENT))
        }
        assert_eq!(app.database().count("verifications"), i64::from(sent), "{countries} and {to}");
    }
}

/// However many devices ask, an address gets a limited number of codes per day, because each allows more guesses.
#[tokio::test]
async fn codes_to_one_address_per_day() {
    let app = TestApp::builder().set("AUTH__VERIFICATION__MAX_SENDS_PER_DAY", "7").start().await;
    let address = unique_email();
    let ask = async || app.device().post("/auth/v1/verification", address.with(json!({}))).await;
    for _ in 0..7 {
        ask().await.ok();
        app.wait_seconds(200);
    }
    let refused = ask().await;
    refused.refused(RESOURCE_EXHAUSTED);
    let wait: i64 = refused.header("retry-after").parse().expect("seconds");
    assert_eq!(wait, 86_400 - 7 * 200);
    app.wait_seconds(wait);
    ask().await.ok();
}

#[tokio::test]
async fn the_database_does_not_tell_whom_limits_count() {
    let app = TestApp::start().await;
    app.anonymous().get(CHECK).await.ok();
    let counted = app.database().rows("SELECT encode(key, 'hex') AS key FROM rate_limits");
    let guess = LimitKey::new("find_users", "127.0.0.1");
    let guess = hexadecimal(guess.as_bytes());
    assert!(counted.len() == 1 && counted[0]["key"] != guess, "a guess without the server's key: {counted:?}");
}

#[tokio::test]
async fn everything_can_be_switched_off() {
    let app = TestApp::builder()
        .without_limits()
        .set("AUTH__LIMITS__LOOKUPS_PER_NETWORK", "1")
        .set("AUTH__LIMITS__SENDS_PER_NETWORK", "1")
        .set("AUTH__LIMITS__ANONYMOUS_SIGN_INS_PER_NETWORK", "1")
        .set("AUTH__LIMITS__PROVIDER_TOKENS_PER_NETWORK", "1")
        .set("AUTH__VERIFICATION__MAX_SENDS_PER_DAY", "1")
        .set("AUTH__LIMITS__PASSWORD_TRIES_PER_NETWORK", "1")
        .set("AUTH__LIMITS__PASSWORD_TRIES_PER_ACCOUNT", "1")
        .set("AUTH__LIMITS__PASSWORD_TRIES_PER_ACCOUNT_AND_NETWORK", "1")
        .start()
        .await;
    let (device, phone, name) = (app.device(), unique_phone(), unique_username());
    let user = device.sign_up(&phone, json!({ "username": name, "password": PASSWORD })).await;
    for _ in 0..12 {
        app.anonymous().get(CHECK).await.ok();
        user.get(&format!("/auth/v1/user/query?id={}", user.sub())).await.ok();
        device.send_code(&phone).await;
        app.device().sign_in_anonymously().await;
        device.sign_in(&name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
        user.post("/auth/v1/user/sudo", json!({ "password": NEW_PASSWORD })).await.refused(INVALID_PASSWORD);
    }
    device.sign_in(&name, PASSWORD).await.ok();
    assert_eq!(app.database().count("rate_limits"), 0);
}
