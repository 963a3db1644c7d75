//! Promises of `request`: who has a share of what an address gets.

use auth_domain::sends::{Ask, Asker, Sender};
use auth_domain::verifications::VerificationPolicy;
use auth_ports::{SendOutcome, SendRequest};
use chrono::TimeDelta;

use super::asking::{ask, ask_and_get};
use crate::samples::{at, sample_email, sample_send_request, start};
use crate::{Stores, race};

/// Strangers who have used up theirs do not use up that of whoever belongs to the account, nor the other way round.
pub async fn who_belongs_has_a_share_that_strangers_cannot_use_up(stores: Stores) {
    let address = sample_email();
    let request = |asker, second| asked_by(asker, 1, sample_send_request(&address, at(second)));
    for second in 0..5 {
        ask_and_get(&stores, request(Asker::Stranger, second)).await;
    }
    assert_eq!(ask(&stores, request(Asker::Stranger, 5)).await, too_many(595), "the sixth by strangers");
    for second in 5..10 {
        ask_and_get(&stores, request(Asker::Owner, second)).await;
    }
    assert_eq!(ask(&stores, request(Asker::Owner, 10)).await, too_many(590), "the first of either leaves the window");
    ask_and_get(&stores, request(Asker::Stranger, 600)).await;
}

/// At an address without an account, a network that has used up its part leaves the rest to others.
pub async fn newcomers_share_what_no_network_may_use_up(stores: Stores) {
    let address = sample_email();
    let request = |network| asked_by(Asker::Newcomer, network, sample_send_request(&address, start()));
    for _ in 0..5 {
        ask_and_get(&stores, request(1)).await;
    }
    assert_eq!(ask(&stores, request(1)).await, too_many(600), "the network that used up the strangers' share");
    for network in [2, 3] {
        for _ in 0..2 {
            ask_and_get(&stores, request(network)).await;
        }
        assert_eq!(ask(&stores, request(network)).await, too_many(600), "beyond its part");
    }
    ask_and_get(&stores, request(4)).await;
    assert_eq!(ask(&stores, request(5)).await, too_many(600), "the newcomers' share is used up too");
}

/// Whoever may go beyond the soft limits meets the hard ones, and those count what came before.
pub async fn beyond_the_soft_limit_the_hard_one_decides(stores: Stores) {
    let address = sample_email();
    let request = |beyond_soft| {
        let request = asked_by(Asker::Stranger, 1, sample_send_request(&address, start()));
        let policy = VerificationPolicy { hard_factor: 2, ..request.policy };
        SendRequest { policy, ask: Ask { beyond_soft, ..request.ask }, ..request }
    };
    for _ in 0..5 {
        ask_and_get(&stores, request(false)).await;
    }
    assert_eq!(ask(&stores, request(false)).await, too_many(600), "the soft limit");
    for _ in 0..5 {
        ask_and_get(&stores, request(true)).await;
    }
    assert_eq!(ask(&stores, request(true)).await, too_many(600), "the hard limit");
}

/// Fifty newcomers from networks of their own, at once: each of the two shares that are open to them is used up, and no
/// more.
pub async fn many_newcomers_do_not_exceed_their_shares(stores: Stores) {
    let address = sample_email();
    let asking = (0..50).map(|network| {
        let (stores, request) = (stores.clone(), sample_send_request(&address, start()));
        async move { ask(&stores, asked_by(Asker::Newcomer, network, request)).await }
    });
    let queued = race(asking).await.into_iter().filter(|outcome| matches!(outcome, SendOutcome::Queued(_))).count();
    assert_eq!(queued, 10, "queued of two shares of five");
    ask_and_get(&stores, asked_by(Asker::Owner, 1, sample_send_request(&address, start()))).await;
}

/// Sends and waits that a clock running ahead has stored keep nobody waiting longer than their period.
pub async fn a_clock_that_ran_ahead_keeps_nobody_waiting(stores: Stores) {
    let address = sample_email();
    for n in 0..5 {
        ask_and_get(&stores, sample_send_request(&address, at(1_000_000 + n))).await;
    }
    for n in 0..5 {
        ask_and_get(&stores, sample_send_request(&address, at(n))).await;
    }
    assert_eq!(ask(&stores, sample_send_request(&address, at(5))).await, too_many(595), "five that count");
}

fn asked_by(asker: Asker, network: i64, request: SendRequest) -> SendRequest {
    SendRequest { ask: Ask { asker, sender: Sender::from_number(network), ..request.ask }, ..request }
}

fn too_many(seconds: i64) -> SendOutcome {
    SendOutcome::TooMany { retry_after: TimeDelta::seconds(seconds) }
}
