//! Who gets codes when strangers ask for many, and what is counted together.

use auth_tests::{
    Address, Answer, CAPTCHA_REQUIRED, Caller as _, CaptchaFlows as _, Flows as _, RESOURCE_EXHAUSTED, TestApp,
    TestAppBuilder, together, unique_email, unique_phone,
};
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/auth/v1/verification";

fn proxied() -> TestAppBuilder {
    TestApp::builder().set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
}

/// A request from another device in this network.
async fn ask(app: &TestApp, network: &str, address: &Address) -> Answer {
    ask_on(&app.device(), network, &address.with(json!({}))).await
}

async fn ask_on(device: &impl auth_tests::Caller, network: &str, body: &Value) -> Answer {
    device.send(device.request(Method::POST, PATH).header("x-forwarded-for", network).json(body)).await
}

/// So many strangers in one network, as many as there may be for one address in ten minutes.
async fn use_up(app: &TestApp, network: &str, address: &Address) {
    for _ in 0..5 {
        ask(app, network, address).await.ok();
    }
    ask(app, network, address).await.refused(RESOURCE_EXHAUSTED);
}

#[tokio::test]
async fn strangers_do_not_use_up_the_owners_codes() {
    let app = proxied().start().await;
    let (device, phone) = (app.device(), unique_phone());
    let user = device.sign_up(&phone, json!({})).await;
    app.wait_seconds(600);
    use_up(&app, "198.51.100.66", &phone).await;
    ask(&app, "203.0.113.9", &phone).await.refused(RESOURCE_EXHAUSTED);
    let body = phone.with(json!({}));
    ask_on(&device, "203.0.113.9", &body).await.ok();
    // On another device, but signed in.
    ask_on(&user, "203.0.113.9", &body).await.ok();
    app.wait_seconds(3_600);
    user.post("/auth/v1/user/signout", json!({})).await.ok();
    use_up(&app, "198.51.100.66", &phone).await;
    ask_on(&user, "203.0.113.9", &body).await.refused(RESOURCE_EXHAUSTED);
    ask_on(&device, "203.0.113.9", &body).await.ok();
}

/// An access token may be stolen: in whatever networks it is used, the owner's device has codes left.
#[tokio::test]
async fn an_access_token_leaves_codes_to_the_owners_device() {
    let app = proxied().start().await;
    let (device, phone) = (app.device(), unique_phone());
    let user = device.sign_up(&phone, json!({})).await;
    app.wait_seconds(600);
    let (body, bearer) = (phone.with(json!({})), format!("Bearer {}", user.access_token()));
    let ask_elsewhere = async |n: usize| {
        let thief = app.device();
        let request = thief.request(Method::POST, PATH).header("authorization", &bearer);
        thief.send(request.header("x-forwarded-for", format!("198.51.{n}.7")).json(&body)).await
    };
    // Two of the owner's five, and all of the strangers'.
    for n in 0..7 {
        ask_elsewhere(n).await.ok();
    }
    ask_elsewhere(7).await.refused(RESOURCE_EXHAUSTED);
    for _ in 0..3 {
        ask_on(&device, "203.0.113.9", &body).await.ok();
        app.wait_seconds(60);
    }
}

#[tokio::test]
async fn nobody_keeps_a_newcomer_out() {
    let app = proxied().start().await;
    for address in [unique_phone(), unique_email()] {
        use_up(&app, "198.51.100.66", &address).await;
        ask(&app, "198.51.100.7", &address).await.refused(RESOURCE_EXHAUSTED);
        ask(&app, "203.0.113.9", &address).await.ok();
        app.wait_seconds(60);
        ask(&app, "203.0.113.10", &address).await.ok();
    }
}

