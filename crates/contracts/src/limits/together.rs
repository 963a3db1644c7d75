//! Promises of `RateLimiter` for several limits at once, and for what is taken back.

use auth_domain::Timestamp;
use auth_domain::limits::{Admission, Counted, LimitKey, Quota};
use chrono::TimeDelta;

use super::one::{QUOTA, admit, exhaust, key, refused};
use crate::samples::{at, start};
use crate::{Stores, race};

/// Twice as many as [`QUOTA`], in the same time.
const WIDE: Quota = Quota { burst: 6, per: TimeDelta::seconds(30) };

/// What all admit counts against all, each by its own quota.
pub async fn counts_against_every_limit(stores: Stores) {
    let (narrow, wide) = (key(), key());
    for n in 1..=3 {
        let counted = count(&stores, &[(narrow, QUOTA), (wide, WIDE)], start()).await;
        assert!(is_admitted(&counted), "number {n} of a burst of three: {counted:?}");
    }
    assert_eq!(admit(&stores, narrow, start()).await, refused(10), "the narrow one is used up");
    for n in 1..=3 {
        let counted = count(&stores, &[(wide, WIDE)], start()).await;
        assert!(is_admitted(&counted), "number {n} of the three that are left of six: {counted:?}");
    }
    let counted = count(&stores, &[(wide, WIDE)], start()).await;
    assert_eq!(counted, Counted::Refused { limit: 0, retry_after: TimeDelta::seconds(5) }, "the seventh of six");
}

/// The instants are those of `Quota::admit`, in the order in which the limits were named.
pub async fn tells_when_each_burst_is_available_again(stores: Stores) {
    let keys = [key(), key(), key()];
    for (second, instants) in [(0, [10, 5, 10]), (2, [20, 10, 20]), (100, [110, 105, 110])] {
        let limits = [(keys[0], QUOTA), (keys[1], WIDE), (keys[2], QUOTA)];
        let counted = count(&stores, &limits, at(second)).await;
        assert_eq!(counted, Counted::Admitted(instants.map(at).to_vec()), "at second {second}");
    }
}

/// A refusal by one leaves the counts of all others as they were, wherever it stands.
pub async fn counts_against_none_if_one_refuses(stores: Stores) {
    let used_up = key();
    exhaust(&stores, used_up, start()).await;
    for place in 0..3 {
        let others = [key(), key()];
        let mut limits = others.map(|other| (other, QUOTA)).to_vec();
        limits.insert(place, (used_up, QUOTA));
        for _ in 0..5 {
            let counted = count(&stores, &limits, start()).await;
            assert_eq!(counted, Counted::Refused { limit: place, retry_after: TimeDelta::seconds(10) });
        }
        for other in others {
            exhaust(&stores, other, start()).await;
        }
    }
}

/// If several refuse, the one that refuses longest is named.
pub async fn tells_which_limit_has_the_longest_wait(stores: Stores) {
    let (short, long) = (key(), key());
    exhaust(&stores, short, start()).await;
    exhaust(&stores, long, at(5)).await;
    let expected = TimeDelta::seconds(9);
    for (limits, place) in [([(short, QUOTA), (long, QUOTA)], 1), ([(long, QUOTA), (short, QUOTA)], 0)] {
        let counted = count(&stores, &limits, at(6)).await;
        assert_eq!(counted, Counted::Refused { limit: place, retry_after: expected });
    }
}

/// One request is one occurrence, even if it names a party twice.
pub async fn counts_a_key_that_is_named_twice_once(stores: Stores) {
    let twice = key();
    let counted = count(&stores, &[(twice, QUOTA), (twice, QUOTA)], start()).await;
    assert_eq!(counted, Counted::Admitted(vec![at(10), at(10)]), "both places tell of the one count");
    stores.limits.refund(&[(twice, QUOTA), (twice, QUOTA)]).await.expect("the store works");
    exhaust(&stores, twice, start()).await;
    assert_eq!(admit(&stores, twice, start()).await, refused(10), "a whole burst, and no more");
}

/// Without limits there is nothing that could refuse.
pub async fn admits_what_has_no_limit(stores: Stores) {
    assert_eq!(count(&stores, &[], start()).await, Counted::Admitted(Vec::new()));
}

/// Fifty concurrent calls for a shared key and one of their own each: three are admitted, and nothing of the other
/// calls stays counted.
pub async fn together_limits_admit_no_more_than_the_smallest_at_once(stores: Stores) {
    let shared = key();
    let own: Vec<_> = (0..50).map(|_| key()).collect();
    let counting = own.iter().map(|own| {
        let (stores, limits) = (stores.clone(), [(*own, QUOTA), (shared, QUOTA)]);
        async move { is_admitted(&count(&stores, &limits, start()).await) }
    });
    let admitted = race(counting).await;
    assert_eq!(admitted.iter().filter(|admitted| **admitted).count(), 3, "admitted of a burst of three");
    for (own, admitted) in own.into_iter().zip(admitted) {
        let left = (0..5).map(|_| admit(&stores, own, start()));
        let mut counted = 0;
        for admission in left {
            counted += i32::from(admission.await == Admission::Admitted);
        }
        assert_eq!(counted, if admitted { 2 } else { 3 }, "what is left of the own burst");
    }
}

