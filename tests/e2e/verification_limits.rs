//! How often codes are sent, and which.

use auth_tests::{Caller as _, Flows as _, RESOURCE_EXHAUSTED, TestApp, together, unique_email, unique_phone};
use serde_json::json;

const PATH: &str = "/auth/v1/verification";

#[tokio::test]
async fn asking_again_before_a_minute_is_over() {
    let app = TestApp::start().await;
    let (device, phone) = (app.device(), unique_phone());
    device.send_code(&phone).await;
    for (seconds, left) in [(0, "60"), (1, "59"), (58, "1")] {
        app.wait_seconds(seconds);
        let answer = device.post(PATH, phone.with(json!({}))).await;
        let text = answer.refused(RESOURCE_EXHAUSTED);
        assert_eq!(answer.header("retry-after"), left, "{answer}");
        assert!(text.contains(left), "{text}");
    }
    app.wait_seconds(1);
    device.post(PATH, phone.with(json!({}))).await.ok();
}

#[tokio::test]
async fn the_same_device_gets_the_same_code_again() {
    let app = TestApp::start().await;
    for address in [unique_phone(), unique_email()] {
        let device = app.device();
        let first = device.send_code(&address).await;
        app.wait_seconds(60);
        let answer = device.post(PATH, address.with(json!({}))).await.ok();
        assert_eq!((&answer["verification_id"], &answer["expires_in"]), (&json!(first.id), &json!(540)));
        assert_eq!(app.messages().next_to(address.text()).await.code, first.code);
        device.verify(&first).await;
    }
}

#[tokio::test]
async fn a_used_or_expired_code_is_not_sent_again() {
    let app = TestApp::start().await;
    let (device, phone) = (app.device(), unique_phone());
    let spent = device.send_code(&phone).await;
    device.verify(&spent).await;
    app.wait_seconds(60);
    let tried_out = device.send_code(&phone).await;
    assert_ne!(tried_out.id, spent.id);
    for distance in 1..=5 {
        device.post("/auth/v1/verification/verify", tried_out.wrong_by(distance)).await;
    }
    app.wait_seconds(60);
    let fresh = device.send_code(&phone).await;
    assert_ne!(fresh.id, tried_out.id);
    app.wait_seconds(600);
    assert_ne!(device.send_code(&phone).await.id, fresh.id);
}

#[tokio::test]
async fn another_device_gets_a_code_of_its_own() {
    let app = TestApp::start().await;
    let phone = unique_phone();
    let (owner, stranger) = (app.device(), app.device());
    let own = owner.send_code(&phone).await;
    let other = stranger.send_code(&phone).await;
    assert_ne!(own.id, other.id);
    for distance in 1..=6 {
        stranger.post("/auth/v1/verification/verify", other.wrong_by(distance)).await;
    }
    owner.verify(&own).await;
}

#[tokio::test]
async fn without_a_device_the_network_counts() {
    let app = TestApp::builder().set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1").start().await;
    let phone = unique_phone();
    let ask = async |from: &str| {
        let request = app.anonymous().request(reqwest::Method::POST, PATH).header("x-forwarded-for", from);
        app.anonymous().send(request.json(&phone.with(json!({})))).await
    };
    let first = ask("198.51.100.7").await.ok();
    ask("198.51.100.7").await.refused(RESOURCE_EXHAUSTED);
    ask("203.0.113.9, 198.51.100.7").await.refused(RESOURCE_EXHAUSTED);
    let other = ask("198.51.100.8").await.ok();
    assert_ne!(first["verification_id"], other["verification_id"]);
    ask("2001:db8:0:1::1").await.ok();
    ask("2001:db8:0:1:ffff::2").await.refused(RESOURCE_EXHAUSTED);
}

#[tokio::test]
async fn a_stranger_may_not_choose_its_network() {
    let app = TestApp::start().await;
    let phone = unique_phone();
    let ask = async |from: &str| {
        let request = app.anonymous().request(reqwest::Method::POST, PATH).header("x-forwarded-for", from);
        app.anonymous().send(request.json(&phone.with(json!({})))).await
    };
    ask("198.51.100.7").await.ok();
    ask("198.51.100.8").await.refused(RESOURCE_EXHAUSTED);
}

