//! Sessions.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::clients::{ClientFilter, ClientId};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::NewEvent;
use auth_domain::identifier::Identifier;
use auth_domain::payment::Payment;
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::{NewSession, Session, SessionId};
use chrono::TimeDelta;
use thiserror::Error;

use crate::{Failure, Halt};

/// A session to begin, with what pays for it.
#[derive(Debug, Clone)]
pub struct BeginSession {
    /// The session.
    pub session: NewSession,
    /// What pays for it.
    pub payment: Option<Payment>,
    /// The password hash that was shown to be right, if that is how the user signs in.
    pub password: Option<PasswordHash>,
    /// The address whose control was proven, if that is how the user signs in.
    pub proven: Option<Identifier>,
    /// Live sessions that the user may have; the oldest of the others end.
    pub max_per_user: u32,
    /// The record of it.
    pub event: NewEvent,
}

/// Why a session did not begin. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum BeginRefusal {
    /// A proof is spent, expired or unknown.
    #[error("a proof cannot be spent")]
    ProofUnusable,
    /// No such user, or they are blocked.
    #[error("the user may not sign in")]
    Inactive,
    /// The password that was shown is not the user's any more.
    #[error("the password was changed meanwhile")]
    PasswordChanged,
}

/// A request is not repeated: the user is not active, or a session that the same proof paid for has been used, so that
/// the first answer was not lost. Nothing was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the request cannot be repeated any more")]
pub struct RepeatRefusal;

/// A genuine refresh token, to be used.
#[derive(Debug, Clone)]
pub struct RotateRequest {
    /// Whose session.
    pub user: UserId,
    /// Which session.
    pub session: SessionId,
    /// The token's generation.
    pub generation: u32,
    /// Hash of the token's seed.
    pub seed: SecretHash,
    /// Whose sessions the caller may carry on; another client's is `Unknown` to it, and goes on.
    pub clients: ClientFilter,
    /// How long a used token still yields its successor.
    pub grace: TimeDelta,
    /// When.
    pub now: Timestamp,
    /// The record of a replay, stored only then.
    pub replay_event: NewEvent,
}

/// What became of a refresh token. All but `Unknown` are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// Its successor is current now (`Rotate`), or was already (`Repeat`).
    Succeeded {
        /// The session's client.
        client: ClientId,
        /// What its tokens are good for.
        scope: Scope,
        /// How the user signed in.
        method: Method,
        /// When the session ends whatever happens.
        expires_at: Timestamp,
    },
    /// It was used longer ago than the grace: the session has been ended.
    Replayed,
    /// No such live session, another seed, or another client's.
    Unknown,
}

/// Keeps sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Begins a session of an active user, notes the sign-in in the account and that the address is
    /// proven, ends the oldest sessions above the limit, spends the proofs and stores the event: all or
    /// nothing, and only while the password hash that was shown is the stored one. Of concurrent calls with
    /// one proof exactly one succeeds.
    async fn begin(&self, begin: BeginSession) -> Result<(), Halt<BeginRefusal>>;

    /// Begins one more session for the repetition of a request whose answer was lost: only while the
    /// user is active and no session that the same proof paid for (`NewSession::paid_by`) was ever
    /// refreshed or ended. Of more than `max_per_user` sessions of one proof the oldest go
    /// without a trace. Spends nothing.
    async fn begin_repeated(&self, begin: BeginSession) -> Result<(), Halt<RepeatRefusal>>;

    /// Uses a refresh token. Decides by `auth_domain::sessions::decide_rotation`, in one round trip.
    /// However many calls use one token at once, its session moves on by one generation. A replay
    /// ends the session and stores the event in the same transaction.
    async fn rotate(&self, request: RotateRequest) -> Result<Rotation, Failure>;

    /// The user's live sessions, newest first.
    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, Failure>;

    /// Ends one session. False, and nothing stored, when it is not alive.
    async fn end(&self, user: UserId, session: SessionId, event: NewEvent) -> Result<bool, Failure>;

    /// Ends all live sessions of a user but `keep`, on one device where one is named; says how many.
    async fn end_all(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        device: Option<String>,
        event: NewEvent,
    ) -> Result<u64, Failure>;
}
