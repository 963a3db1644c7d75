//! Promises about when messages are due, and who has them.

use std::collections::HashSet;

use auth_domain::Timestamp;
use auth_domain::accounts::change::{AccountChange, Change};
use auth_domain::messages::{Channel, MessageBacklog, MessageId};
use auth_ports::{ClaimMessages, FreePlaces, LatestDue, SendOutcome, SendRequest};
use chrono::TimeDelta;

use crate::accounts::sample_change;
use crate::samples::{
    SampleAccount, at, just_before, sample_claim, sample_email, sample_password_hash, sample_send_request,
    sample_telling, start, unique_bytes,
};
use crate::{Stores, race};

/// A message may be claimed at the very instant at which it was written.
pub async fn a_message_is_due_at_once(stores: Stores) {
    let id = write(&stores, start()).await;
    assert_eq!(claim(&stores, start()).await, [id], "claimed when it was written");
}

/// The argument `now` decides, not the wall clock.
pub async fn a_message_is_not_due_before_it_was_written(stores: Stores) {
    write(&stores, start()).await;
    assert_eq!(claim(&stores, just_before(start())).await, [], "claimed before it was written");
}

/// Until the lease ends nobody else gets the message.
pub async fn a_claimed_message_is_leased(stores: Stores) {
    let id = write(&stores, start()).await;
    assert_eq!(claim_until(&stores, start(), at(60), 10).await, [id], "the first claim");
    for now in [start(), at(59), just_before(at(60))] {
        assert_eq!(claim(&stores, now).await, [], "claimed under a lease, at {now}");
    }
}

/// Messages of a claimer that died can be claimed again.
pub async fn a_lease_that_ran_out_is_claimed_again(stores: Stores) {
    let id = write(&stores, start()).await;
    claim_until(&stores, start(), at(60), 10).await;
    assert_eq!(claim(&stores, at(60)).await, [id], "claimed when its lease ended");
}

/// A message tells how often it was tried before; being put back does not count as a try.
pub async fn a_claim_counts_the_attempts_before_it(stores: Stores) {
    let id = write(&stores, start()).await;
    for attempts in 0..4 {
        let claimed = stores.messages.claim_due(sample_claim(start(), at(60))).await.expect("the store works");
        let seen: Vec<_> = claimed.iter().map(|message| (message.id, message.attempts)).collect();
        assert_eq!(seen, [(id, attempts)], "message and earlier attempts");
        stores.messages.retry_at(id, start()).await.expect("the store works");
    }
}

/// Messages go out in the order in which they were written, whatever their ids.
pub async fn the_oldest_are_claimed_first(stores: Stores) {
    let mut written = Vec::new();
    for second in [3, 1, 4, 2, 5] {
        written.push((second, write(&stores, at(second)).await));
    }
    written.sort_by_key(|(second, _)| *second);
    let ids: Vec<_> = written.into_iter().map(|(_, id)| id).collect();
    assert_eq!(claim_until(&stores, at(9), at(60), 2).await, ids[..2], "the two oldest");
    assert_eq!(claim_until(&stores, at(9), at(60), 9).await, ids[2..], "the others");
}

/// Nobody waits longer because of an id or of whatever part of the queue it belongs to.
pub async fn a_queue_is_claimed_in_its_order_however_long(stores: Stores) {
    let mut written = Vec::new();
    for second in 0..40 {
        written.push(write(&stores, at(second)).await);
    }
    let mut claimed = Vec::new();
    for _ in 0..6 {
        claimed.extend(claim_until(&stores, at(50), at(600), 7).await);
    }
    assert_eq!(claimed, written, "seven at a time");
}

/// The rest stays for the next claim; a limit of zero takes nothing.
pub async fn a_claim_takes_no_more_than_its_limit(stores: Stores) {
    for second in 0..5 {
        write(&stores, at(second)).await;
    }
    for (limit, taken) in [(0, 0), (2, 2), (2, 2), (2, 1), (2, 0)] {
        let claimed = claim_until(&stores, at(9), at(60), limit).await;
        assert_eq!(claimed.len(), taken, "claimed with a limit of {limit}");
    }
}

/// Whether a message is still useful is for the deliverer to decide, which then removes it.
pub async fn a_message_that_has_expired_is_claimed_all_the_same(stores: Stores) {
    let id = write(&stores, start()).await;
    assert_eq!(claim(&stores, at(86_400)).await, [id], "claimed a day later");
}

/// A message that was put back is due at the given instant, and not a microsecond earlier.
pub async fn a_message_put_back_is_due_when_told(stores: Stores) {
    let id = write(&stores, start()).await;
    claim_until(&stores, start(), at(60), 10).await;
    stores.messages.retry_at(id, at(90)).await.expect("the store works");
    for (now, expected) in [(at(60), &[][..]), (just_before(at(90)), &[]), (at(90), &[id])] {
        assert_eq!(claim(&stores, now).await, expected, "put back until {}, claimed at {now}", at(90));
    }
}

