//! Notices: what the owner of an account is told of.

use chrono::TimeDelta;

/// How long delivery of a notice is tried. An owner who hears of a change a day later can still do something about it.
pub const NOTICE_TTL: TimeDelta = TimeDelta::days(1);

/// What an owner is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeKind {
    /// A first password was set.
    PasswordSet,
    /// The password was replaced.
    PasswordChanged,
    /// The password was reset with a code, and all sessions were ended.
    PasswordReset,
    /// The same, and ways to sign in that had been added lately were removed; the notice lists them.
    AccountRecovered,
    /// An address was added.
    ContactAdded,
    /// An address took the place of another one.
    ContactChanged,
    /// A third party's identity was bound.
    IdentityAdded,
    /// A third party's identity was unbound.
    IdentityRemoved,
    /// The username, or another chosen name, was set or changed.
    UsernameChanged,
    /// All sessions were ended.
    SessionsEnded,
    /// Somebody signed in on a device that the account does not know.
    NewDevice,
    /// The account was deleted.
    AccountDeleted,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::PasswordSet,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::AccountRecovered,
        Self::ContactAdded,
        Self::ContactChanged,
        Self::IdentityAdded,
        Self::IdentityRemoved,
        Self::UsernameChanged,
        Self::SessionsEnded,
        Self::NewDevice,
        Self::AccountDeleted,
    ];

    /// The name, which stores keep and receivers of webhooks see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordSet => "password_set",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::AccountRecovered => "account_recovered",
            Self::ContactAdded => "contact_added",
            Self::ContactChanged => "contact_changed",
            Self::IdentityAdded => "identity_added",
            Self::IdentityRemoved => "identity_removed",
            Self::UsernameChanged => "username_changed",
            Self::SessionsEnded => "sessions_ended",
            Self::NewDevice => "new_device",
            Self::AccountDeleted => "account_deleted",
        }
    }

    /// Finds the kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What an owner is told. It contains no secret and nothing that a request could have chosen freely: a message that
/// quoted a name would carry a thief's words to the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The parts of the account that it happened to: masked addresses, and the operator's names of third parties.
    pub about: Vec<String>,
}

impl Notice {
    /// A notice that needs no further facts.
    #[must_use]
    pub fn of(kind: NoticeKind) -> Self {
        Self { kind, about: Vec::new() }
    }

    /// A notice about one part of the account.
    #[must_use]
    pub fn about(kind: NoticeKind, part: String) -> Self {
        Self { kind, about: vec![part] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_kinds() {
        for kind in NoticeKind::ALL {
            assert_eq!(NoticeKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(NoticeKind::from_name("Password_set"), None);
    }
}
