//! Promises of `request`: when a request for a code is refused.

use auth_domain::verifications::VerificationPolicy;
use auth_ports::{SendOutcome, SendRequest};
use chrono::TimeDelta;

use super::asking::{ask, ask_and_get, take_messages};
use crate::Stores;
use crate::samples::{
    at, just_before, sample_email, sample_origin, sample_send_request, sample_send_request_by, spelled_email, start,
};

/// A requester has to wait between two sends to one address; the refusal says how long.
pub async fn a_request_too_soon_is_cooling_down(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    ask_and_get(&stores, sample_send_request_by(&origin, &address, start())).await;
    for (second, retry_after) in [(0, 60), (1, 59), (59, 1)] {
        let outcome = ask(&stores, sample_send_request_by(&origin, &address, at(second))).await;
        assert_eq!(outcome, cooling_down(retry_after), "{second} seconds after the first");
    }
}

/// The cooldown counts from the last send, to the microsecond.
pub async fn a_cooldown_ends_on_time(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    for second in [0, 60, 120] {
        ask_and_get(&stores, sample_send_request_by(&origin, &address, at(second))).await;
        let outcome = ask(&stores, sample_send_request_by(&origin, &address, just_before(at(second + 60)))).await;
        let expected = SendOutcome::CoolingDown { retry_after: TimeDelta::microseconds(1) };
        assert_eq!(outcome, expected, "just before the cooldown ends");
    }
}

/// Neither kind of refusal sends anything.
pub async fn a_refused_request_writes_no_message(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    let granted = at_most(1, sample_send_request_by(&origin, &address, start()));
    ask_and_get(&stores, granted.clone()).await;
    let too_soon = ask(&stores, at_most(1, sample_send_request_by(&origin, &address, at(1)))).await;
    assert!(matches!(too_soon, SendOutcome::CoolingDown { .. }), "too soon: {too_soon:?}");
    let too_many = ask(&stores, at_most(1, sample_send_request(&address, at(1)))).await;
    assert!(matches!(too_many, SendOutcome::TooMany { .. }), "too many: {too_many:?}");
    let written: Vec<_> = take_messages(&stores).await.into_iter().map(|message| message.id).collect();
    assert_eq!(written, [granted.message], "messages of one granted and two refused requests");
}

/// All requesters, clients and spellings share one budget per address.
pub async fn too_many_to_one_address_are_refused_whoever_asks(stores: Stores) {
    let address = sample_email();
    let in_capitals = spelled_email(&address.shown().to_uppercase());
    for n in 0..5 {
        let spelling = if n % 2 == 0 { &address } else { &in_capitals };
        ask_and_get(&stores, sample_send_request(spelling, at(n))).await;
    }
    for spelling in [&address, &in_capitals] {
        let outcome = ask(&stores, sample_send_request(spelling, at(5))).await;
        assert_eq!(outcome, too_many(595), "the sixth send within the window");
    }
}

/// A send is allowed again whenever the oldest one leaves the window.
pub async fn the_window_of_sends_moves_on(stores: Stores) {
    let address = sample_email();
    for second in [0, 100, 200, 300, 400] {
        ask_and_get(&stores, sample_send_request(&address, at(second))).await;
    }
    for oldest in [0, 100] {
        let allowed_at = at(oldest + 600);
        let outcome = ask(&stores, sample_send_request(&address, just_before(allowed_at))).await;
        let expected = SendOutcome::TooMany { retry_after: TimeDelta::microseconds(1) };
        assert_eq!(outcome, expected, "just before the oldest send leaves the window");
        ask_and_get(&stores, sample_send_request(&address, allowed_at)).await;
    }
}

/// Refused requests neither use up the budget nor lengthen the wait.
pub async fn refused_requests_are_not_counted(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    ask_and_get(&stores, at_most(2, sample_send_request_by(&origin, &address, start()))).await;
    for second in 1..60 {
        let outcome = ask(&stores, at_most(2, sample_send_request_by(&origin, &address, at(second)))).await;
        assert_eq!(outcome, cooling_down(60 - second), "refusal at second {second}");
    }
    ask_and_get(&stores, at_most(2, sample_send_request_by(&origin, &address, at(60)))).await;
    for second in 120..140 {
        let outcome = ask(&stores, at_most(2, sample_send_request_by(&origin, &address, at(second)))).await;
        assert_eq!(outcome, too_many(600 - second), "refusal at second {second}");
    }
    ask_and_get(&stores, at_most(2, sample_send_request_by(&origin, &address, at(600)))).await;
}

/// Using up the budget of one address does not affect another, even for the same requester.
pub async fn addresses_have_budgets_of_their_own(stores: Stores) {
    let origin = sample_origin();
    for _ in 0..3 {
        ask_and_get(&stores, at_most(1, sample_send_request_by(&origin, &sample_email(), start()))).await;
    }
}

fn at_most(max_sends: usize, request: SendRequest) -> SendRequest {
    let policy = VerificationPolicy { max_sends: Some(max_sends), ..request.policy };
    SendRequest { policy, ..request }
}

fn cooling_down(seconds: i64) -> SendOutcome {
    SendOutcome::CoolingDown { retry_after: TimeDelta::seconds(seconds) }
}

fn too_many(seconds: i64) -> SendOutcome {
    SendOutcome::TooMany { retry_after: TimeDelta::seconds(seconds) }
}