#[tokio::test]
async fn five_codes_in_ten_minutes_to_one_address() {
    let app = TestApp::start().await;
    let phone = unique_phone();
    for _ in 0..5 {
        app.device().send_code(&phone).await;
        app.wait_seconds(10);
    }
    let answer = app.device().post(PATH, phone.with(json!({}))).await;
    answer.refused(RESOURCE_EXHAUSTED);
    assert_eq!(answer.header("retry-after"), "550", "{answer}");
    app.wait_seconds(549);
    app.device().post(PATH, phone.with(json!({}))).await.refused(RESOURCE_EXHAUSTED);
    app.wait_seconds(1);
    app.device().send_code(&phone).await;
    app.device().post(PATH, phone.with(json!({}))).await.refused(RESOURCE_EXHAUSTED);
    app.device().send_code(&unique_phone()).await;
}

#[tokio::test]
async fn spellings_of_an_address_share_its_limits() {
    let app = TestApp::start().await;
    let caller = app.device();
    caller.post(PATH, json!({ "phone_number": "+86 13000000000" })).await.ok();
    for number in ["+8613000000000", "13000000000"] {
        caller.post(PATH, json!({ "phone_number": number })).await.refused(RESOURCE_EXHAUSTED);
    }
    caller.post(PATH, json!({ "email": "User@Example.com" })).await.ok();
    for email in ["user@example.com", "USER@EXAMPLE.COM", " user@example.com "] {
        caller.post(PATH, json!({ "email": email })).await.refused(RESOURCE_EXHAUSTED);
    }
}

#[tokio::test]
async fn a_network_has_a_limit_over_all_addresses() {
    let app = TestApp::builder().set("AUTH__LIMITS__SENDS_PER_NETWORK", "3").start().await;
    for _ in 0..3 {
        app.device().send_code(&unique_email()).await;
    }
    let answer = app.device().post(PATH, unique_email().with(json!({}))).await;
    let text = answer.refused(RESOURCE_EXHAUSTED);
    assert!(text.contains("network"), "{text}");
    app.wait_seconds(answer.header("retry-after").parse().expect("seconds"));
    app.device().send_code(&unique_email()).await;
}

#[tokio::test]
async fn a_refused_request_sends_nothing() {
    let app = TestApp::start().await;
    let (device, phone) = (app.device(), unique_phone());
    device.send_code(&phone).await;
    for _ in 0..5 {
        device.post(PATH, phone.with(json!({}))).await.refused(RESOURCE_EXHAUSTED);
    }
    app.wait_seconds(60);
    device.send_code(&phone).await;
    assert_eq!(app.messages().all().len(), 2);
}

#[tokio::test]
async fn limits_can_be_switched_off() {
    let app = TestApp::builder().without_limits().set("AUTH__LIMITS__SENDS_PER_NETWORK", "1").start().await;
    let (device, phone) = (app.device(), unique_phone());
    let first = device.send_code(&phone).await;
    for _ in 0..19 {
        assert_eq!(device.send_code(&phone).await, first);
    }
    let wrong = async |distance| device.post("/auth/v1/verification/verify", first.wrong_by(distance)).await.status;
    let tries = [wrong(1).await, wrong(2).await, wrong(3).await, wrong(4).await, wrong(5).await, wrong(6).await];
    assert_eq!(tries, [400, 400, 400, 400, 400, 409], "the limit of tries is not a rate limit");
}

#[tokio::test]
async fn operators_choose_the_spans() {
    let app = TestApp::builder()
        .set("AUTH__VERIFICATION__CODE_TTL_SECONDS", "120")
        .set("AUTH__VERIFICATION__RESEND_AFTER_SECONDS", "5")
        .set("AUTH__VERIFICATION__MAX_TRIES", "2")
        .start()
        .await;
    let (device, phone) = (app.device(), unique_phone());
    let answer = device.post(PATH, phone.with(json!({}))).await.ok();
    assert_eq!(answer["expires_in"], 120);
    app.messages().next_to(phone.text()).await;
    app.wait_seconds(5);
    let sent = device.send_code(&phone).await;
    let guess = async |distance| device.post("/auth/v1/verification/verify", sent.wrong_by(distance)).await.status;
    assert_eq!([guess(1).await, guess(2).await, guess(3).await], [400, 400, 409]);
}

#[tokio::test]
async fn two_concurrent_sends_from_one_device_are_one_message() {
    let app = TestApp::start().await;
    let (device, phone) = (app.device(), unique_phone());
    let racers = (0..8).map(|_| {
        let (device, body) = (device.clone(), phone.with(json!({})));
        async move { device.post(PATH, body).await }
    });
    let answers = together(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        refused.refused(RESOURCE_EXHAUSTED);
    }
    app.messages().next_to(phone.text()).await;
    auth_tests::eventually("the queue is empty", || app.database().count("messages") == 0).await;
    assert_eq!(app.messages().all().len(), 1);
}
