//! The parts of the queue, each of which lies on one node where tables are spread.

use std::collections::BTreeMap;

use auth_domain::Timestamp;
use auth_domain::messages::MessageId;
use diesel::prelude::*;
use diesel::sql_types::{SmallInt, Uuid as SqlUuid};
use uuid::Uuid;

/// How many parts this program writes to: 1 to this number.
const BUCKETS: u8 = 8;

/// The part of the program before this one, which knows none. What it has written is found nowhere else.
pub(super) const OF_THE_PROGRAM_BEFORE: i16 = 0;

/// Returns the part of the queue in which a message waits, so that whoever knows the id knows the whole key. It is stored:
/// another program that computes it in another way does not find the message.
pub(crate) fn bucket_of(id: MessageId) -> i16 {
    let [.., last] = id.as_uuid().into_bytes();
    1 + i16::from(last % BUCKETS)
}

/// A message that a look at the whole queue has found. It is not locked.
#[derive(QueryableByName)]
pub(super) struct Found {
    #[diesel(sql_type = SmallInt)]
    bucket: i16,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Returns what was found by bucket, beginning with a different one each time: of instances that have found the same at the
/// same moment, each gets some of it.
pub(super) fn by_bucket(found: Vec<Found>, now: Timestamp) -> Vec<(i16, Vec<Uuid>)> {
    let mut by_bucket: BTreeMap<i16, Vec<Uuid>> = BTreeMap::new();
    for Found { bucket, id } in found {
        by_bucket.entry(bucket).or_default().push(id);
    }
    let mut by_bucket: Vec<_> = by_bucket.into_iter().collect();
    let first = now.timestamp_micros().rem_euclid(by_bucket.len().max(1) as i64);
    by_bucket.rotate_left(first as usize);
    by_bucket
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn messages_are_spread_over_all_buckets() {
        let buckets = (0..=u8::MAX).map(|last| {
            let mut id = [7; 16];
            id[15] = last;
            bucket_of(MessageId::new(id))
        });
        let mut counts: BTreeMap<i16, usize> = BTreeMap::new();
        buckets.for_each(|bucket| *counts.entry(bucket).or_default() += 1);
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8].map(|bucket| (bucket, 32)));
    }

    #[test]
    fn each_bucket_that_has_something_is_asked_and_each_comes_first_at_times() {
        let found = || Vec::from([3, 0, 3, 8].map(|bucket| Found { bucket, id: Uuid::from_u128(1) }));
        let at = |micros| Timestamp::UNIX_EPOCH + TimeDelta::microseconds(micros);
        for (micros, expected) in [(0, [0, 3, 8]), (1, [3, 8, 0]), (2, [8, 0, 3]), (-1, [8, 0, 3])] {
            let asked: Vec<_> = by_bucket(found(), at(micros)).into_iter().map(|(bucket, _)| bucket).collect();
            assert_eq!(asked, expected, "at {micros}");
        }
        assert_eq!(by_bucket(found(), at(0))[1].1.len(), 2, "both of the third");
        assert!(by_bucket(Vec::new(), at(5)).is_empty(), "nobody is asked");
    }
}