/// If it made a difference whether there is an account, asking would tell.
#[tokio::test]
async fn shares_do_not_tell_whether_there_is_an_account() {
    let app = proxied().set("AUTH__VERIFICATION__REVEAL_EXISTENCE", "false").start().await;
    let (device, known) = (app.device(), unique_phone());
    device.sign_up(&known, json!({})).await;
    app.wait_seconds(600);
    let mut seen = Vec::new();
    for address in [&known, &unique_phone()] {
        let mut statuses = Vec::new();
        for n in 0..14 {
            let network = format!("198.51.{}.7", n / 3);
            let answer = ask(&app, &network, address).await;
            assert!(answer.headers.get("ratelimit").is_none(), "{answer}");
            statuses.push((answer.status, answer.headers.get("retry-after").cloned()));
        }
        seen.push(statuses);
    }
    assert_eq!(seen[0], seen[1]);
    ask_on(&device, "203.0.113.9", &known.with(json!({}))).await.ok();
}

#[tokio::test]
async fn networks_of_one_customer_share_a_limit() {
    let app = proxied().set("AUTH__LIMITS__SENDS_PER_NETWORK", "5").start().await;
    let asking = (0..15).map(|n| {
        let (device, body) = (app.device(), unique_email().with(json!({})));
        async move { ask_on(&device, &format!("2001:db8:77:{n:x}::1"), &body).await }
    });
    let answers = together(asking).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 10, "{answers:?}");
    ask(&app, "2001:db8:78::1", &unique_email()).await.ok();
    for n in 0..10 {
        ask(&app, &format!("198.51.100.{n}"), &unique_email()).await.ok();
    }
    ask(&app, "198.51.100.10", &unique_email()).await.refused(RESOURCE_EXHAUSTED);
    ask(&app, "198.51.101.10", &unique_email()).await.ok();
}

#[tokio::test]
async fn spellings_of_a_mailbox_share_a_limit() {
    let app = proxied().set("AUTH__LIMITS__SENDS_PER_MAILBOX", "3").start().await;
    let (device, address) = (app.device(), Address::email("ann.lee@gmail.com"));
    device.sign_up(&address, json!({})).await;
    for (n, spelling) in ["ann.lee+1@gmail.com", "annlee@googlemail.com"].into_iter().enumerate() {
        ask(&app, &format!("198.51.{n}.7"), &Address::email(spelling)).await.ok();
    }
    ask(&app, "203.0.113.9", &Address::email("a.n.n.l.e.e@gmail.com")).await.refused(RESOURCE_EXHAUSTED);
    ask(&app, "203.0.113.9", &Address::email("ann.lee@example.com")).await.ok();
    app.wait_seconds(60);
    ask_on(&device, "203.0.113.9", &address.with(json!({}))).await.ok();
}

#[tokio::test]
async fn numbers_next_to_each_other_share_a_limit() {
    let app = proxied().set("AUTH__LIMITS__SENDS_PER_NEIGHBOURHOOD", "3").start().await;
    for n in 0..3 {
        let number = json!({ "phone_number": format!("+86 138000000{n:02}") });
        ask_on(&app.device(), &format!("198.51.{n}.7"), &number).await.ok();
    }
    let ask = async |number: &str| ask_on(&app.device(), "203.0.113.9", &json!({ "phone_number": number })).await;
    ask("+86 13800000099").await.refused(RESOURCE_EXHAUSTED);
    ask("+86 13800000100").await.ok();
}

/// A refused request uses up neither the mailbox nor the total.
#[tokio::test]
async fn what_is_not_sent_is_not_counted() {
    let app =
        proxied().set("AUTH__LIMITS__SENDS_PER_MAILBOX", "2").set("AUTH__LIMITS__SENDS_PER_DAY", "2").start().await;
    let (device, address) = (app.device(), unique_email());
    let body = address.with(json!({}));
    ask_on(&device, "198.51.100.7", &body).await.ok();
    for _ in 0..5 {
        ask_on(&device, "198.51.100.7", &body).await.refused(RESOURCE_EXHAUSTED);
    }
    app.wait_seconds(60);
    ask_on(&device, "198.51.100.7", &body).await.ok();
}

