//! Patient malice: a thousand networks attack one account and one address for ten days, and for every seventh request they
//! work if the bot gate asks. The owner gets in each day as if nothing happened, and so does a newcomer with the address,
//! at most after a minute or a puzzle.
//!
//! `just siege` sends ten times as many requests.

use std::cell::Cell;
use std::time::Duration;

use auth_tests::{
    Address, Answer, CAPTCHA_REQUIRED, Caller, CaptchaFlows as _, Flows as _, Line, Message, PASSWORD, SentCode,
    TestApp, unique_device, unique_email, unique_username,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::captcha::{VERIFY, solve};

const SEND: &str = "/auth/v1/verification";
const DAYS: u32 = 10;
const DAY: u32 = 24 * 60 * 60;
const NETWORKS: u32 = 1000;
/// How many requests the attackers send in all; `SIEGE_REQUESTS` says otherwise.
const REQUESTS: u32 = 1000;

/// Somebody on a device in a network.
struct Visitor {
    line: Line,
    network: String,
    device: String,
}

impl Visitor {
    fn new(app: &TestApp, network: String) -> Self {
        Self { line: app.anonymous().line().clone(), network, device: unique_device() }
    }
}

impl Caller for Visitor {
    fn line(&self) -> &Line {
        &self.line
    }

    fn headers(&self) -> HeaderMap {
        [("x-forwarded-for", &self.network), ("x-device-id", &self.device)]
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")))
            .into_iter()
            .collect()
    }
}

/// What is attacked.
struct Target {
    owner: Address,
    username: String,
    newcomer: Address,
    /// The last code that an attacker was sent.
    guessed: Cell<Option<String>>,
    /// How often an attacker passed the bot gate.
    worked: Cell<u32>,
}

impl Target {
    /// Sends the `number`-th hostile request, from a device that nobody has seen before.
    async fn attack(&self, app: &TestApp, number: u32) -> Answer {
        let network = number % NETWORKS;
        let stranger = Visitor::new(app, format!("20.{}.{}.{}", network / 250, network % 250, 1 + number % 200));
        let answer = match number % 6 {
            0 | 3 => self.ask(&stranger, SEND, self.owner.with(json!({})), number).await,
            1 => self.ask(&stranger, SEND, self.newcomer.with(json!({})), number).await,
            2 => self.guess_the_code(&stranger, number).await,
            4 => self.guess_the_password(&stranger, &self.username, number).await,
            _ => self.guess_the_password(&stranger, self.owner.text(), number).await,
        };
        answer.check_no_fault();
        if let Some(id) = answer.json()["verification_id"].as_str() {
            self.guessed.set(Some(id.to_owned()));
        }
        answer
    }

    async fn guess_the_code(&self, stranger: &Visitor, number: u32) -> Answer {
        let id = self.guessed.take().unwrap_or_else(|| "3f2504e0-4f89-41d3-9a0c-0305e82c3301".to_owned());
        let guess = SentCode { id, code: String::new() }.guess(&format!("{:06}", number % 1_000_000));
        stranger.post("/auth/v1/verification/verify", guess).await
    }

    async fn guess_the_password(&self, stranger: &Visitor, login: &str, number: u32) -> Answer {
        let guess = json!({ "username": login, "password": format!("guess-{number}!") });
        self.ask(stranger, "/auth/v1/signin", guess, number).await
    }

    /// Sends a request and, if the bot gate asks, every seventh again with a pass. If all were, they would use up the hard
    /// limits too, and a newcomer would have to wait for more than a minute.
    async fn ask(&self, stranger: &Visitor, path: &str, body: Value, number: u32) -> Answer {
        let answer = stranger.post(path, body.clone()).await;
        if !number.is_multiple_of(7) || answer.json()["error"] != CAPTCHA_REQUIRED.name {
            return answer;
        }
        let token = work(stranger).await;
        self.worked.set(self.worked.get() + 1);
        stranger.post(&format!("{path}?captcha_token={token}"), body).await
    }
}

#[expect(clippy::disallowed_methods, reason = "a campaign is longer than the test")]
fn requests() -> u32 {
    std::env::var("SIEGE_REQUESTS").map_or(REQUESTS, |text| text.parse().expect("SIEGE_REQUESTS is a number"))
}

/// The messages to an address so far.
fn sent_to(app: &TestApp, address: &Address) -> Vec<Message> {
    app.messages().all().into_iter().filter(|sent| sent.to == address.text()).collect()
}

/// Waits until there are more messages to an address than this, and returns the last.
async fn message_after(app: &TestApp, address: &Address, earlier: usize) -> Message {
    loop {
        let mut to = sent_to(app, address);
        match to.pop() {
            Some(last) if to.len() >= earlier => return last,
            // Messages are delivered by a task of its own, in real time.
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// The owner gets a code at once, and signs in both ways.
async fn comes_home(app: &TestApp, owner: &Visitor, target: &Target) {
    while app.database().count("messages") > 0 {
        // What attackers were sent must not be taken for the owner's code. It is delivered in real time.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let earlier = sent_to(app, &target.owner).len();
    let sent = owner.post(SEND, target.owner.with(json!({}))).await.ok();
    let id = sent["verification_id"].as_str().expect("an id").to_owned();
    let code = message_after(app, &target.owner, earlier).await.code;
    let proof = owner.verify(&SentCode { id, code }).await;
    owner.post("/auth/v1/signin", json!({ "verification_token": proof })).await.ok();
    owner.post("/auth/v1/signin", json!({ "username": target.username, "password": PASSWORD })).await.ok();
}

/// Passes the gate as clients without a screen do.
async fn work(visitor: &Visitor) -> String {
    let puzzle = visitor.puzzle(Some("pow")).await;
    let key = STANDARD.encode(solve(&puzzle["data"]).to_string());
    let earned = visitor.post(VERIFY, json!({ "token": puzzle["token"], "key": key })).await.ok();
    earned["captcha_token"].as_str().expect("a token").to_owned()
}

/// The newcomer gets a code: at once, after a puzzle, or within a minute. What attackers asked for is delivered before.
async fn is_let_in(app: &TestApp, newcomer: &Visitor, address: &Address) {
    let earlier = sent_to(app, address).len();
    let mut answer = newcomer.post(SEND, address.with(json!({}))).await;
    if answer.status == 429 {
        let wait: u32 = answer.header("retry-after").parse().expect("seconds");
        assert!(wait <= 60, "{answer}");
        app.wait_seconds(wait.into());
        answer = newcomer.post(SEND, address.with(json!({}))).await;
    }
    if answer.json()["error"] == CAPTCHA_REQUIRED.name {
        let token = work(newcomer).await;
        answer = newcomer.post(&format!("{SEND}?captcha_token={token}"), address.with(json!({}))).await;
    }
    let id = answer.ok()["verification_id"].as_str().expect("an id").to_owned();
    let code = message_after(app, address, earlier).await.code;
    newcomer.verify(&SentCode { id, code }).await;
}

#[tokio::test]
async fn nobody_is_kept_out() {
    let app = TestApp::builder()
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .set("AUTH__CAPTCHA__MODE", "soft")
        .set("AUTH__LIMITS__HARD_FACTOR", "4")
        .set("AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS", "1000")
        // Puzzles do not become dearer: a hundred at once would take longer than all the rest.
        .set("AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS_UNDER_LOAD", "1000")
        .start()
        .await;
    let target = Target {
        owner: unique_email(),
        username: unique_username(),
        newcomer: unique_email(),
        guessed: Cell::new(None),
        worked: Cell::new(0),
    };
    let owner = Visitor::new(&app, "198.51.100.7".to_owned());
    owner.sign_up(&target.owner, json!({ "username": target.username, "password": PASSWORD })).await;
    let a_day = requests() / DAYS;
    let (mut number, mut passed) = (0, 0);
    for day in 1..=DAYS {
        // Half of them over the day, and half at once, right before the owner comes.
        for of_today in 0..a_day {
            if of_today < a_day / 2 {
                app.wait_seconds((DAY / (a_day / 2)).into());
            }
            passed += u32::from(target.attack(&app, number).await.status == 200);
            number += 1;
        }
        comes_home(&app, &owner, &target).await;
        is_let_in(&app, &Visitor::new(&app, format!("192.0.2.{day}")), &target.newcomer).await;
    }
    assert!(passed > 0 && passed < number / 2, "{passed} of {number} hostile requests were served");
    assert!(target.worked.get() > 0, "no attacker was asked to work for the bot gate, and none passed it");
}
