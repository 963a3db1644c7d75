//! Patient malice: a thousand networks attack one account and one address for ten days, and for every seventh request they
//! work if the bot gate asks. One of them steals every access token of the owner's. The owner gets in each day as if
//! nothing happened, and so does a newcomer with the address, at most after a minute or a puzzle.
//!
//! `just siege` sends ten times as many requests.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use auth_tests::{
    AccountFlows as _, Address, Answer, CAPTCHA_REQUIRED, Caller, CaptchaFlows as _, Flows as _, Line, Message,
    PASSWORD, SentCode, SignedIn, TestApp, unique_device, unique_email, unique_username,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::captcha::{VERIFY, solve};

const SEND: &str = "/auth/v1/verification";
const CHECK: &str = "/auth/v1/verification/verify";
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
    /// The access token that comes with all requests.
    token: Option<String>,
}

impl Visitor {
    fn new(app: &TestApp, network: String) -> Self {
        Self { line: app.anonymous().line().clone(), network, device: unique_device(), token: None }
    }
}

impl Caller for Visitor {
    fn line(&self) -> &Line {
        &self.line
    }

    fn headers(&self) -> HeaderMap {
        let bearer = self.token.as_ref().map(|token| ("authorization", format!("Bearer {token}")));
        [("x-forwarded-for", self.network.clone()), ("x-device-id", self.device.clone())]
            .into_iter()
            .chain(bearer)
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(&value).expect("a value")))
            .collect()
    }
}

/// What is attacked.
struct Target {
    owner: Address,
    username: String,
    newcomer: Address,
    /// The access token of the owner's that was stolen last.
    stolen: RefCell<String>,
    /// How often the thief had a code to guess at.
    sent_to_thief: Cell<u32>,
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
        let answer = match number % 8 {
            0 | 3 => self.ask(&stranger, SEND, self.owner.with(json!({})), number).await,
            1 => self.ask(&stranger, SEND, self.newcomer.with(json!({})), number).await,
            2 => self.guess_the_code(&stranger, number).await,
            4 => self.guess_the_password(&stranger, &self.username, number).await,
            6 => self.guess_with_the_token(stranger, number).await,
            7 => self.guess_the_present_password(stranger, number).await,
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
        stranger.post(CHECK, guess).await
    }

    async fn guess_the_password(&self, stranger: &Visitor, login: &str, number: u32) -> Answer {
        let guess = json!({ "username": login, "password": format!("guess-{number}!") });
        self.ask(stranger, "/auth/v1/signin", guess, number).await
    }

    fn steal_from(&self, session: &SignedIn) {
        self.stolen.replace(session.access_token().to_owned());
    }

    /// The thief, wherever they are this time: on no device that the account knows.
    fn thief(&self, stranger: Visitor) -> Visitor {
        Visitor { token: Some(self.stolen.borrow().clone()), ..stranger }
    }

    /// Asks for a code as the owner, and guesses at it at once.
    async fn guess_with_the_token(&self, stranger: Visitor, number: u32) -> Answer {
        let thief = self.thief(stranger);
        let asked = self.ask(&thief, SEND, self.owner.with(json!({})), number).await;
        asked.check_no_fault();
        let Some(id) = asked.json()["verification_id"].as_str().map(str::to_owned) else { return asked };
        self.sent_to_thief.set(self.sent_to_thief.get() + 1);
        let guess = SentCode { id, code: String::new() }.guess(&format!("{:06}", number % 1_000_000));
        thief.post(CHECK, guess).await
    }

    async fn guess_the_present_password(&self, stranger: Visitor, number: u32) -> Answer {
        let guess = json!({ "password": format!("guess-{number}!") });
        let answer = self.ask(&self.thief(stranger), "/auth/v1/user/sudo", guess, number).await;
        assert_ne!(answer.status, 401, "the stolen token is good for nothing: {answer}");
        answer
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
async fn comes_home(app: &TestApp, owner: &Visitor, target: &Target) -> SignedIn {
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
    let with_password = json!({ "username": target.username, "password": PASSWORD });
    SignedIn::by(owner.line(), &owner.post("/auth/v1/signin", with_password).await)
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

async fn besieged() -> TestApp {
    TestApp::builder()
        .set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .set("AUTH__CAPTCHA__MODE", "soft")
        .set("AUTH__LIMITS__HARD_FACTOR", "4")
        // The owner refreshes at noon, and what was stolen is good until then.
        .set("AUTH__TOKENS__ACCESS_TTL_SECONDS", "86400")
        .set("AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS", "1000")
        // Puzzles do not become dearer: a hundred at once would take longer than all the rest.
        .set("AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS_UNDER_LOAD", "1000")
        .start()
        .await
}

#[tokio::test]
async fn nobody_is_kept_out() {
    let app = besieged().await;
    let target = Target {
        owner: unique_email(),
        username: unique_username(),
        newcomer: unique_email(),
        stolen: RefCell::default(),
        sent_to_thief: Cell::new(0),
        guessed: Cell::new(None),
        worked: Cell::new(0),
    };
    let owner = Visitor::new(&app, "198.51.100.7".to_owned());
    let mut session = owner.sign_up(&target.owner, json!({ "username": target.username, "password": PASSWORD })).await;
    target.steal_from(&session);
    let a_day = requests() / DAYS;
    let (mut number, mut passed) = (0, 0);
    for day in 1..=DAYS {
        // Half of them over the day, and half at once, right before the owner comes.
        for of_today in 0..a_day {
            if of_today < a_day / 2 {
                app.wait_seconds((DAY / (a_day / 2)).into());
            }
            if of_today == a_day / 4 {
                session = SignedIn::by(owner.line(), &owner.refresh(session.refresh_token()).await);
                target.steal_from(&session);
            }
            passed += u32::from(target.attack(&app, number).await.status == 200);
            number += 1;
        }
        session = comes_home(&app, &owner, &target).await;
        target.steal_from(&session);
        is_let_in(&app, &Visitor::new(&app, format!("192.0.2.{day}")), &target.newcomer).await;
    }
    assert!(passed > 0 && passed < number / 2, "{passed} of {number} hostile requests were served");
    assert!(target.sent_to_thief.get() > 0, "no code was sent to whoever had the owner's access token");
    assert!(target.worked.get() > 0, "no attacker was asked to work for the bot gate, and none passed it");
}