#[tokio::test]
async fn a_day_has_a_number_of_messages_whoever_sends_them() {
    let set = |builder: TestAppBuilder| {
        builder.set("AUTH__LIMITS__SENDS_PER_DAY", "7").set("AUTH__LIMITS__SENDS_PER_COUNTRY_AND_DAY", "3")
    };
    let app = set(TestApp::builder()).start().await;
    let other = set(app.beside()).start().await;
    let ask = async |app: &TestApp, body: Value| app.device().post(PATH, body).await;
    for n in 0..3 {
        ask(if n % 2 == 0 { &app } else { &other }, unique_phone().with(json!({}))).await.ok();
    }
    for app in [&app, &other] {
        let refused = ask(app, unique_phone().with(json!({}))).await;
        assert!(refused.refused(RESOURCE_EXHAUSTED).contains("today"), "{refused}");
        assert!(refused.headers.get("ratelimit").is_none(), "the total is nobody's own: {refused}");
        ask(app, json!({ "phone_number": "+1 4155550123" })).await.ok();
    }
    for app in [&app, &other] {
        ask(app, unique_email().with(json!({}))).await.ok();
    }
    for app in [&app, &other] {
        ask(app, unique_email().with(json!({}))).await.refused(RESOURCE_EXHAUSTED);
    }
    app.wait_seconds(86_400);
    ask(&app, unique_email().with(json!({}))).await.ok();
}

/// Whoever has no captcha to show is sent away at the soft limit, and counts nowhere.
#[tokio::test]
async fn a_person_passes_where_strangers_have_used_up_what_there_is() {
    let app = TestApp::builder()
        .with_readable_images()
        .set("AUTH__CAPTCHA__MODE", "soft")
        .set("AUTH__LIMITS__HARD_FACTOR", "2")
        .start()
        .await;
    let address = unique_email();
    for _ in 0..5 {
        app.device().send_code(&address).await;
    }
    let body = address.with(json!({}));
    for _ in 0..20 {
        app.device().post(PATH, body.clone()).await.refused(CAPTCHA_REQUIRED);
    }
    for _ in 0..5 {
        let device = app.device();
        let token = device.captcha_token(&app).await;
        device.post(&format!("{PATH}?captcha_token={token}"), body.clone()).await.ok();
        app.messages().next_to(address.text()).await;
    }
    let device = app.device();
    let token = device.captcha_token(&app).await;
    device.post(&format!("{PATH}?captcha_token={token}"), body).await.refused(RESOURCE_EXHAUSTED);
    assert_eq!(app.messages().all().len(), 10, "five at the soft limit, and five beyond it");
}

#[tokio::test]
async fn answers_tell_what_is_left() {
    let app = proxied().set("AUTH__LIMITS__SENDS_PER_NETWORK", "3").start().await;
    for (left, full) in [(2, 200), (1, 400), (0, 600)] {
        let answer = ask(&app, "198.51.100.7", &unique_email()).await;
        assert_eq!(answer.header("ratelimit-policy"), "\"send_code\";q=3;w=600");
        assert_eq!(answer.header("ratelimit"), format!("\"send_code\";r={left};t={full}"));
    }
    let refused = ask(&app, "198.51.100.7", &unique_email()).await;
    refused.refused(RESOURCE_EXHAUSTED);
    assert_eq!(refused.header("ratelimit"), "\"send_code\";r=0;t=200", "{refused}");
    assert_eq!(refused.header("retry-after"), "200");
    let (device, body) = (app.device(), unique_email().with(json!({})));
    ask_on(&device, "203.0.113.9", &body).await.ok();
    let refused = ask_on(&device, "203.0.113.9", &body).await;
    assert_eq!(refused.header("ratelimit-policy"), "\"resend\";q=1;w=60", "{refused}");
    assert_eq!(refused.header("ratelimit"), "\"resend\";r=0;t=60", "{refused}");
}
