//! The admin backend: who may do what there, and how users and events are paged through.

use uuid::Uuid;

use crate::Timestamp;
use crate::accounts::{Account, UserId, UserStatus};
use crate::events::{Event, EventKind};
use crate::identifier::Beginning;
use crate::secret_bytes::{SecretBytes, SecretHash};

/// What an admin key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdminScope {
    /// Find, list and export users; read events.
    Read,
    /// Create, change, block, delete and import users; end their sessions.
    Write,
    /// Send events again that were given up; resume subscriptions to events.
    Events,
    /// Read metrics, which say how the service is and nothing about anybody.
    Metrics,
}

impl AdminScope {
    /// The scope's name, as it is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "users:read",
            Self::Write => "users:write",
            Self::Events => "events:write",
            Self::Metrics => "metrics:read",
        }
    }

    /// Finds the scope with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Events, Self::Metrics].into_iter().find(|scope| scope.name() == name)
    }
}

/// A bearer key: `ak_` and 43 characters of base64url.
#[derive(Debug, Clone)]
pub struct AdminKeySecret(SecretBytes);

impl AdminKeySecret {
    /// Makes a key from 32 random bytes.
    #[must_use]
    pub fn new(secret: SecretBytes) -> Self {
        Self(secret)
    }

    /// Reads a key from a request.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("ak_").and_then(SecretBytes::parse).map(Self)
    }

    /// The key's text, for the one response that hands it out.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("ak_{}", self.0.expose())
    }

    /// The hash that is stored.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        self.0.hash()
    }
}

/// An admin key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminKey {
    /// The key's id.
    pub id: Uuid,
    /// Who the key belongs to, or what it is for.
    pub name: String,
    /// The hash of the secret.
    pub hash: SecretHash,
    /// What the key may do.
    pub scopes: Vec<AdminScope>,
    /// When the key was created.
    pub created_at: Timestamp,
    /// When the key expires: from then on it is refused. `None`: never.
    pub expires_at: Option<Timestamp>,
    /// When the key was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl AdminKey {
    /// Whether the key may be used at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}

/// A page of users, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserPage {
    /// The page starts after this user.
    pub after: Option<UserId>,
    /// The page holds at most this many.
    pub limit: u16,
}

/// A span of time. Without an end it is open there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The first instant.
    pub from: Option<Timestamp>,
    /// The first instant that is not in it any more.
    pub until: Option<Timestamp>,
}

impl Period {
    /// Whether this instant is in it.
    #[must_use]
    pub fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// Selects users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// Only users of this status.
    pub status: Option<UserStatus>,
    /// Only users who were created in this period.
    pub created: Period,
}

impl UserFilter {
    /// Whether this account is selected.
    #[must_use]
    pub fn admits(&self, account: &Account) -> bool {
        self.status.is_none_or(|status| account.status == status) && self.created.holds(account.created_at)
    }
}

/// The place of a user in the order of names: an identifier's kind and canonical form, each compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamePlace {
    /// The name of the kind.
    pub kind: String,
    /// The canonical form.
    pub value: String,
}

/// A page of users whose identifiers begin with something, in the order of names. Each has one place, that of the first of
/// their identifiers that begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePage {
    /// Only users with an identifier that begins with one of these.
    pub beginnings: Vec<Beginning>,
    /// Only those of them whom this selects.
    pub filter: UserFilter,
    /// The page starts after this place, whether or not somebody has it.
    pub after: Option<NamePlace>,
    /// The page holds at most this many.
    pub limit: u16,
}

impl NamePage {
    /// Returns the account's place in the order of names. `None` if none of its identifiers begins so.
    #[must_use]
    pub fn place_of(&self, account: &Account) -> Option<NamePlace> {
        let held = account.identifiers.iter().map(|held| &held.identifier);
        let begun = held.filter(|held| self.beginnings.iter().any(|beginning| beginning.is_of(held)));
        let places =
            begun.map(|held| NamePlace { kind: held.kind().name().to_owned(), value: held.canonical().to_owned() });
        places.min()
    }
}

/// Users that were found by what their identifiers begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsersByName {
    /// The accounts. There may be fewer than requested, or none, although more follow.
    pub accounts: Vec<Account>,
    /// The place after which the next page starts. `None` if nobody follows.
    pub next: Option<NamePlace>,
}

/// Selects events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// Only events of this user.
    pub user: Option<UserId>,
    /// Only events of these kinds; events of all kinds if there are none.
    pub kinds: Vec<EventKind>,
    /// Only events of this period.
    pub period: Period,
}

