//! Events: what happened, kept in the same transaction as what they record.

use uuid::Uuid;

use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::origin::{Network, Origin};

/// What happened. The name is stored and shown to operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// An account was made by its user.
    SignedUp,
    /// A session began.
    SignedIn,
    /// A password was wrong, the account may not be used, or a proof was nobody's.
    SignInFailed,
    /// A code was wrong.
    CodeRefused,
    /// A session was ended by its user.
    SignedOut,
    /// All sessions of a user, or all but one, were ended.
    SessionsEnded,
    /// A used refresh token came back: its session was ended.
    RefreshReplayed,
    /// A password was set or changed.
    PasswordSet,
    /// Name, picture and such were changed.
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
    /// An account was made by an operator.
    UserCreated,
    /// An account was closed by an operator.
    UserBlocked,
    /// An account was opened again by an operator.
    UserUnblocked,
    /// An account's data were handed out to an operator.
    UserExported,
    /// A key of the admin backend was made.
    AdminKeyCreated,
    /// A key of the admin backend was revoked.
    AdminKeyRevoked,
}

impl EventKind {
    /// The stored word.
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
            Self::AdminKeyCreated => "admin_key_created",
            Self::AdminKeyRevoked => "admin_key_revoked",
        }
    }
}

/// By whose hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A user, or a stranger who claims to be one.
    User(Origin),
    /// The holder of an admin key, or the operator at the command line.
    Operator {
        /// The key's name.
        name: String,
        /// From where; nowhere, at the command line.
        network: Option<Network>,
    },
}

impl Actor {
    /// The stored word.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::User(_) => "user".to_owned(),
            Self::Operator { name, .. } => format!("operator:{name}"),
        }
    }

    /// From where, when it was a request of a user.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Self::User(origin) => Some(origin),
            Self::Operator { .. } => None,
        }
    }

    /// From which network.
    #[must_use]
    pub fn network(&self) -> Option<Network> {
        match self {
            Self::User(origin) => Some(origin.network),
            Self::Operator { network, .. } => *network,
        }
    }
}

/// An event at birth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id.
    pub id: Uuid,
    /// What.
    pub kind: EventKind,
    /// To whose account; none when nobody's could be named.
    pub user: Option<UserId>,
    /// By whose hand.
    pub actor: Actor,
    /// By which way (a scenario, a sign-in method), where there are several.
    pub method: Option<String>,
    /// What else an operator should know; addresses masked, never a secret.
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// What: [`EventKind::name`].
    pub kind: String,
    /// To whose account.
    pub user: Option<UserId>,
    /// By whose hand: [`Actor::name`].
    pub actor: String,
    /// By which way.
    pub method: Option<String>,
    /// What else.
    pub detail: Option<String>,
    /// From which client.
    pub client: Option<ClientId>,
    /// From which network.
    pub network: Option<String>,
    /// When.
    pub at: Timestamp,
}
