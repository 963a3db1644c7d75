//! Which events wait for which others.

use auth_domain::accounts::change::Change;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::profile::Profile;
use auth_ports::{ClaimEvents, DeliveryOutcome};

use super::acts::{claim, everything, happen, happen_at, happen_often, hasten, ids, settle, somebody, telling};
use crate::Stores;
use crate::accounts::sample_change;
use crate::samples::{SampleAccount, at, just_before, sample_begin, sample_event, sample_session, start};

/// The order of storing counts, not the events' own instants, because the clocks of several machines differ.
pub async fn events_of_one_user_come_in_the_order_of_their_transactions(stores: Stores) {
    let stores = telling(&stores);
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let user = sample.account.id;
    let mut expected = vec![sample.account.event.id];
    for second in [5, 3, 4] {
        let begin = sample_begin(sample_session(user));
        expected.push(begin.event.id);
        stores.sessions.begin(begin).await.expect("begun");
        expected.push(happen_at(&stores, user, EventKind::SignInFailed, at(second)).await.id);
    }
    assert_eq!(ids(&claim(&stores, &everything(), at(60)).await), expected, "left: claimed, right: stored");
}

/// They keep the order of the list, although they happen at the same instant.
pub async fn events_of_one_change_come_in_its_order(stores: Stores) {
    let stores = telling(&stores);
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    for _ in 0..5 {
        let mut change = sample_change(sample.account.id, vec![Change::Profile(Profile::default())]);
        change.events = [EventKind::ProfileChanged, EventKind::UsernameChanged, EventKind::PasswordSet]
            .map(|kind| NewEvent { at: change.at, ..sample_event(sample.account.id, kind) })
            .into();
        let expected: Vec<_> = change.events.iter().map(|event| event.id).collect();
        let at = change.at;
        stores.accounts.change(change).await.expect("nothing stands in the way");
        let claimed = claim(&stores, &everything(), at).await;
        assert!(ids(&claimed).ends_with(&expected), "left: claimed, right: listed: {claimed:?} {expected:?}");
        for id in ids(&claimed) {
            settle(&stores, &everything(), sample.account.id, id, DeliveryOutcome::Delivered).await;
        }
    }
}

/// They wait until it is due again, and then it comes first. That also holds for events that happen meanwhile.
pub async fn later_events_wait_for_one_that_failed(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let mut expected = happen_often(&stores, user, 3).await;
    claim(&stores, &everything(), start()).await;
    settle(&stores, &everything(), user, expected[0], DeliveryOutcome::Failed { again_at: at(300) }).await;
    expected.extend(happen_often(&stores, user, 1).await);
    for second in [0, 60, 299] {
        assert_eq!(claim(&stores, &everything(), at(second)).await, [], "after {second} s");
    }
    assert_eq!(ids(&claim(&stores, &everything(), at(300)).await), expected, "when it is due again");
}

/// Whether a clock that ran ahead has recorded, leased or put off the first of them: they are due at once, together with
/// what waits behind it. What can be right is believed, by how often the first one has failed.
pub async fn events_that_are_due_too_late_are_hastened(stores: Stores) {
    let stores = telling(&stores);
    let day = at(86_400);
    let [leased, failed, in_time, recorded] = [somebody(), somebody(), somebody(), somebody()];
    let mut expected = happen_often(&stores, leased, 2).await;
    let claim_for_a_day =
        ClaimEvents { subscriber: everything(), now: start(), leased_until: day, keys: 9, per_key: 9 };
    stores.outbox.claim(claim_for_a_day).await.expect("the store works");
    for (user, again_at) in [(failed, day), (in_time, at(300))] {
        let both = happen_often(&stores, user, 2).await;
        claim(&stores, &everything(), start()).await;
        settle(&stores, &everything(), user, both[0], DeliveryOutcome::Failed { again_at }).await;
        expected.extend(both.into_iter().filter(|_| user == failed));
    }
    expected.push(happen_at(&stores, recorded, EventKind::SignedIn, day).await.id);
    assert_eq!(hasten(&stores, at(5), &[], 9).await, 0, "without an instant");
    for (keys, hastened) in [(0, 0), (2, 2), (9, 1), (9, 0)] {
        assert_eq!(hasten(&stores, at(5), &[at(125), at(300)], keys).await, hastened, "up to {keys} keys");
    }
    assert_eq!(claim(&stores, &everything(), just_before(at(5))).await, [], "claimed before they were made due");
    let mut claimed = ids(&claim(&stores, &everything(), at(5)).await);
    claimed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(claimed, expected, "claimed at once");
    assert_eq!(hasten(&stores, at(5), &[at(65), at(299)], 9).await, 1, "the one that was left alone");
}