impl EventFilter {
    /// Selects all events of one user.
    #[must_use]
    pub fn of(user: UserId) -> Self {
        Self { user: Some(user), ..Self::default() }
    }

    /// Whether an event of this user and of this kind, at this instant, is selected.
    #[must_use]
    pub fn admits(&self, user: Option<UserId>, kind: EventKind, at: Timestamp) -> bool {
        (self.user.is_none() || self.user == user)
            && (self.kinds.is_empty() || self.kinds.contains(&kind))
            && self.period.holds(at)
    }
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events to select.
    pub filter: EventFilter,
    /// Only events before this one (the instant and the id, which orders events of the same instant).
    pub before: Option<(Timestamp, Uuid)>,
    /// The page holds at most this many.
    pub limit: u16,
}

/// A position in the order in which events are read forward. The store assigns it, and only the store knows what its
/// number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct EventPosition(i64);

impl EventPosition {
    /// The position before the first event.
    pub const START: Self = Self(0);

    /// Returns the position with this number. Negative numbers are not positions.
    #[must_use]
    pub fn from_i64(number: i64) -> Option<Self> {
        (number >= 0).then_some(Self(number))
    }

    /// Returns the number.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0
    }
}

/// A request to read events forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFeedRequest {
    /// The events to select.
    pub filter: EventFilter,
    /// Only events after this position.
    pub after: EventPosition,
    /// The largest number of events, at least one.
    pub limit: u16,
}

/// Events that were read forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFeed {
    /// The events. There may be fewer than requested, or none, although more follow.
    pub events: Vec<Event>,
    /// The position to continue from.
    pub next: EventPosition,
    /// Whether more events may follow at once. If not, those that follow have not happened yet.
    pub has_more: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_filter_admits_what_it_names() {
        let (one, other) = (UserId::from_i64(1), UserId::from_i64(2));
        let at = chrono::DateTime::from_timestamp(1, 0).expect("an instant");
        let later = Period { from: Some(at + chrono::TimeDelta::seconds(1)), until: None };
        let kinds = vec![EventKind::SignedUp, EventKind::SignedIn];
        for (filter, user, kind, admitted) in [
            (EventFilter::default(), None, EventKind::SignedOut, true),
            (EventFilter::of(one), Some(one), EventKind::SignedOut, true),
            (EventFilter::of(one), Some(other), EventKind::SignedOut, false),
            (EventFilter::of(one), None, EventKind::SignedOut, false),
            (EventFilter { kinds: kinds.clone(), ..EventFilter::default() }, None, EventKind::SignedIn, true),
            (EventFilter { kinds: kinds.clone(), ..EventFilter::default() }, Some(one), EventKind::SignedOut, false),
            (EventFilter { kinds, ..EventFilter::of(one) }, Some(other), EventKind::SignedIn, false),
            (EventFilter { period: later, ..EventFilter::of(one) }, Some(one), EventKind::SignedIn, false),
        ] {
            assert_eq!(filter.admits(user, kind, at), admitted, "{filter:?}, {user:?}, {kind:?}");
        }
    }

    #[test]
    fn a_period_begins_at_its_first_instant_and_ends_before_its_last() {
        let at = |second: i64| chrono::DateTime::from_timestamp(second, 0).expect("an instant");
        let period = |from: Option<i64>, until: Option<i64>| Period { from: from.map(at), until: until.map(at) };
        for (period, held) in [
            (period(None, None), [true; 4]),
            (period(Some(2), None), [false, true, true, true]),
            (period(None, Some(2)), [true, false, false, false]),
            (period(Some(2), Some(4)), [false, true, true, false]),
            (period(Some(4), Some(2)), [false; 4]),
        ] {
            assert_eq!([1, 2, 3, 4].map(|second| period.holds(at(second))), held, "{period:?}");
        }
    }

    proptest! {
        #[test]
        fn an_exposed_key_parses_to_the_same_value(bytes: [u8; 32]) {
            let key = AdminKeySecret::new(SecretBytes::new(bytes));
            prop_assert_eq!(AdminKeySecret::parse(&key.expose()).map(|read| read.hash()), Some(key.hash()));
        }

        #[test]
        fn accepted_text_is_canonical(text in "(?s).{0,50}|(ak_|AK_| ak_|m\\.)?[A-Za-z0-9_-]{43}") {
            if let Some(key) = AdminKeySecret::parse(&text) {
                prop_assert_eq!(key.expose(), text);
            }
        }
    }
}
