//! Concurrent requests: the database decides who wins, and nobody gets a fault.

use auth_providers::testing::FakeGitHub;
use auth_tests::{
    ABORTED, Address, Answer, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, INVALID_GRANT, OnDevice,
    TestApp, ThirdPartyFlows as _, together, unique_email, unique_person, unique_phone, unique_username,
};
use serde_json::{Value, json};

const SIGN_UP: &str = "/auth/v1/signup";
const VERIFY: &str = "/auth/v1/verification/verify";

async fn race(device: &OnDevice, path: &'static str, bodies: impl IntoIterator<Item = Value>) -> Vec<Answer> {
    let racers = bodies.into_iter().map(|body| {
        let device = device.clone();
        async move { device.post(path, body).await }
    });
    let answers = together(racers).await;
    for answer in &answers {
        answer.check_no_fault();
    }
    answers
}

/// The users of all successes.
fn winners(answers: &[Answer]) -> Vec<String> {
    answers.iter().filter(|answer| answer.status == 200).map(|answer| answer.ok()["sub"].to_string()).collect()
}

async fn unlimited() -> TestApp {
    TestApp::builder().without_limits().start().await
}

#[tokio::test]
async fn a_hundred_equal_sign_ups_are_one_user() {
    let app = unlimited().await;
    let device = app.device();
    let body = device.sign_up_body(&unique_phone(), json!({ "username": unique_username() })).await;
    let answers = race(&device, SIGN_UP, vec![body; 100]).await;
    let mut subs = winners(&answers);
    assert_eq!(subs.len(), 100, "{:?}", answers.iter().find(|answer| answer.status != 200));
    subs.dedup();
    assert_eq!((subs.len(), app.database().count("users")), (1, 1));
}

#[tokio::test]
async fn equal_sign_ups_with_a_password_are_one_user() {
    let app = unlimited().await;
    let device = app.device();
    let body = device.sign_up_body(&unique_phone(), json!({ "password": "Password@123" })).await;
    let mut subs = winners(&race(&device, SIGN_UP, vec![body; 20]).await);
    assert_eq!(subs.len(), 20);
    subs.dedup();
    assert_eq!((subs.len(), app.database().count("credentials")), (1, 1));
}