/// Being put back ends the lease.
pub async fn a_message_may_be_put_back_before_its_lease_ends(stores: Stores) {
    let id = write(&stores, start()).await;
    claim_until(&stores, start(), at(60), 10).await;
    stores.messages.retry_at(id, at(5)).await.expect("the store works");
    assert_eq!(claim(&stores, at(5)).await, [id], "claimed when it was put back");
}

/// Those that are named go, also when one of them is gone already, and the others stay.
pub async fn several_messages_are_removed_at_once(stores: Stores) {
    let ids = [write(&stores, start()).await, write(&stores, at(1)).await, write(&stores, at(2)).await];
    claim_until(&stores, start(), at(60), 1).await;
    let removed = [ids[0], MessageId::new(unique_bytes()), ids[2]];
    for removed in [&removed[..], &removed, &[]] {
        stores.messages.remove_all(removed).await.expect("the store works");
    }
    assert_eq!(claim(&stores, at(99)).await, [ids[1]], "what is left of three");
}

/// A removed message is not claimed again, leased or not, and the others stay.
pub async fn a_removed_message_is_gone(stores: Stores) {
    let (leased, waiting, other) =
        (write(&stores, start()).await, write(&stores, at(1)).await, write(&stores, at(2)).await);
    claim_until(&stores, start(), at(60), 1).await;
    for id in [leased, waiting] {
        stores.messages.remove_all(&[id]).await.expect("the store works");
    }
    assert_eq!(claim(&stores, at(100)).await, [other], "claimed after two of three were removed");
}

/// Unknown ids do no harm and create no message.
pub async fn unknown_messages_are_removed_and_put_back_without_effect(stores: Stores) {
    let id = write(&stores, start()).await;
    let unknown = MessageId::new(unique_bytes());
    stores.messages.remove_all(&[unknown]).await.expect("an unknown id is removed");
    stores.messages.retry_at(unknown, start()).await.expect("an unknown id is put back");
    assert_eq!(claim(&stores, at(100)).await, [id], "claimed after unknown ids were handled");
}

/// Whether a clock that ran ahead has leased it, put it off or written it: what is due later than anything can be is due
/// at once, as many at a time as the caller says. The last instant that can be is believed.
pub async fn what_is_due_too_late_is_hastened(stores: Stores) {
    let day = at(86_400);
    let leased = write(&stores, start()).await;
    claim_until(&stores, start(), day, 10).await;
    let (put_off, in_time) = (write(&stores, at(1)).await, write(&stores, at(2)).await);
    stores.messages.retry_at(put_off, day).await.expect("the store works");
    stores.messages.retry_at(in_time, at(80)).await.expect("the store works");
    let written = write(&stores, day).await;
    let latest = LatestDue { codes: at(80), notices: at(900) };
    for (limit, expected) in [(0, 0), (2, 2), (9, 1), (9, 0)] {
        let hastened = stores.messages.hasten(at(5), latest, limit).await.expect("the store works");
        assert_eq!(hastened, expected, "with a limit of {limit}");
    }
    assert_eq!(claim(&stores, just_before(at(5))).await, [], "claimed before they were made due");
    assert_eq!(claim(&stores, at(5)).await, [leased, put_off, written], "claimed at once");
    assert!(claim(&stores, at(80)).await.contains(&in_time), "what is in time is claimed when it is due");
}

/// A notice may be put off for longer than a code.
pub async fn notices_are_hastened_by_an_instant_of_their_own(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let change = sample_change(sample.account.id, vec![Change::Password(sample_password_hash())]);
    let change = AccountChange { telling: Some(sample_telling()), ..change };
    stores.accounts.change(change).await.expect("nothing prevents the change");
    let claimed = claim_until(&stores, at(60), at(500), 10).await;
    assert_eq!(claimed.len(), 1, "the notice");
    for (notices, expected) in [(at(500), 0), (just_before(at(500)), 1)] {
        let latest = LatestDue { codes: at(80), notices };
        let hastened = stores.messages.hasten(at(61), latest, 10).await.expect("the store works");
        assert_eq!(hastened, expected, "notices wait until {notices}");
    }
    assert_eq!(claim(&stores, at(61)).await, claimed, "claimed at once");
}

/// The earliest instant of all messages counts, whatever made them due.
pub async fn the_next_due_is_the_earliest(stores: Stores) {
    let (first, _second) = (write(&stores, at(10)).await, write(&stores, at(20)).await);
    assert_eq!(next_due(&stores).await, Some(at(10)), "two messages");
    stores.messages.retry_at(first, at(30)).await.expect("the store works");
    assert_eq!(next_due(&stores).await, Some(at(20)), "the first put back");
}

