//! Guesses where answers must not tell who has an account.

use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, INVALID_PASSWORD, NEW_PASSWORD, PASSWORD, TestApp, unique_phone,
};

use super::support::{VERIFY, at, behind_a_proxy, owner};

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
