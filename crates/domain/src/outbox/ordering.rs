//! Which events are delivered one after another.

use uuid::Uuid;

use crate::accounts::UserId;

/// How many parts a queue is divided into. On engines that spread tables over many nodes, the rows of one part are
/// stored together.
pub const BUCKETS: i16 = 8;

/// Events with the same key, which are those of one user, go to a subscriber in order, one after another. An event
/// without a user has a key of its own and waits for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderingKey(i64);

impl OrderingKey {
    /// Makes the key of an event with this id that concerns this user.
    #[must_use]
    pub fn of(user: Option<UserId>, event: Uuid) -> Self {
        match user {
            Some(user) => Self(user.as_i64()),
            // User ids are not negative.
            None => Self(event.as_u64_pair().1 as i64 | i64::MIN),
        }
    }

    /// Reads a key from a store.
    #[must_use]
    pub fn from_i64(key: i64) -> Self {
        Self(key)
    }

    /// Returns the key for a store.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// Returns the part of the queue in which its events wait: 0 to [`BUCKETS`], exclusive.
    #[must_use]
    pub fn bucket(self) -> i16 {
        // The low bits of user ids and of event ids are random.
        (self.0 & i64::from(BUCKETS - 1)) as i16
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn events_of_a_user_share_a_key_that_others_do_not_have(user in 0..i64::MAX, one: u128, other: u128) {
            let (one, other, user) = (Uuid::from_u128(one), Uuid::from_u128(other), UserId::from_i64(user));
            let key = OrderingKey::of(Some(user), one);
            prop_assert_eq!(key, OrderingKey::of(Some(user), other));
            prop_assert_ne!(key, OrderingKey::of(None, one));
        }

        #[test]
        fn buckets_are_in_range(key: i64) {
            prop_assert!((0..BUCKETS).contains(&OrderingKey::from_i64(key).bucket()));
        }
    }
}
