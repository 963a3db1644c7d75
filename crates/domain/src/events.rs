//! Events: what happened, stored in the same transaction as the change that they record.

use uuid::Uuid;

use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::origin::{Network, Origin};

/// What happened. Its name is stored and shown to operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A user signed up.
    SignedUp,
    /// A session began.
    SignedIn,
    /// A password was wrong, the account may not be used, or a proof led to no user.
    SignInFailed,
    /// A code was wrong.
    CodeRefused,
    /// A session was ended by its user.
    SignedOut,
    /// All sessions of a user, or all but one, were ended.
    SessionsEnded,
    /// A used refresh token was presented again, so its session was ended.
    RefreshReplayed,
    /// A password was set or changed.
    PasswordSet,
    /// The profile was changed.
    ProfileChanged,
    /// A username was chosen or changed.
    UsernameChanged,
    /// A phone number or an e-mail address was added or changed.
    ContactChanged,
    /// A third party's identity was bound.
    IdentityBound,
    /// A third party's identity was unbound.
    IdentityUnbound,
    /// An account and everything personal in it was deleted.
    AccountDeleted,
    /// An operator created an account.
    UserCreated,
    /// An operator blocked an account.
    UserBlocked,
    /// An operator unblocked an account.
    UserUnblocked,
    /// An operator exported an account's data.
    UserExported,
    /// An operator read one account, its sessions or its events.
    UserRead,
    /// An operator read a page of accounts.
    UsersListed,
    /// An operator read who is told of events, and how far each of them is behind.
    SubscriptionsRead,
    /// An operator read events that were given up.
    DeadLettersRead,
    /// An operator sent events again that were given up.
    DeadLettersSentAgain,
    /// An operator resumed a subscription that its subscriber had ended.
    SubscriptionResumed,
    /// A key of the admin backend was created.
    AdminKeyCreated,
    /// A key of the admin backend was revoked.
    AdminKeyRevoked,
    /// A publishable key of a client was created.
    ClientKeyCreated,
    /// A publishable key of a client was revoked.
    ClientKeyRevoked,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 28] = [
        Self::SignedUp,
        Self::SignedIn,
        Self::SignInFailed,
        Self::CodeRefused,
        Self::SignedOut,
        Self::SessionsEnded,
        Self::RefreshReplayed,
        Self::PasswordSet,
        Self::ProfileChanged,
        Self::UsernameChanged,
        Self::ContactChanged,
        Self::IdentityBound,
        Self::IdentityUnbound,
        Self::AccountDeleted,
        Self::UserCreated,
        Self::UserBlocked,
        Self::UserUnblocked,
        Self::UserExported,
        Self::UserRead,
        Self::UsersListed,
        Self::SubscriptionsRead,
        Self::DeadLettersRead,
        Self::DeadLettersSentAgain,
        Self::SubscriptionResumed,
        Self::AdminKeyCreated,
        Self::AdminKeyRevoked,
        Self::ClientKeyCreated,
        Self::ClientKeyRevoked,
    ];

    /// Finds the kind with this stored name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the name that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignedUp => "signed_up",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::CodeRefused => "code_refused",
            Self::SignedOut => "signed_out",
            Self::SessionsEnded => "sessions_ended",
            Self::RefreshReplayed => "refresh_replayed",
            Self::PasswordSet => "password_set",
            Self::ProfileChanged => "profile_changed",
            Self::UsernameChanged => "username_changed",
            Self::ContactChanged => "contact_changed",
            Self::IdentityBound => "identity_bound",
            Self::IdentityUnbound => "identity_unbound",
            Self::AccountDeleted => "account_deleted",
            Self::UserCreated => "user_created",
            Self::UserBlocked => "user_blocked",
            Self::UserUnblocked => "user_unblocked",
            Self::UserExported => "user_exported",
            Self::UserRead => "user_read",
            Self::UsersListed => "users_listed",
            Self::SubscriptionsRead => "subscriptions_read",
            Self::DeadLettersRead => "dead_letters_read",
            Self::DeadLettersSentAgain => "dead_letters_sent_again",
            Self::SubscriptionResumed => "subscription_resumed",
            Self::AdminKeyCreated => "admin_key_created",
            Self::AdminKeyRevoked => "admin_key_revoked",
            Self::ClientKeyCreated => "client_key_created",
            Self::ClientKeyRevoked => "client_key_revoked",
        }
    }
}

/// Who caused an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A user, or somebody who claims to be one.
    User(Origin),
    /// The holder of an admin key, or the operator at the command line.
    Operator {
        /// The key's name.
        name: String,
        /// The network of the request; `None` at the command line.
        network: Option<Network>,
    },
}

impl Actor {
    /// Returns the name that is stored.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::User(_) => "user".to_owned(),
            Self::Operator { name, .. } => format!("operator:{name}"),
        }
    }

    /// Returns the origin of the request, if a user made it.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Self::User(origin) => Some(origin),
            Self::Operator { .. } => None,
        }
    }

    /// Whether acts of this actor are recorded even if they had no effect, as those of operators are.
    #[must_use]
    pub fn is_always_recorded(&self) -> bool {
        matches!(self, Self::Operator { .. })
    }

    /// Returns the network of the request.
    #[must_use]
    pub fn network(&self) -> Option<Network> {
        match self {
            Self::User(origin) => Some(origin.network),
            Self::Operator { network, .. } => *network,
        }
    }
}

/// An event that is about to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id.
    pub id: Uuid,
    /// What happened.
    pub kind: EventKind,
    /// The user whose account it concerns; `None` if it could not be attributed to one.
    pub user: Option<UserId>,
    /// Who caused it.
    pub actor: Actor,
    /// The scenario or sign-in method, if there are several.
    pub method: Option<String>,
    /// What else an operator should know. Addresses are masked, and there is never a secret.
    pub detail: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// What happened: [`EventKind::name`].
    pub kind: String,
    /// The user whose account it concerns.
    pub user: Option<UserId>,
    /// Who caused it: [`Actor::name`].
    pub actor: String,
    /// The scenario or sign-in method.
    pub method: Option<String>,
    /// Further details.
    pub detail: Option<String>,
    /// The client of the request.
    pub client: Option<ClientId>,
    /// The network of the request.
    pub network: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_by_its_name() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_name(kind.name()), Some(kind), "{kind:?}");
        }
        for name in ["", "SIGNED_UP", "signed_up ", "user.created"] {
            assert_eq!(EventKind::from_name(name), None, "{name}");
        }
        // The last one of the enumeration: what is added after it must be added to the list.
        assert_eq!(EventKind::ALL.len(), EventKind::ClientKeyRevoked as usize + 1);
    }
}
