//! Who is told of events.

use auth_domain::outbox::{OutgoingKinds, Subscriber, SubscriberId, Subscribers};

/// A subscriber's name.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn sample_subscriber(name: &str) -> SubscriberId {
    SubscriberId::parse(name).expect("a subscriber's name")
}

/// `everything`, who wants all events, and `users`, who wants those of users.
///
/// # Panics
/// Never: names and kinds are fixed.
#[must_use]
pub fn sample_subscribers() -> Subscribers {
    let subscriber = |name, kinds| Subscriber {
        id: sample_subscriber(name),
        kinds: OutgoingKinds::parse(kinds).expect("names of kinds"),
    };
    Subscribers::new(vec![subscriber("everything", "*"), subscriber("users", "user.*")]).expect("two names")
}
