//! Subscribers to events.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::{OutgoingKind, OutgoingKinds};

/// The operator's name for a subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubscriberId(String);

/// The text is not a name for a subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a subscriber's name must have 1 to 32 lower-case letters, digits, '_' or '-'")]
pub struct SubscriberIdError;

impl SubscriberId {
    /// Reads a name from settings, from code or from a request.
    ///
    /// # Errors
    /// Returns [`SubscriberIdError`] unless it consists of 1–32 lower-case letters, digits, `_` or `-`.
    pub fn parse(raw: &str) -> Result<Self, SubscriberIdError> {
        let fits = (1..=32).contains(&raw.len());
        let spelled = raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if fits && spelled { Ok(Self(raw.to_owned())) } else { Err(SubscriberIdError) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubscriberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A subscriber and the kinds of events that it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// The subscriber's name.
    pub id: SubscriberId,
    /// The kinds of events that it wants.
    pub kinds: OutgoingKinds,
}

/// All subscribers, each with a name of its own. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Subscribers(Arc<[Subscriber]>);

/// Two subscribers have the same name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("two subscribers to events are named {0}")]
pub struct DuplicateSubscriber(pub SubscriberId);

impl Subscribers {
    /// Makes a set of these subscribers.
    ///
    /// # Errors
    /// Returns [`DuplicateSubscriber`] if two have the same name, because they would share a queue.
    pub fn new(subscribers: Vec<Subscriber>) -> Result<Self, DuplicateSubscriber> {
        for (index, one) in subscribers.iter().enumerate() {
            if subscribers[..index].iter().any(|other| other.id == one.id) {
                return Err(DuplicateSubscriber(one.id.clone()));
            }
        }
        Ok(Self(subscribers.into()))
    }

    /// Returns each subscriber.
    pub fn iter(&self) -> impl Iterator<Item = &Subscriber> {
        self.0.iter()
    }

    /// Returns the subscribers to events of this kind.
    pub fn to(&self, kind: OutgoingKind) -> impl Iterator<Item = &SubscriberId> {
        self.0.iter().filter(move |subscriber| subscriber.kinds.contains(kind)).map(|subscriber| &subscriber.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscriber(id: &str, kinds: &str) -> Subscriber {
        let kinds = OutgoingKinds::parse(kinds).expect("kinds");
        Subscriber { id: SubscriberId::parse(id).expect("a name"), kinds }
    }

    #[test]
    fn each_is_told_of_what_they_want() {
        let all = Subscribers::new(vec![subscriber("crm", "user.*"), subscriber("siem", "*")]).expect("two names");
        let told = |kind| all.to(kind).map(SubscriberId::as_str).collect::<Vec<_>>();
        assert_eq!(told(OutgoingKind::UserCreated), ["crm", "siem"]);
        assert_eq!(told(OutgoingKind::SessionStarted), ["siem"]);
        assert_eq!(Subscribers::default().to(OutgoingKind::UserCreated).count(), 0);
    }

    #[test]
    fn names_are_unlike_and_well_formed() {
        let twice = Subscribers::new(vec![subscriber("crm", "*"), subscriber("crm", "user.*")]);
        assert_eq!(twice.expect_err("one name").0.as_str(), "crm");
        for name in ["", "CRM", "c r m", "crm.", "ä", &"x".repeat(33)] {
            assert_eq!(SubscriberId::parse(name), Err(SubscriberIdError), "{name}");
        }
    }
}