/// A leased message is due when its lease ends.
pub async fn the_next_due_counts_leased_messages(stores: Stores) {
    let id = write(&stores, start()).await;
    claim_until(&stores, start(), at(60), 10).await;
    assert_eq!(next_due(&stores).await, Some(at(60)), "one leased message");
    stores.messages.remove_all(&[id]).await.expect("the store works");
    assert_eq!(next_due(&stores).await, None, "the only message removed");
}

/// Without messages there is nothing to wait for.
pub async fn nothing_is_due_in_an_empty_queue(stores: Stores) {
    assert_eq!(next_due(&stores).await, None, "an empty queue");
    assert_eq!(claim(&stores, at(100)).await, [], "claimed from an empty queue");
}

/// Codes count until they are removed, leased or not, each channel apart; the oldest is the one that was written first.
pub async fn the_backlog_counts_what_is_queued(stores: Stores) {
    let backlogs = async || stores.messages.backlogs().await.expect("the store works");
    assert_eq!(backlogs().await, [], "an empty queue");
    let (first, _second) = (write(&stores, at(10)).await, write(&stores, at(20)).await);
    let backlog =
        |waiting, oldest_at| MessageBacklog { channel: Channel::EMAIL, are_notices: false, waiting, oldest_at };
    assert_eq!(backlogs().await, [backlog(2, at(10))], "two messages");
    claim(&stores, at(30)).await;
    stores.messages.retry_at(first, at(90)).await.expect("the store works");
    assert_eq!(backlogs().await, [backlog(2, at(10))], "one leased, one put back");
    stores.messages.remove_all(&[first]).await.expect("the store works");
    assert_eq!(backlogs().await, [backlog(1, at(20))], "the first removed");
}

/// Twenty concurrent claimers share forty messages among themselves.
pub async fn claims_at_once_never_share_a_message(stores: Stores) {
    let mut written = HashSet::new();
    for _ in 0..40 {
        written.insert(write(&stores, start()).await);
    }
    let claiming = (0..20).map(|_| {
        let stores = stores.clone();
        async move { claim_until(&stores, start(), at(60), 5).await }
    });
    let mut claimed: Vec<_> = race(claiming).await.into_iter().flatten().collect();
    // A claimer may skip messages that another one is claiming at that moment, and return with fewer.
    claimed.extend(claim_until(&stores, start(), at(60), 40).await);
    assert_eq!(claimed.len(), 40, "claims of forty messages");
    assert_eq!(claimed.into_iter().collect::<HashSet<_>>(), written, "the messages that were claimed");
}

/// Of twenty claimers that wait for one lease to end, one gets the message.
pub async fn a_lease_that_ran_out_is_claimed_once(stores: Stores) {
    let id = write(&stores, start()).await;
    claim_until(&stores, start(), at(60), 1).await;
    let claiming = (0..20).map(|_| {
        let stores = stores.clone();
        async move { claim_until(&stores, at(60), at(120), 1).await }
    });
    let claimed: Vec<_> = race(claiming).await.into_iter().flatten().collect();
    assert_eq!(claimed, [id], "claims of one message whose lease ran out");
}

/// Has a message written at this instant, to an address that no other message goes to.
async fn write(stores: &Stores, now: Timestamp) -> MessageId {
    ask(stores, sample_send_request(&sample_email(), now)).await
}

/// Has a message written by this request.
pub(super) async fn ask(stores: &Stores, request: SendRequest) -> MessageId {
    let id = request.message;
    let outcome = stores.verifications.request(request).await.expect("the store works");
    assert!(matches!(outcome, SendOutcome::Queued(_)), "a first request was refused: {outcome:?}");
    id
}

pub(super) async fn claim(stores: &Stores, now: Timestamp) -> Vec<MessageId> {
    claim_until(stores, now, now + TimeDelta::seconds(60), 100).await
}

async fn claim_until(stores: &Stores, now: Timestamp, leased_until: Timestamp, limit: u16) -> Vec<MessageId> {
    claim_ids(stores, ClaimMessages { now, leased_until, places: FreePlaces::of_each_channel(limit) }).await
}

pub(super) async fn claim_ids(stores: &Stores, claim: ClaimMessages) -> Vec<MessageId> {
    let claimed = stores.messages.claim_due(claim).await.expect("the store works");
    claimed.into_iter().map(|message| message.id).collect()
}

pub(super) async fn next_due(stores: &Stores) -> Option<Timestamp> {
    stores.messages.next_due(FreePlaces::of_each_channel(1)).await.expect("the store works")
}