#[tokio::test]
async fn of_a_hundred_different_sign_ups_with_one_proof_one_wins() {
    let app = unlimited().await;
    let device = app.device();
    let body = device.sign_up_body(&unique_phone(), json!({})).await;
    let bodies = (0..100).map(|_| {
        let mut body = body.clone();
        body["username"] = json!(unique_username());
        body
    });
    let answers = race(&device, SIGN_UP, bodies).await;
    assert_eq!(winners(&answers).len(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.refused(INVALID_ARGUMENT);
    }
    let database = app.database();
    assert_eq!((database.count("users"), database.count("identifiers"), database.count("sessions")), (1, 2, 1));
}

/// Everybody has their own proof of the one address.
async fn bodies_with_proofs(app: &TestApp, address: &Address, count: usize) -> Vec<Value> {
    let mut bodies = Vec::with_capacity(count);
    for _ in 0..count {
        bodies.push(app.device().sign_up_body(address, json!({})).await);
    }
    bodies
}

#[tokio::test]
async fn of_a_hundred_owners_of_one_phone_one_wins() {
    let app = unlimited().await;
    let bodies = bodies_with_proofs(&app, &unique_phone(), 100).await;
    let answers = race(&app.device(), SIGN_UP, bodies).await;
    assert_eq!(winners(&answers).len(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.refused(FAILED_PRECONDITION);
    }
    assert_eq!(app.database().count("users"), 1);
    assert_eq!(app.database().count("proofs WHERE spent_at IS NOT NULL"), 1, "losing spends nothing");
}

#[tokio::test]
async fn of_the_owners_of_one_email_one_wins() {
    let app = unlimited().await;
    let email = unique_email();
    let shouted = Address::email(&email.text().to_uppercase());
    let mut bodies = bodies_with_proofs(&app, &email, 10).await;
    bodies.extend(bodies_with_proofs(&app, &shouted, 10).await);
    let answers = race(&app.device(), SIGN_UP, bodies).await;
    assert_eq!((winners(&answers).len(), app.database().count("users")), (1, 1));
}

#[tokio::test]
async fn one_username_in_two_spellings() {
    let app = unlimited().await;
    let device = app.device();
    let mut bodies = Vec::new();
    for number in 0..20 {
        let name = if number % 2 == 0 { "Some.Name" } else { "sOME.nAME" };
        let address = if number % 3 == 0 { unique_email() } else { unique_phone() };
        bodies.push(device.sign_up_body(&address, json!({ "username": name })).await);
    }
    let answers = race(&device, SIGN_UP, bodies.clone()).await;
    assert_eq!(winners(&answers).len(), 1);
    for (answer, mut body) in answers.into_iter().zip(bodies).filter(|(answer, _)| answer.status != 200) {
        answer.refused(FAILED_PRECONDITION);
        body["username"] = json!(unique_username());
        device.post(SIGN_UP, body).await.ok();
    }
    assert_eq!(app.database().count("users"), 20);
}

#[tokio::test]
async fn one_identity_at_a_third_party() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().without_limits().with_github(&github.base()).start().await;
    let (device, person) = (app.device(), unique_person());
    let token = device.prove_identity(&github, &person).await;
    let bodies = (0..30).map(|_| json!({ "provider_token": token, "username": unique_username() }));
    let answers = race(&device, SIGN_UP, bodies).await;
    assert_eq!(winners(&answers).len(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.refused(INVALID_GRANT);
    }
    let person = unique_person();
    let mut bodies = Vec::new();
    for _ in 0..20 {
        bodies.push(json!({ "provider_token": device.prove_identity(&github, &person).await }));
    }
    let answers = race(&device, SIGN_UP, bodies).await;
    assert_eq!(winners(&answers).len(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.refused(FAILED_PRECONDITION);
    }
    assert_eq!(app.database().count("users"), 2);
}

#[tokio::test]
async fn one_code_of_a_third_party() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().with_github(&github.base()).start().await;
    let device = app.device();
    let code = device.fetch_code(&github, &unique_person()).await;
    let body = json!({ "provider_id": "github", "provider_code": code });
    let answers = race(&device, "/auth/v1/provider/token", vec![body; 20]).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn one_right_code_fifty_times() {
    let app = TestApp::builder().without_limits().set("AUTH__VERIFICATION__MAX_TRIES", "10").start().await;
    let device = app.device();
    let sent = device.send_code(&unique_phone()).await;
    let answers = race(&device, VERIFY, vec![sent.body(); 50]).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(app.database().count("proofs"), 1);
}

#[tokio::test]
async fn two_hundred_guesses_are_five_tries() {
    let app = unlimited().await;
    let device = app.device();
    let sent = device.send_code(&unique_phone()).await;
    let answers = race(&device, VERIFY, (1..=200).map(|distance| sent.wrong_by(distance))).await;
    let compared = answers.iter().filter(|answer| answer.status == 400).count();
    assert_eq!(compared, 5);
    for exhausted in answers.iter().filter(|answer| answer.status != 400) {
        exhausted.refused(ABORTED);
    }
    device.post(VERIFY, sent.body()).await.refused(ABORTED);
}

/// Guesses through two instances of the service: the counter is the database's.
#[tokio::test]
async fn guesses_at_two_instances_are_five_tries() {
    let app = unlimited().await;
    let other = app.beside().without_limits().start().await;
    let sent = app.device().send_code(&unique_phone()).await;
    let racers = (1..=60).map(|distance| {
        let device = if distance % 2 == 0 { app.device() } else { other.device() };
        let body = sent.wrong_by(distance);
        async move { device.post(VERIFY, body).await }
    });
    let answers = together(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 400).count(), 5);
}

#[tokio::test]
async fn the_limit_of_an_address_holds_against_many_devices_at_once() {
    let app = TestApp::start().await;
    let phone = unique_phone();
    let racers = (0..40).map(|_| {
        let (device, body) = (app.device(), phone.with(json!({})));
        async move { device.post("/auth/v1/verification", body).await }
    });
    let answers = together(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 5);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        refused.refused(auth_tests::RESOURCE_EXHAUSTED);
    }
}

#[tokio::test]
async fn too_many_concurrent_passwords_are_told_to_retry() {
    let app = TestApp::builder()
        .without_limits()
        .set("AUTH__PASSWORDS__MAX_CONCURRENT", "1")
        .set("AUTH__PASSWORDS__MAX_QUEUED", "2")
        .start()
        .await;
    let mut bodies = Vec::new();
    for _ in 0..40 {
        bodies.push(app.device().sign_up_body(&unique_phone(), json!({ "password": "Password@123" })).await);
    }
    let racers = bodies.iter().cloned().map(|body| {
        let device = app.device();
        async move { device.post(SIGN_UP, body).await }
    });
    let answers = together(racers).await;
    let mut turned_away = 0;
    for (answer, body) in answers.iter().zip(bodies) {
        if answer.status != 200 {
            answer.refused(auth_tests::UNAVAILABLE);
            app.device().post(SIGN_UP, body).await.ok();
            turned_away += 1;
        }
    }
    assert!(turned_away > 0, "nobody was told to retry");
    assert_eq!(app.database().count("users"), 40);
}
