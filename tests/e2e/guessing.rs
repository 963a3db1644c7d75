//! Strangers who guess codes and passwords: they get no further than docs/limits.md says, and keep no owner out.

use auth_tests::{
    AccountFlows as _, Address, Caller, Flows as _, INVALID_ARGUMENT, INVALID_PASSWORD, INVALID_STATUS, Line,
    NEW_PASSWORD, OnDevice, PASSWORD, RESOURCE_EXHAUSTED, SignedIn, TestApp, TestAppBuilder, everything_logged,
    together, unique_email, unique_phone, unique_username,
};
use reqwest::header::HeaderMap;
use serde_json::json;

const SIGN_IN: &str = "/auth/v1/signin";
const VERIFY: &str = "/auth/v1/verification/verify";

/// A device in a network, behind the trusted proxy.
#[derive(Clone)]
struct At {
    device: OnDevice,
    network: String,
}

impl Caller for At {
    fn line(&self) -> &Line {
        self.device.line()
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = self.device.headers();
        headers.insert("x-forwarded-for", self.network.parse().expect("a header"));
        headers
    }
}

/// A new device in this network.
fn at(app: &TestApp, network: &str) -> At {
    At { device: app.device(), network: network.to_owned() }
}

fn behind_a_proxy() -> TestAppBuilder {
    TestApp::builder().set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
}

/// Somebody who signed up on a device.
struct Owner {
    device: At,
    phone: Address,
    name: String,
    session: SignedIn,
}

async fn owner(app: &TestApp) -> Owner {
    let (device, phone, name) = (at(app, "192.0.2.1"), unique_phone(), unique_username());
    let session = device.sign_up(&phone, json!({ "username": name, "password": PASSWORD })).await;
    Owner { device, phone, name, session }
}