/// An instant is for those that have failed more often, too, if there is none for them. Only the first event of a key says
/// when it is due; what waits behind it is put off with it and has not failed itself.
pub async fn events_behind_one_that_failed_are_not_hastened(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let both = happen_often(&stores, user, 2).await;
    for failures in 1..=3 {
        let due = at(300 * (failures - 1));
        assert_eq!(ids(&claim(&stores, &everything(), due).await), both, "attempt {failures}");
        let outcome = DeliveryOutcome::Failed { again_at: at(300 * failures) };
        settle(&stores, &everything(), user, both[0], outcome).await;
        let latest = [due, at(300 * failures)];
        assert_eq!(hasten(&stores, due, &latest, 9).await, 0, "after {failures} failures");
    }
    assert_eq!(claim(&stores, &everything(), just_before(at(900))).await, [], "it waits until it is due");
}

/// They are due at once.
pub async fn later_events_go_on_after_one_that_was_given_up(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let all = happen_often(&stores, user, 3).await;
    claim(&stores, &everything(), start()).await;
    settle(&stores, &everything(), user, all[0], DeliveryOutcome::Failed { again_at: at(300) }).await;
    claim(&stores, &everything(), at(300)).await;
    let given_up = DeliveryOutcome::GivenUp { problem: "refused".into(), at: at(300) };
    settle(&stores, &everything(), user, all[0], given_up).await;
    assert_eq!(ids(&claim(&stores, &everything(), at(300)).await), all[1..], "the later ones");
}

/// A failing event of one user holds up nobody else's.
pub async fn users_do_not_wait_for_each_other(stores: Stores) {
    let stores = telling(&stores);
    let (one, other) = (somebody(), somebody());
    let (failing, waiting) = (happen_often(&stores, one, 2).await, happen_often(&stores, other, 2).await);
    claim(&stores, &everything(), start()).await;
    settle(&stores, &everything(), one, failing[0], DeliveryOutcome::Failed { again_at: at(300) }).await;
    settle(&stores, &everything(), other, waiting[0], DeliveryOutcome::Delivered).await;
    assert_eq!(ids(&claim(&stores, &everything(), at(1)).await), waiting[1..], "the other user's");
}

/// Each has a key of its own.
pub async fn events_of_nobody_wait_for_no_other(stores: Stores) {
    let stores = telling(&stores);
    for _ in 0..3 {
        let event = NewEvent { user: None, ..sample_event(somebody(), EventKind::SignInFailed) };
        stores.events.record(event).await.expect("the store works");
    }
    happen(&stores, somebody(), EventKind::SignInFailed).await;
    assert_eq!(claim(&stores, &everything(), start()).await.len(), 4, "keys of four events");
}

/// The event knows how often it failed before; other events are not affected.
pub async fn a_failure_is_counted(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let first = happen_often(&stores, user, 2).await[0];
    for failures in 0..4 {
        let claimed = claim(&stores, &everything(), start()).await;
        let seen: Vec<_> = claimed[0].events.iter().map(|queued| queued.failures).collect();
        assert_eq!(seen, [failures, 0], "failures of the first and of the second event");
        settle(&stores, &everything(), user, first, DeliveryOutcome::Failed { again_at: start() }).await;
    }
}

/// Putting an event back is not a failure, and it ends the lease.
pub async fn an_event_that_was_put_back_is_due_when_told(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let all = happen_often(&stores, user, 2).await;
    claim(&stores, &everything(), start()).await;
    settle(&stores, &everything(), user, all[0], DeliveryOutcome::PutBack { at: at(5) }).await;
    assert_eq!(claim(&stores, &everything(), at(4)).await, [], "before");
    let claimed = claim(&stores, &everything(), at(5)).await;
    assert_eq!((ids(&claimed), claimed[0].events[0].failures), (all, 0), "ids and failures");
}
