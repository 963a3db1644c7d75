//! The names by which subscribers know events.

use thiserror::Error;

use crate::events::EventKind;

/// What happened, as subscribers receive it. The names are part of the service's interface and do not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum OutgoingKind {
    /// A user was created, in whatever way. A user who signed up already has a session.
    UserCreated,
    /// The user's account was changed: profile, username, address or identity, or an anonymous user became an
    /// ordinary one.
    UserUpdated,
    /// An operator blocked the account; its sessions have ended.
    UserBlocked,
    /// An operator unblocked the account.
    UserUnblocked,
    /// The account was deleted with everything personal in it.
    UserDeleted,
    /// A session began by signing in.
    SessionStarted,
    /// One or several sessions were ended.
    SessionEnded,
    /// A sign-in failed.
    SignInFailed,
    /// A code was wrong.
    CodeRefused,
    /// A used refresh token was presented again, so its session was ended.
    RefreshReplayed,
    /// A password was set or changed.
    PasswordSet,
    /// An operator exported an account's data.
    UserExported,
    /// A key of the admin backend was created.
    AdminKeyCreated,
    /// A key of the admin backend was revoked.
    AdminKeyRevoked,
}

impl OutgoingKind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserBlocked,
        Self::UserUnblocked,
        Self::UserDeleted,
        Self::SessionStarted,
        Self::SessionEnded,
        Self::SignInFailed,
        Self::CodeRefused,
        Self::RefreshReplayed,
        Self::PasswordSet,
        Self::UserExported,
        Self::AdminKeyCreated,
        Self::AdminKeyRevoked,
    ];

    /// Returns the name by which subscribers know an event of this kind. They are told of changes, not of reading: a
    /// backend that reads the user of each event would cause one more with each that it takes. Nor are they told of
    /// publishable keys, which open nothing, or of what becomes of the events that are meant for them.
    #[must_use]
    pub fn of(kind: EventKind) -> Option<Self> {
        Some(match kind {
            EventKind::UserRead
            | EventKind::UsersListed
            | EventKind::SubscriptionsRead
            | EventKind::DeadLettersRead
            | EventKind::DeadLettersSentAgain
            | EventKind::SubscriptionResumed
            | EventKind::ClientKeyCreated
            | EventKind::ClientKeyRevoked => return None,
            EventKind::SignedUp | EventKind::UserCreated => Self::UserCreated,
            EventKind::ProfileChanged
            | EventKind::UsernameChanged
            | EventKind::ContactChanged
            | EventKind::IdentityBound
            | EventKind::IdentityUnbound => Self::UserUpdated,
            EventKind::UserBlocked => Self::UserBlocked,
            EventKind::UserUnblocked => Self::UserUnblocked,
            EventKind::AccountDeleted => Self::UserDeleted,
            EventKind::SignedIn => Self::SessionStarted,
            EventKind::SignedOut | EventKind::SessionsEnded => Self::SessionEnded,
            EventKind::SignInFailed => Self::SignInFailed,
            EventKind::CodeRefused => Self::CodeRefused,
            EventKind::RefreshReplayed => Self::RefreshReplayed,
            EventKind::PasswordSet => Self::PasswordSet,
            EventKind::UserExported => Self::UserExported,
            EventKind::AdminKeyCreated => Self::AdminKeyCreated,
            EventKind::AdminKeyRevoked => Self::AdminKeyRevoked,
        })
    }

    /// Returns the name as it is stored and sent.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UserCreated => "user.created",
            Self::UserUpdated => "user.updated",
            Self::UserBlocked => "user.blocked",
            Self::UserUnblocked => "user.unblocked",
            Self::UserDeleted => "user.deleted",
            Self::SessionStarted => "session.started",
            Self::SessionEnded => "session.ended",
            Self::SignInFailed => "security.sign_in_failed",
            Self::CodeRefused => "security.code_refused",
            Self::RefreshReplayed => "security.refresh_replayed",
            Self::PasswordSet => "security.password_set",
            Self::UserExported => "security.user_exported",
            Self::AdminKeyCreated => "security.admin_key_created",
            Self::AdminKeyRevoked => "security.admin_key_revoked",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A set of kinds that a subscriber wants to receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutgoingKinds(u32);

/// No kind or group has this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "there is no event {0}; events are named like user.created, and user.*, session.*, security.* and * are groups"
)]
pub struct UnknownKind(pub String);

impl OutgoingKinds {
    /// All kinds.
    #[must_use]
    pub fn all() -> Self {
        OutgoingKind::ALL.into_iter().collect()
    }

    /// Reads one name: of a kind, of a group (`user.*`), or of all kinds (`*`).
    ///
    /// # Errors
    /// [`UnknownKind`], which repeats the name.
    pub fn parse(name: &str) -> Result<Self, UnknownKind> {
        let is_meant = |kind: &OutgoingKind| match name.strip_suffix('*') {
            Some("") => true,
            Some(group) => group.ends_with('.') && kind.name().starts_with(group),
            None => kind.name() == name,
        };
        let meant: Self = OutgoingKind::ALL.into_iter().filter(is_meant).collect();
        if meant == Self::default() { Err(UnknownKind(name.to_owned())) } else { Ok(meant) }
    }

    /// Whether this kind is among them.
    #[must_use]
    pub fn contains(self, kind: OutgoingKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Returns the union of both sets.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Returns the kinds in the order of [`OutgoingKind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = OutgoingKind> {
        OutgoingKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }
}

impl From<OutgoingKind> for OutgoingKinds {
    fn from(kind: OutgoingKind) -> Self {
        [kind].into_iter().collect()
    }
}

impl<const N: usize> From<[OutgoingKind; N]> for OutgoingKinds {
    fn from(kinds: [OutgoingKind; N]) -> Self {
        kinds.into_iter().collect()
    }
}

impl FromIterator<OutgoingKind> for OutgoingKinds {
    fn from_iter<I: IntoIterator<Item = OutgoingKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | 1 << kind as u8))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reading_is_not_told() {
        let kinds = [EventKind::UserRead, EventKind::UsersListed, EventKind::UserExported].map(OutgoingKind::of);
        assert_eq!(kinds, [None, None, Some(OutgoingKind::UserExported)]);
        let of_events = [EventKind::SubscriptionsRead, EventKind::DeadLettersRead].map(OutgoingKind::of);
        assert_eq!(of_events, [None, None]);
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for kind in OutgoingKind::ALL {
            assert_eq!(OutgoingKind::from_name(kind.name()), Some(kind), "{kind:?}");
        }
    }

    #[test]
    fn names_mean_one_a_group_or_all() {
        for (name, number) in [("user.created", 1), ("user.*", 5), ("session.*", 2), ("security.*", 7), ("*", 14)] {
            assert_eq!(OutgoingKinds::parse(name).expect(name).iter().count(), number, "{name}");
        }
        for name in ["", "user", "user.", "user*", "u*", "user.gone", "signed_up", "**", ".*"] {
            assert_eq!(OutgoingKinds::parse(name), Err(UnknownKind(name.to_owned())), "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_set_holds_what_was_put_in(bits in 0_u32..1 << 14) {
            let chosen: Vec<_> = OutgoingKind::ALL.into_iter().filter(|kind| bits & (1 << *kind as u8) != 0).collect();
            let set: OutgoingKinds = chosen.iter().copied().collect();
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), chosen);
        }
    }
}
