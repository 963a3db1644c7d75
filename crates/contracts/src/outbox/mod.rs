//! Promises of `Outbox` and `DeadLetters`. Events are written by the other ports.

mod claims;
mod dead_letters;
mod order;
mod races;
mod subscriptions;
mod told;

pub use claims::*;
pub use dead_letters::*;
pub use order::*;
pub use races::*;
pub use subscriptions::*;
pub use told::*;

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::outbox::{DeadLetter, DeadLetterPage, OrderingKey, OutgoingEvent, SubscriberId};
use auth_ports::{ClaimEvents, ClaimedEvents, DeliveryOutcome, SettledEvent};
use uuid::Uuid;

use crate::Stores;
use crate::samples::{SampleAccount, at, sample_event, sample_subscriber, sample_subscribers, start};

/// Stamps the promises of `Outbox` and `DeadLetters` into an adapter's tests. The argument is an async function that
/// makes fresh [`Stores`], which must know how to tell subscribers ([`Stores::told_by`]), and a guard.
#[macro_export]
macro_rules! outbox {
    ($make:expr) => {
        $crate::stamp!(
            outbox,
            $make,
            [
                // told
                an_event_waits_for_everybody_who_wants_it,
                nothing_waits_where_nobody_listens,
                a_sign_up_is_told,
                a_sign_up_that_is_refused_is_not_told,
                an_anonymous_user_is_made_once_and_updated_by_a_sign_up,
                sessions_that_begin_and_end_are_told,
                a_repeated_beginning_is_told,
                a_replay_is_told,
                a_change_is_told,
                a_change_that_is_refused_is_not_told,
                a_deletion_is_told,
                what_operators_do_to_users_is_told,
                an_import_tells_of_each_account_that_was_stored,
                what_changes_nothing_is_told,
                an_event_recorded_twice_is_told_once,
                what_happens_to_admin_keys_is_told,
                // claims
                an_event_is_due_at_once,
                an_event_is_not_due_before_it_happened,
                claimed_events_are_leased,
                a_lease_that_ran_out_is_claimed_again_with_all_that_it_held,
                a_claim_takes_no_more_keys_than_it_wants,
                a_claim_takes_no_more_events_of_a_key_than_it_wants,
                each_subscriber_has_a_queue_of_its_own,
                an_event_that_was_delivered_is_gone,
                unknown_events_are_settled_without_effect,
                // order
                events_of_one_user_come_in_the_order_of_their_transactions,
                events_of_one_change_come_in_its_order,
                later_events_wait_for_one_that_failed,
                later_events_go_on_after_one_that_was_given_up,
                users_do_not_wait_for_each_other,
                events_of_nobody_wait_for_no_other,
                a_failure_is_counted,
                an_event_that_was_put_back_is_due_when_told,
                // races
                claims_at_once_never_share_a_key,
                every_event_arrives_once_and_in_order_among_many_deliverers,
                // dead_letters
                an_event_that_was_given_up_is_a_dead_letter,
                dead_letters_are_listed_last_first,
                dead_letters_are_listed_by_subscriber,
                pages_through_dead_letters_of_one_instant,
                a_dead_letter_is_sent_again_as_if_never_tried,
                dead_letters_take_their_old_places,
                dead_letters_are_sent_again_by_id_or_all,
                no_more_dead_letters_are_sent_again_than_the_limit,
                sweeps_what_is_too_old,
                // subscriptions
                a_subscription_ends_until_it_is_resumed,
                what_waits_is_discarded_for_one_subscriber,
                backlogs_count_what_waits_and_what_died,
            ]
        );
    };
}

/// These stores, telling the sample subscribers.
fn telling(stores: &Stores) -> Stores {
    stores.telling(sample_subscribers())
}

/// Wants everything.
fn everything() -> SubscriberId {
    sample_subscriber("everything")
}

/// Wants what happens to users.
fn users() -> SubscriberId {
    sample_subscriber("users")
}

/// Records an event of this kind and user, which is told to the subscriber of everything.
async fn happen(stores: &Stores, user: UserId, kind: EventKind) -> NewEvent {
    happen_at(stores, user, kind, start()).await
}

async fn happen_at(stores: &Stores, user: UserId, kind: EventKind, at: Timestamp) -> NewEvent {
    let event = NewEvent { at, ..sample_event(user, kind) };
    stores.events.record(event.clone()).await.expect("a fresh event is recorded");
    event
}

/// Signed-in events of this user, as many as said, one after another; their ids.
async fn happen_often(stores: &Stores, user: UserId, times: usize) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(times);
    for _ in 0..times {
        ids.push(happen(stores, user, EventKind::SignedIn).await.id);
    }
    ids
}

fn somebody() -> UserId {
    SampleAccount::new().account.id
}

/// Everything that is due now and nobody holds, leased for a minute.
async fn claim(stores: &Stores, subscriber: &SubscriberId, now: Timestamp) -> Vec<ClaimedEvents> {
    claim_some(stores, subscriber, now, 1_000, 1_000).await
}

async fn claim_some(
    stores: &Stores,
    subscriber: &SubscriberId,
    now: Timestamp,
    keys: u16,
    per_key: u16,
) -> Vec<ClaimedEvents> {
    let leased_until = now + chrono::TimeDelta::seconds(60);
    let claim = ClaimEvents { subscriber: subscriber.clone(), now, leased_until, keys, per_key };
    stores.outbox.claim(claim).await.expect("the store works")
}

/// What waits for the subscriber. Claims it, a day after the start.
async fn told(stores: &Stores, subscriber: &SubscriberId) -> Vec<OutgoingEvent> {
    let claimed = claim(stores, subscriber, at(86_400)).await;
    claimed.into_iter().flat_map(|claimed| claimed.events).map(|queued| queued.event).collect()
}

/// Ids of claimed events.
fn ids(claimed: &[ClaimedEvents]) -> Vec<Uuid> {
    claimed.iter().flat_map(|claimed| &claimed.events).map(|queued| queued.event.id).collect()
}

async fn settle(stores: &Stores, subscriber: &SubscriberId, user: UserId, id: Uuid, outcome: DeliveryOutcome) {
    let settled = SettledEvent { key: OrderingKey::of(Some(user), id), id, outcome };
    stores.outbox.settle(subscriber, vec![settled]).await.expect("the store works");
}

/// Claims everything that is due and gives up the first event of each key.
async fn give_up(stores: &Stores, subscriber: &SubscriberId, now: Timestamp) -> Vec<Uuid> {
    let claimed = claim(stores, subscriber, now).await;
    let outcome = DeliveryOutcome::GivenUp { problem: "the receiver answered 500".into(), at: now };
    let settle = |claimed: &ClaimedEvents| SettledEvent {
        key: claimed.key,
        id: claimed.events[0].event.id,
        outcome: outcome.clone(),
    };
    let settled: Vec<_> = claimed.iter().map(settle).collect();
    let ids = settled.iter().map(|settled| settled.id).collect();
    stores.outbox.settle(subscriber, settled).await.expect("the store works");
    ids
}

async fn letters(stores: &Stores, subscriber: Option<&SubscriberId>) -> Vec<DeadLetter> {
    let page = DeadLetterPage { subscriber: subscriber.cloned(), before: None, limit: 1_000 };
    stores.dead_letters.list(page).await.expect("the store works")
}