#[tokio::test]
async fn fifty_wrong_passwords_of_strangers_do_not_keep_the_owners_device_out() {
    let app = behind_a_proxy().start().await;
    let owner = owner(&app).await;
    let mut refused = 0;
    for n in 0..60 {
        let stranger = at(&app, &format!("198.51.{}.7", n % 6));
        refused += u32::from(stranger.sign_in(&owner.name, NEW_PASSWORD).await.status == 429);
    }
    assert!(refused >= 10, "{refused} of sixty tries from six networks were refused");
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.refused(INVALID_STATUS);
    owner.device.sign_in(&owner.name, PASSWORD).await.ok();
    let elsewhere = At { network: "198.51.0.7".to_owned(), ..owner.device.clone() };
    elsewhere.sign_in(&owner.name, PASSWORD).await.ok();
    for _ in 0..10 {
        owner.device.sign_in(&owner.name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    }
    owner.device.sign_in(&owner.name, PASSWORD).await.refused(INVALID_STATUS);
}

#[tokio::test]
async fn a_device_stays_known_after_its_sessions_have_ended() {
    let app = behind_a_proxy().set("AUTH__LIMITS__PASSWORD_TRIES_PER_ACCOUNT", "1").start().await;
    let owner = owner(&app).await;
    owner.session.post("/auth/v1/user/signout", json!({})).await.ok();
    app.wait_seconds(179 * 86_400);
    at(&app, "198.51.100.7").sign_in(&owner.name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.refused(INVALID_STATUS);
    owner.device.sign_in(&owner.name, PASSWORD).await.ok();
}

/// Limits that refuse for a while are far away, so that only the row of wrong passwords is left.
async fn after_a_row_of_wrong_passwords() -> (TestApp, Owner) {
    let app = behind_a_proxy()
        .set("AUTH__LIMITS__PASSWORD_TRIES_PER_ACCOUNT", "1000")
        .set("AUTH__GUESSES__WRONG_PASSWORDS_PER_ACCOUNT", "12")
        .start()
        .await;
    let owner = owner(&app).await;
    for n in 0..12 {
        at(&app, &format!("198.51.{n}.7")).sign_in(&owner.name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
        app.wait_seconds(3_600);
    }
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.refused(INVALID_STATUS);
    app.wait_seconds(7 * 86_400);
    let answer = at(&app, "203.0.114.9").sign_in(&owner.name, PASSWORD).await;
    let text = answer.refused(INVALID_STATUS);
    assert!(text.contains("code"), "it says how to get in: {text}");
    (app, owner)
}

#[tokio::test]
async fn after_a_row_of_wrong_passwords_they_count_from_known_devices_until_the_owner_signs_in() {
    let (app, owner) = after_a_row_of_wrong_passwords().await;
    owner.device.sign_in(&owner.name, PASSWORD).await.ok();
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_sign_in_with_a_code_ends_the_row_as_well() {
    let (app, owner) = after_a_row_of_wrong_passwords().await;
    at(&app, "203.0.113.9").sign_in_by_code(&owner.phone).await.ok();
    at(&app, "203.0.113.10").sign_in(&owner.name, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_reset_ends_the_row_as_well() {
    let (app, owner) = after_a_row_of_wrong_passwords().await;
    let device = at(&app, "203.0.113.9");
    let token = device.prove(&owner.phone).await;
    let body = owner.phone.with(json!({ "verification_token": token, "new_password": NEW_PASSWORD }));
    device.post("/auth/v1/reset", body).await.ok();
    at(&app, "203.0.113.10").sign_in(&owner.name, NEW_PASSWORD).await.ok();
}

/// Who has an access token and not the device is a stranger to the password.
#[tokio::test]
async fn wrong_present_passwords_of_a_thief_count_to_the_row() {
    let app = behind_a_proxy()
        .set("AUTH__GUESSES__WRONG_PASSWORDS_PER_ACCOUNT", "12")
        .set("AUTH__LIMITS__PASSWORD_TRIES_SECONDS", "60")
        .start()
        .await;
    let owner = owner(&app).await;
    let thief = app.anonymous().signed_in(owner.session.access_token());
    for _ in 0..12 {
        thief.post("/auth/v1/user/sudo", json!({ "password": NEW_PASSWORD })).await.refused(INVALID_PASSWORD);
        app.wait_seconds(60);
    }
    thief.post("/auth/v1/user/sudo", json!({ "password": PASSWORD })).await.refused(INVALID_STATUS);
    let own = owner.device.request(reqwest::Method::POST, "/auth/v1/user/sudo");
    let own = own.bearer_auth(owner.session.access_token()).json(&json!({ "password": PASSWORD }));
    owner.device.send(own).await.ok();
}

#[tokio::test]
async fn strangers_get_few_tries_at_the_codes_of_an_account() {
    let app = behind_a_proxy().start().await;
    let owner = owner(&app).await;
    app.wait_seconds(60);
    let mut compared = 0;
    for n in 0..4 {
        let stranger = at(&app, &format!("198.51.{n}.7"));
        let sent = stranger.send_code(&owner.phone).await;
        for distance in 1..=5 {
            let answer = stranger.post(VERIFY, sent.wrong_by(distance)).await;
            match answer.status {
                429 => drop(answer.refused(RESOURCE_EXHAUSTED)),
                _ => {
                    answer.refused(INVALID_ARGUMENT);
                    compared += 1;
                }
            }
        }
        let right = stranger.post(VERIFY, sent.body()).await;
        right.refused(RESOURCE_EXHAUSTED);
        assert!(!right.header("retry-after").is_empty(), "{right}");
    }
    assert_eq!(compared, 6, "wrong codes that were compared");
    app.wait_seconds(600);
    let sent = owner.device.send_code(&owner.phone).await;
    owner.device.post(VERIFY, sent.wrong()).await.refused(INVALID_ARGUMENT);
    owner.device.verify(&sent).await;
}

/// The part of one network is less than all that an account bears.
#[tokio::test]
async fn one_network_leaves_tries_at_an_account_to_others() {
    let app = behind_a_proxy().start().await;
    let owner = owner(&app).await;
    app.wait_seconds(60);
    for n in 0..2 {
        let stranger = at(&app, &format!("198.51.100.{n}"));
        let sent = stranger.send_code(&owner.phone).await;
        for distance in 1..=2 {
            stranger.post(VERIFY, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
        }
    }
    let neighbour = at(&app, "198.51.100.200");
    let sent = neighbour.send_code(&owner.phone).await;
    neighbour.post(VERIFY, sent.body()).await.refused(RESOURCE_EXHAUSTED);
    at(&app, "203.0.113.9").sign_in_by_code(&owner.phone).await.ok();
}

#[tokio::test]
async fn a_code_that_is_not_compared_costs_no_try() {
    let app = behind_a_proxy().set("AUTH__GUESSES__WRONG_CODES_SECONDS", "300").start().await;
    let owner = owner(&app).await;
    let stranger = at(&app, "198.51.100.7");
    let sent = stranger.send_code(&owner.phone).await;
    for distance in 1..=4 {
        stranger.post(VERIFY, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    for _ in 0..10 {
        let answer = stranger.post(VERIFY, sent.body()).await;
        answer.refused(RESOURCE_EXHAUSTED);
        assert_eq!(answer.header("retry-after"), "100", "{answer}");
    }
    app.wait_seconds(100);
    stranger.verify(&sent).await;
}

#[tokio::test]
async fn one_network_gets_few_tries_at_the_codes_of_all_accounts() {
    let app = behind_a_proxy().start().await;
    let mut compared = 0;
    for n in 0..5 {
        let owner = owner(&app).await;
        let stranger = at(&app, &format!("198.51.100.{n}"));
        let sent = stranger.send_code(&owner.phone).await;
        for distance in 1..=2 {
            compared += u32::from(stranger.post(VERIFY, sent.wrong_by(distance)).await.status == 400);
        }
    }
    assert_eq!(compared, 6, "wrong codes that were compared");
    // People without an account are not affected.
    let newcomer = at(&app, "198.51.100.99");
    for _ in 0..3 {
        let sent = newcomer.send_code(&unique_email()).await;
        for distance in 1..=4 {
            newcomer.post(VERIFY, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
        }
        newcomer.verify(&sent).await;
    }
}

/// Right codes are not guesses, however many there are.
#[tokio::test]
async fn right_codes_do_not_count() {
    let app = behind_a_proxy().start().await;
    let owner = owner(&app).await;
    for n in 0..10 {
        app.wait_seconds(600);
        at(&app, &format!("198.51.100.{n}")).sign_in_by_code(&owner.phone).await.ok();
    }
}

#[tokio::test]
async fn concurrent_guesses_are_no_more() {
    let app = behind_a_proxy().start().await;
    let beside = app.beside().set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1").start().await;
    let owner = owner(&app).await;
    app.wait_seconds(60);
    let mut guesses = Vec::new();
    for n in 0..4 {
        let stranger = at(&app, &format!("198.51.{n}.7"));
        let sent = stranger.send_code(&owner.phone).await;
        let again = At { device: beside.anonymous().on_device(stranger.device.id()), ..stranger.clone() };
        guesses.extend((1..=5).map(|distance| {
            (if distance % 2 == 0 { stranger.clone() } else { again.clone() }, sent.wrong_by(distance))
        }));
    }
    let racers = guesses.into_iter().map(|(caller, body)| async move { caller.post(VERIFY, body).await.status });
    let compared = together(racers).await.into_iter().filter(|status| *status == 400).count();
    assert!(compared <= 6, "{compared} wrong codes were compared at once");
}

/// Beyond the total there is a warning, and nobody is refused because of it.
#[tokio::test]
async fn all_strangers_together_are_not_refused() {
    let app = behind_a_proxy()
        .set("AUTH__GUESSES__WRONG_CODES_IN_ALL_PER_DAY", "2")
        .set("AUTH__GUESSES__WRONG_PASSWORDS_IN_ALL_PER_DAY", "2")
        .start()
        .await;
    for n in 0..4 {
        let owner = owner(&app).await;
        let stranger = at(&app, &format!("198.51.{n}.7"));
        stranger.sign_in(&owner.name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
        stranger.sign_in(&owner.name, PASSWORD).await.ok();
        let stranger = at(&app, &format!("198.52.{n}.7"));
        app.wait_seconds(60);
        let sent = stranger.send_code(&owner.phone).await;
        stranger.post(VERIFY, sent.wrong()).await.refused(INVALID_ARGUMENT);
        stranger.verify(&sent).await;
    }
    let logged = everything_logged();
    for limit in ["codes.all", "passwords.all"] {
        assert!(logged.lines().any(|line| line.contains("too_many_in_all") && line.contains(limit)), "{limit}");
    }
}

async fn discreet() -> TestApp {
    behind_a_proxy().set("AUTH__VERIFICATION__REVEAL_EXISTENCE", "false").start().await
}

/// What is counted where a client can see it is what was typed.
#[tokio::test]
async fn tries_at_a_username_tell_nothing_about_an_address() {
    let app = discreet().await;
    let owner = owner(&app).await;
    let mut seen = Vec::new();
    for target in [owner.phone.text().to_owned(), unique_phone().text().to_owned()] {
        let stranger = at(&app, "198.51.100.7");
        let mut statuses = Vec::new();
        for n in 0..10 {
            stranger.sign_in(&owner.name, &format!("{NEW_PASSWORD}{n}")).await;
        }
        for _ in 0..12 {
            let answer = stranger.sign_in(&target, NEW_PASSWORD).await;
            statuses.push((answer.status, answer.json()["error"].clone()));
        }
        seen.push(statuses);
        app.wait_seconds(6_000);
    }
    assert_eq!(seen[0], seen[1], "left: at the account's number, right: at a number that nobody has");
    assert_eq!(seen[0][9].0, 400, "{:?}", seen[0]);
    assert_eq!(seen[0][10].0, 429, "{:?}", seen[0]);
}

/// What an account bears under all of its names is counted as well, and nobody learns it.
#[tokio::test]
async fn where_existence_is_hidden_a_row_of_wrong_passwords_ends_quietly() {
    let app = behind_a_proxy()
        .set("AUTH__VERIFICATION__REVEAL_EXISTENCE", "false")
        .set("AUTH__GUESSES__WRONG_PASSWORDS_PER_ACCOUNT", "12")
        .start()
        .await;
    let owner = owner(&app).await;
    for n in 0..12 {
        let name = if n % 2 == 0 { &*owner.name } else { owner.phone.text() };
        at(&app, &format!("198.51.{n}.7")).sign_in(name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    }
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.refused(INVALID_PASSWORD);
    owner.device.sign_in(&owner.name, PASSWORD).await.ok();
    at(&app, "203.0.113.9").sign_in(&owner.name, PASSWORD).await.ok();
}

/// Wrong codes count wherever they are entered.
#[tokio::test]
async fn where_existence_is_hidden_wrong_codes_count_at_every_address() {
    let app = discreet().await;
    let owner = owner(&app).await;
    app.wait_seconds(60);
    let mut seen = Vec::new();
    for (network, address) in [("198.51.100.7", &owner.phone), ("203.0.113.9", &unique_phone())] {
        let stranger = at(&app, network);
        let sent = stranger.send_code(address).await;
        let mut statuses = Vec::new();
        for distance in 1..=6 {
            statuses.push(stranger.post(VERIFY, sent.wrong_by(distance)).await.status);
        }
        seen.push(statuses);
    }
    assert_eq!(seen[0], seen[1], "left: at the account's number, right: at a number that nobody has");
    assert_eq!(seen[0], [400, 400, 400, 400, 429, 429]);
}
