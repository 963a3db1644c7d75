//! The bot gate from outside: puzzles, passes, and who is asked for one.

use auth_tests::{
    Answer, CAPTCHA_INVALID, CAPTCHA_REQUIRED, Caller, CaptchaFlows as _, INVALID_ARGUMENT, PASSWORD,
    RESOURCE_EXHAUSTED, TestApp, TestAppBuilder, UNIMPLEMENTED, read_image, sdk_verdict, together, unique_email,
    unique_phone,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const SEND: &str = "/auth/v1/verification";
const DATA: &str = "/auth/v1/captcha/data";
pub(crate) const VERIFY: &str = "/auth/v1/captcha/data/verify";

fn always() -> TestAppBuilder {
    TestApp::builder().with_readable_images().set("AUTH__CAPTCHA__MODE", "always")
}

fn with(path: &str, token: &str) -> String {
    format!("{path}?captcha_token={token}")
}

async fn send(caller: &impl Caller, token: Option<&str>) -> Answer {
    let path = token.map_or_else(|| SEND.to_owned(), |token| with(SEND, token));
    caller.post(&path, unique_phone().with(json!({}))).await
}

async fn send_from(app: &TestApp, network: &str, path: &str) -> Answer {
    let request = app.anonymous().request(Method::POST, path).header("x-forwarded-for", network);
    app.anonymous().send(request.json(&unique_phone().with(json!({})))).await
}

#[tokio::test]
async fn an_image_that_was_read_lets_one_call_pass() {
    let app = always().start().await;
    let device = app.device();
    let refused = send(&device, None).await;
    refused.refused(CAPTCHA_REQUIRED);
    assert_eq!(sdk_verdict(&refused), "CAPTCHA_REQUIRED");
    let puzzle = device.puzzle(None).await;
    assert_eq!((&puzzle["type"], &puzzle["expires_in"]), (&json!("image"), &json!(300)), "{puzzle}");
    let image = puzzle["data"].as_str().and_then(|data| data.strip_prefix("data:image/png;base64,"));
    let image = STANDARD.decode(image.expect("a data: address of a PNG")).expect("base64");
    assert!(image.starts_with(b"\x89PNG\r\n\x1a\n"));
    let token = device.captcha_token(&app).await;
    send(&device, Some(&token)).await.ok();
    let again = send(&device, Some(&token)).await;
    again.refused(CAPTCHA_INVALID);
    assert_eq!(sdk_verdict(&again), "CAPTCHA_INVALID");
    let (request, token) = (device.request(Method::POST, SEND), device.captcha_token(&app).await);
    let request = request.header("x-captcha-token", token).json(&unique_email().with(json!({})));
    device.send(request).await.ok();
    assert_eq!(app.database().count("verifications"), 2);
}

#[tokio::test]
async fn a_thousand_requests_without_a_pass_send_nothing() {
    let app = always().start().await;
    let caller = app.anonymous();
    for token in ["forged", "", "%00", "%C3%A9"].iter().cycle().take(20) {
        let requests = (0..50).map(|_| {
            let (caller, path, body) = (caller.clone(), with(SEND, token), unique_phone().with(json!({})));
            async move { caller.post(&path, body).await }
        });
        for answer in together(requests).await {
            answer.refused(if token.is_empty() { CAPTCHA_REQUIRED } else { CAPTCHA_INVALID });
        }
    }
    let left = ["verifications", "messages", "send_budgets", "rate_limits"].map(|table| app.database().count(table));
    assert_eq!(left, [0; 4], "a request that the gate sends away leaves nothing");
}

#[tokio::test]
async fn of_parallel_calls_with_one_pass_one_is_served() {
    let app = always().start().await;
    let other = app.beside().with_readable_images().set("AUTH__CAPTCHA__MODE", "always").start().await;
    let token = app.device().captcha_token(&app).await;
    let racers = (0..20).map(|n| {
        let (device, token) = (if n % 2 == 0 { app.device() } else { other.device() }, token.clone());
        async move { send(&device, Some(&token)).await }
    });
    let answers = together(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    assert_eq!(app.database().count("verifications"), 1);
}

#[tokio::test]
async fn answers_that_are_wrong_late_or_too_many() {
    let app = always().start().await;
    let device = app.device();
    let new = async || device.puzzle(None).await["token"].as_str().expect("a token").to_owned();
    let answer = async |token: &str, key: &str| device.post(VERIFY, json!({ "token": token, "key": key })).await;
    let token = new().await;
    let right = read_image(&app, &token);
    for wrong in ["WRONG", "\u{0}", "名字"] {
        let refused = answer(&token, wrong).await;
        refused.refused(INVALID_ARGUMENT);
        assert_eq!(
            sdk_verdict(&refused),
            "INVALID_PARAMS",
            "no reason for an SDK to ask for another puzzle: {refused}"
        );
    }
    answer(&token, &right).await.refused(INVALID_ARGUMENT);
    let token = new().await;
    let right = read_image(&app, &token);
    app.wait_seconds(300);
    answer(&token, &right).await.refused(INVALID_ARGUMENT);
    for (token, key) in [("", "A"), ("forged", "ACDE"), (&*token, "")] {
        answer(token, key).await.refused(INVALID_ARGUMENT);
    }
    let late = device.captcha_token(&app).await;
    app.wait_seconds(120);
    send(&device, Some(&late)).await.refused(CAPTCHA_INVALID);
    let token = new().await;
    let right = read_image(&app, &token).to_lowercase();
    let [first, again] = [answer(&token, &right).await.ok(), answer(&token, &right).await.ok()];
    send(&device, first["captcha_token"].as_str()).await.ok();
    send(&device, again["captcha_token"].as_str()).await.refused(CAPTCHA_INVALID);
}

/// Solves a challenge of ALTCHA's by nothing but what it says.
pub(crate) fn solve(challenge: &Value) -> Value {
    let text = |name: &str| challenge[name].as_str().expect(name).to_owned();
    assert_eq!(text("algorithm"), "SHA-256");
    let hash = |number: u64| -> String {
        let digest = Sha256::digest(format!("{}{number}", text("salt")));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let most = challenge["maxnumber"].as_u64().expect("a number");
    let number = (0..=most).find(|number| hash(*number) == text("challenge")).expect("there is a solution");
    json!({
        "algorithm": "SHA-256", "challenge": text("challenge"), "number": number, "salt": text("salt"),
        "signature": text("signature"), "took": 1,
    })
}

#[tokio::test]
async fn a_proof_of_work_lets_one_call_pass() {
    let app = always().set("AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS", "1000").start().await;
    let device = app.device();
    let puzzle = device.puzzle(Some("pow")).await;
    assert_eq!((&puzzle["type"], &puzzle["expires_in"]), (&json!("pow"), &json!(300)), "{puzzle}");
    let expires = app.now().timestamp() + 300;
    let salt = puzzle["data"]["salt"].as_str().expect("a salt");
    assert!(salt.ends_with(&format!("?expires={expires}&")), "{salt}");
    let payload = solve(&puzzle["data"]);
    let answer = async |payload: &Value| {
        let key = STANDARD.encode(payload.to_string());
        device.post(VERIFY, json!({ "token": puzzle["token"], "key": key })).await
    };
    let mut wrong = payload.clone();
    wrong["number"] = json!(payload["number"].as_u64().expect("a number") + 1);
    answer(&wrong).await.refused(INVALID_ARGUMENT);
    let earned = answer(&payload).await.ok();
    send(&device, earned["captcha_token"].as_str()).await.ok();
    let again = answer(&payload).await.ok();
    send(&device, again["captcha_token"].as_str()).await.refused(CAPTCHA_INVALID);
}

#[tokio::test]
async fn proofs_of_work_get_harder_under_load_and_can_be_switched_off() {
    let app = always()
        .set("AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS", "1000")
        .set("AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS_UNDER_LOAD", "5000")
        .set("AUTH__CAPTCHA__LOAD_PER_MINUTE", "4")
        .start()
        .await;
    let device = app.device();
    let mut numbers = Vec::new();
    for _ in 0..6 {
        numbers.push(device.puzzle(Some("pow")).await["data"]["maxnumber"].clone());
    }
    assert_eq!(numbers, [1000, 2000, 3000, 4000, 5000, 5000]);
    let off = always().set("AUTH__CAPTCHA__PROOF_OF_WORK", "false").start().await;
    off.device().post(DATA, json!({ "type": "pow" })).await.refused(UNIMPLEMENTED);
    off.device().post(DATA, json!({ "type": "audio" })).await.refused(INVALID_ARGUMENT);
    off.device().puzzle(Some("image")).await;
}

#[tokio::test]
async fn a_pass_is_its_networks_and_its_clients() {
    let app = always()
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public")
        .start()
        .await;
    let device = app.device();
    let token = device.captcha_token(&app).await;
    send_from(&app, "198.51.100.7", &with(SEND, &token)).await.refused(CAPTCHA_INVALID);
    send(&device, Some(&format!("{token}&client_id=shop"))).await.refused(CAPTCHA_INVALID);
    send(&device, Some(&token)).await.ok();
}

#[tokio::test]
async fn a_pass_that_nobody_asked_for_stays_good() {
    let app = TestApp::builder()
        .with_readable_images()
        .set("AUTH__CAPTCHA__MODE", "soft")
        .set("AUTH__CAPTCHA__ROUTES", "/auth/v1/checkIfUserExist")
        .start()
        .await;
    let device = app.device();
    let token = device.captcha_token(&app).await;
    send(&device, Some(&token)).await.ok();
    let look_up = "/auth/v1/checkIfUserExist?username=somebody";
    device.get(look_up).await.refused(CAPTCHA_REQUIRED);
    device.get(&format!("{look_up}&captcha_token={token}")).await.ok();
    device.get(&format!("{look_up}&captcha_token={token}")).await.refused(CAPTCHA_INVALID);
}

/// Up to the soft limit nobody is asked, then a pass each, and above the hard limit nothing helps.
#[tokio::test]
async fn above_a_soft_limit_a_pass_is_asked_for() {
    let app = TestApp::builder()
        .with_readable_images()
        .set("AUTH__CAPTCHA__MODE", "soft")
        .set("AUTH__LIMITS__SENDS_PER_NETWORK", "2")
        .set("AUTH__LIMITS__HARD_FACTOR", "2")
        .start()
        .await;
    let caller = app.device();
    for _ in 0..2 {
        send(&caller, None).await.ok();
    }
    for _ in 0..2 {
        send(&caller, None).await.refused(CAPTCHA_REQUIRED);
        let token = caller.captcha_token(&app).await;
        send(&caller, Some(&token)).await.ok();
        send(&caller, Some(&token)).await.refused(CAPTCHA_INVALID);
    }
    let token = caller.captcha_token(&app).await;
    send(&caller, Some(&token)).await.refused(RESOURCE_EXHAUSTED);
    assert_eq!(app.database().count("verifications"), 4);
}

/// With mode `always`, what nothing has paid for is asked; codes and tokens were paid for when the code was sent.
#[tokio::test]
async fn who_has_a_code_is_not_asked_again() {
    let app = always().set("AUTH__ANONYMOUS__ENABLED", "true").start().await;
    let device = app.device();
    let phone = unique_phone();
    let path = with(SEND, &device.captcha_token(&app).await);
    let sent = device.post(&path, phone.with(json!({}))).await.ok();
    let code = app.messages().next_to(phone.text()).await.code;
    let proof = json!({ "verification_id": sent["verification_id"], "verification_code": code });
    let proof = device.post("/auth/v1/verification/verify", proof).await.ok();
    let fields = json!({ "verification_token": proof["verification_token"], "password": PASSWORD });
    device.post("/auth/v1/signup", phone.with(fields)).await.ok();
    let password = json!({ "username": phone.text(), "password": PASSWORD });
    device.post("/auth/v1/signin", password.clone()).await.refused(CAPTCHA_REQUIRED);
    device.post("/auth/v1/signin/anonymously", json!({})).await.refused(CAPTCHA_REQUIRED);
    device.post("/auth/v2/signin/username", json!({})).await.refused(CAPTCHA_REQUIRED);
    device.post(&with("/auth/v1/signin", &device.captcha_token(&app).await), password).await.ok();
    device.post("/auth/v1/signin", json!({ "verification_token": "forged" })).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn the_gate_is_asked_by_network_and_by_client() {
    let app = TestApp::builder()
        .set("AUTH__CAPTCHA__MODE", "soft")
        .set("AUTH__CAPTCHA__NETWORKS", "198.51.100.0/24,2001:db8::/32")
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .set("AUTH__CLIENTS__REGISTERED__KIOSK__KIND", "public")
        .set("AUTH__CLIENTS__REGISTERED__KIOSK__CAPTCHA", "always")
        .set("AUTH__CLIENTS__REGISTERED__BACKEND__KIND", "public")
        .set("AUTH__CLIENTS__REGISTERED__BACKEND__CAPTCHA", "off")
        .start()
        .await;
    for (network, query, is_asked) in [
        ("192.0.2.1", "", false),
        ("198.51.100.9", "", true),
        ("2001:db8:7::1", "", true),
        ("192.0.2.2", "?client_id=kiosk", true),
        ("198.51.100.9", "?client_id=backend", false),
    ] {
        let answer = send_from(&app, network, &format!("{SEND}{query}")).await;
        if is_asked { drop(answer.refused(CAPTCHA_REQUIRED)) } else { drop(answer.ok()) }
    }
}

#[rstest]
#[case::off("off")]
#[case::soft("soft")]
#[case::always("always")]
#[tokio::test]
async fn puzzles_are_posed_in_every_mode(#[case] mode: &str) {
    let app = TestApp::builder().with_readable_images().set("AUTH__CAPTCHA__MODE", mode).start().await;
    app.device().captcha_token(&app).await;
    let older = app.device().post("/auth/v1/captcha/init", json!({ "state": "a b", "redirect_uri": "x" })).await.ok();
    let address = url::Url::parse(older["url"].as_str().expect("an address")).expect("an address");
    let query: std::collections::BTreeMap<_, _> = address.query_pairs().into_owned().collect();
    assert_eq!((address.scheme(), &*query["state"], &older["expires_in"]), ("data", "a b", &json!(300)));
    let token = &query["token"];
    let answer = json!({ "token": token, "key": read_image(&app, token) });
    app.device().post(VERIFY, answer).await.ok();
}

#[tokio::test]
async fn puzzles_for_one_network_are_limited() {
    let app = TestApp::builder().set("AUTH__CAPTCHA__PUZZLES_PER_NETWORK", "3").start().await;
    let device = app.device();
    for kind in [None, Some("pow"), Some("image")] {
        device.puzzle(kind).await;
    }
    for path in [DATA, "/auth/v1/captcha/init"] {
        let refused = device.post(path, json!({})).await;
        refused.refused(RESOURCE_EXHAUSTED);
        assert_eq!(refused.header("retry-after"), "20");
    }
    app.wait_seconds(20);
    device.puzzle(None).await;
}
