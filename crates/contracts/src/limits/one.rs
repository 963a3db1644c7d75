//! Promises of `RateLimiter` for one limit. Quotas here divide evenly into microseconds.

use auth_domain::Timestamp;
use auth_domain::limits::{Admission, LimitKey, Quota};
use chrono::TimeDelta;

use crate::samples::{at, start, unique};
use crate::{Stores, race};

pub(super) const QUOTA: Quota = Quota { burst: 3, per: TimeDelta::seconds(30) };

/// The whole burst is admitted at once, then one per interval; a refusal says how long to wait.
pub async fn admits_a_burst_then_an_even_trickle(stores: Stores) {
    let key = key();
    for n in 1..=3 {
        assert_eq!(admit(&stores, key, start()).await, Admission::Admitted, "number {n} of a burst of three");
    }
    for (second, expected) in [(0, refused(10)), (9, refused(1)), (10, Admission::Admitted), (10, refused(10))] {
        assert_eq!(admit(&stores, key, at(second)).await, expected, "after the burst, at second {second}");
    }
}

/// Whatever the pattern of calls, the outcomes are those of `Quota::admit`.
pub async fn decides_as_the_domain_does(stores: Stores) {
    let (key, mut full_at) = (key(), None);
    for second in [0, 1, 1, 4, 5, 5, 21, 22, 22, 22, 40, 39, 41, 100, 100, 100, 100, 131] {
        let (expected, next) = QUOTA.admit(full_at, at(second));
        assert_eq!(admit(&stores, key, at(second)).await, expected, "at second {second}");
        if expected == Admission::Admitted {
            full_at = Some(next);
        }
    }
}

/// A refused attempt does not delay the next admission.
pub async fn does_not_count_what_it_refuses(stores: Stores) {
    let key = key();
    exhaust(&stores, key, start()).await;
    for n in 1..=20 {
        assert_eq!(admit(&stores, key, start()).await, refused(10), "refusal {n}");
    }
    assert_eq!(admit(&stores, key, at(10)).await, Admission::Admitted, "at the instant that the refusals named");
}

/// Whoever waits long enough gets the whole burst again, and no more than that.
pub async fn gives_the_whole_burst_back_after_a_quiet_spell(stores: Stores) {
    let key = key();
    for quiet_until in [0, 30, 10_000] {
        exhaust(&stores, key, at(quiet_until)).await;
        assert_eq!(admit(&stores, key, at(quiet_until)).await, refused(10), "beyond the burst at {quiet_until}");
    }
}

/// Exceeding the quota of one key does not affect another.
pub async fn keeps_keys_apart(stores: Stores) {
    let whom = unique().to_string();
    let keys = [LimitKey::new("send", &whom), LimitKey::new("verify", &whom), key()];
    for key in keys {
        exhaust(&stores, key, start()).await;
    }
    for key in keys {
        assert_eq!(admit(&stores, key, start()).await, refused(10), "each key has one burst");
    }
}

/// Fifty concurrent calls for a key that was never used.
pub async fn admits_no_more_than_the_quota_at_once(stores: Stores) {
    assert_eq!(admitted_of_fifty(&stores, key(), start()).await, 3, "admitted of a burst of three");
}

/// Fifty concurrent calls for a key that was used before.
pub async fn admits_no_more_than_the_quota_at_once_later_on(stores: Stores) {
    let key = key();
    exhaust(&stores, key, start()).await;
    assert_eq!(admitted_of_fifty(&stores, key, at(20)).await, 2, "admitted after two of three intervals");
}

/// After forgetting, the whole burst is available again, and no more than that.
pub async fn forgets_what_was_counted(stores: Stores) {
    let key = key();
    exhaust(&stores, key, start()).await;
    forget(&stores, key).await;
    exhaust(&stores, key, start()).await;
    assert_eq!(admit(&stores, key, start()).await, refused(10), "beyond the burst after forgetting");
}

/// Other keys keep their counts.
pub async fn forgets_one_key_alone(stores: Stores) {
    let (forgotten, other) = (key(), key());
    exhaust(&stores, other, start()).await;
    forget(&stores, forgotten).await;
    assert_eq!(admit(&stores, other, start()).await, refused(10), "a key that was not forgotten");
}

/// A key that was never used can be forgotten any number of times.
pub async fn forgets_unknown_keys(stores: Stores) {
    let key = key();
    for _ in 0..2 {
        forget(&stores, key).await;
    }
    assert_eq!(admit(&stores, key, start()).await, Admission::Admitted, "a key that was forgotten before it was used");
}

/// Several keys are forgotten together, used or not, and no others.
pub async fn forgets_several_keys(stores: Stores) {
    let (one, other, kept) = (key(), key(), key());
    for key in [one, other, kept] {
        exhaust(&stores, key, start()).await;
    }
    stores.limits.forget_all(&[one, key(), other]).await.expect("the store works");
    for key in [one, other] {
        exhaust(&stores, key, start()).await;
    }
    assert_eq!(admit(&stores, kept, start()).await, refused(10), "a key that was not forgotten");
    stores.limits.forget_all(&[]).await.expect("the store works");
}

async fn forget(stores: &Stores, key: LimitKey) {
    stores.limits.forget(key).await.expect("the store works");
}

pub(super) fn key() -> LimitKey {
    LimitKey::new("sample", &unique().to_string())
}

pub(super) fn refused(seconds: i64) -> Admission {
    Admission::Refused { retry_after: TimeDelta::seconds(seconds) }
}

pub(super) async fn admit(stores: &Stores, key: LimitKey, now: Timestamp) -> Admission {
    stores.limits.admit(key, QUOTA, now).await.expect("the store works")
}

pub(super) async fn exhaust(stores: &Stores, key: LimitKey, now: Timestamp) {
    for n in 1..=QUOTA.burst {
        assert_eq!(admit(stores, key, now).await, Admission::Admitted, "number {n} of a whole burst");
    }
}

async fn admitted_of_fifty(stores: &Stores, key: LimitKey, now: Timestamp) -> usize {
    let admitting = (0..50).map(|_| {
        let limits = stores.limits.clone();
        async move { limits.admit(key, QUOTA, now).await.expect("the store works") }
    });
    race(admitting).await.into_iter().filter(|admission| *admission == Admission::Admitted).count()
}
