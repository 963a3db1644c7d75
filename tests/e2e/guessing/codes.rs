//! Strangers who guess codes: they get no further than docs/limits.md says.

use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, together, unique_email,
};

use super::support::{At, VERIFY, at, behind_a_proxy, owner};

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

/// A session alone has as few tries as strangers have, apart from theirs, and takes none from the known device.
#[tokio::test]
async fn an_access_token_gives_few_tries_at_the_codes_of_its_account() {
    let app = behind_a_proxy().start().await;
    let owner = owner(&app).await;
    app.wait_seconds(60);
    let stranger = at(&app, "198.51.100.7");
    let sent = stranger.send_code(&owner.phone).await;
    for distance in 1..=4 {
        stranger.post(VERIFY, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    let sent = owner.session.send_code(&owner.phone).await;
    for distance in 1..=4 {
        owner.session.post(VERIFY, sent.wrong_by(distance)).await.refused(INVALID_ARGUMENT);
    }
    owner.session.post(VERIFY, sent.body()).await.refused(RESOURCE_EXHAUSTED);
    let sent = owner.device.send_code(&owner.phone).await;
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