/// Whoever is refused again and again by a limit that is used up keeps nobody out by the limits that others share, while
/// hundreds of such calls are decided, wherever the limits stand among those that are named.
pub async fn what_is_refused_keeps_nobody_out_for_a_moment(stores: Stores) {
    let used_up = [key(), key()];
    for key in used_up {
        exhaust(&stores, key, start()).await;
    }
    let [one, other] = used_up.map(|key| (key, QUOTA));
    let calls = (0..10).flat_map(|n| {
        let shared = (key(), WIDE);
        // As many of others as the shared limit allows, and in between three times as many of the crowd.
        let mut calls = vec![(false, vec![shared]), (true, vec![one, shared]), (true, vec![shared, other])];
        calls.push((true, vec![other, shared, one]));
        let mut calls = [(); 6].map(|()| calls.clone()).concat();
        calls.rotate_left(n % 4);
        calls
    });
    let counting = calls.map(|(is_refused, limits)| {
        let stores = stores.clone();
        async move { (is_refused, is_admitted(&count(&stores, &limits, start()).await)) }
    });
    for (is_refused, is_admitted) in race(counting).await {
        assert_ne!(is_refused, is_admitted, "all of the others are admitted, and nobody of the crowd");
    }
}

/// Calls that name the same limits in opposite orders do not wait for each other in a circle.
pub async fn limits_in_any_order_do_not_hinder_each_other(stores: Stores) {
    let keys = [key(), key(), key(), key()];
    let deep = Quota { burst: 100, per: TimeDelta::seconds(100) };
    let counting = (0..50).map(|n| {
        let stores = stores.clone();
        let mut limits = keys.map(|key| (key, deep));
        limits.rotate_left(n % 4);
        if n % 2 == 0 {
            limits.reverse();
        }
        async move { is_admitted(&count(&stores, &limits, start()).await) }
    });
    assert_eq!(race(counting).await, [true; 50], "fifty of a hundred");
    for key in keys {
        let counted = count(&stores, &[(key, deep)], start()).await;
        assert_eq!(counted, Counted::Admitted(vec![at(51)]), "each of them counted once");
    }
}

/// What was taken back can be used again, and no more than that.
pub async fn refunds_what_was_counted(stores: Stores) {
    let key = key();
    exhaust(&stores, key, start()).await;
    for _ in 0..3 {
        stores.limits.refund(&[(key, QUOTA)]).await.expect("the store works");
        assert_eq!(admit(&stores, key, start()).await, Admission::Admitted, "what was taken back");
        assert_eq!(admit(&stores, key, start()).await, refused(10), "no more than that");
    }
}

/// Each limit gets back one occurrence by its own quota; others keep their counts.
pub async fn refunds_every_limit_once(stores: Stores) {
    let (narrow, wide, other) = (key(), key(), key());
    for key in [narrow, other] {
        exhaust(&stores, key, start()).await;
    }
    for _ in 0..6 {
        count(&stores, &[(wide, WIDE)], start()).await;
    }
    stores.limits.refund(&[(wide, WIDE), (narrow, QUOTA)]).await.expect("the store works");
    let limits = [(narrow, QUOTA), (wide, WIDE)];
    assert!(is_admitted(&count(&stores, &limits, start()).await), "one of each was taken back");
    assert!(!is_admitted(&count(&stores, &[(wide, WIDE)], start()).await), "one of the wide one, and no more");
    for key in [narrow, other] {
        assert_eq!(admit(&stores, key, start()).await, refused(10), "used up");
    }
}

/// A key that was never used has nothing to take back.
pub async fn refunds_unknown_keys(stores: Stores) {
    let key = key();
    stores.limits.refund(&[(key, QUOTA)]).await.expect("the store works");
    exhaust(&stores, key, start()).await;
    assert_eq!(admit(&stores, key, start()).await, refused(10), "beyond a burst that was never used");
}

/// Refunds that happen at once, each of one occurrence, are all taken back.
pub async fn refunds_at_once_are_all_taken_back(stores: Stores) {
    let deep = Quota { burst: 50, per: TimeDelta::seconds(50) };
    let (one, other) = (key(), key());
    for _ in 0..50 {
        count(&stores, &[(one, deep), (other, deep)], start()).await;
    }
    let refunding = (0..20).map(|n| {
        let limits = stores.limits.clone();
        let both = if n % 2 == 0 { [(one, deep), (other, deep)] } else { [(other, deep), (one, deep)] };
        async move { limits.refund(&both).await.expect("the store works") }
    });
    race(refunding).await;
    for key in [one, other] {
        let counted = count(&stores, &[(key, deep)], start()).await;
        assert_eq!(counted, Counted::Admitted(vec![at(31)]), "fifty less twenty, and this one");
    }
}

async fn count(stores: &Stores, limits: &[(LimitKey, Quota)], now: Timestamp) -> Counted {
    stores.limits.admit_all(limits, now).await.expect("the store works")
}

fn is_admitted(counted: &Counted) -> bool {
    matches!(counted, Counted::Admitted(_))
}
