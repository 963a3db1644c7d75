//! Sessions.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::accounts::telling::Telling;
use auth_domain::clients::{ClientFilter, ClientId};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::NewEvent;
use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::Identifier;
use auth_domain::origin::Place;
use auth_domain::payment::Payment;
use auth_domain::presence::Presence;
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::{KeptSession, NewSession, Session, SessionId};
use chrono::TimeDelta;
use thiserror::Error;

use crate::{Failure, Halt};

/// A session to begin, and what pays for it.
#[derive(Debug, Clone)]
pub struct BeginSession {
    /// The session.
    pub session: NewSession,
    /// What pays for it.
    pub payment: Option<Payment>,
    /// The password hash that matched, if the user signs in with a password.
    pub password: Option<PasswordHash>,
    /// The address whose control was proven, if the user signs in with a code.
    pub proven: Option<Identifier>,
    /// The provider and the subject of the identity that was proven, if the user signs in with a third party.
    pub identity: Option<(ProviderId, String)>,
    /// How many live sessions the user may have. The oldest of the others end.
    pub max_per_user: u32,
    /// The event that records the sign-in.
    pub event: NewEvent,
    /// How the owner is told of the sign-in, if it is on a device that the account does not know.
    pub telling: Option<Telling>,
}

/// Why a session did not begin. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum BeginRefusal {
    /// A proof is spent, expired or unknown.
    #[error("a proof cannot be spent")]
    ProofUnusable,
    /// There is no such user, or they are blocked.
    #[error("the user may not sign in")]
    Inactive,
    /// The password that matched is no longer the user's.
    #[error("the password was changed meanwhile")]
    PasswordChanged,
    /// The address or the identity that was proven is no longer the user's.
    #[error("what was proven was removed from the account meanwhile")]
    WayInRemoved,
}

/// Why a request is not repeated: the user is not active, or a session that the same proof paid for has been used,
/// which shows that the first answer was not lost. Nothing was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the request cannot be repeated any more")]
pub struct RepeatRefusal;

/// A genuine refresh token that a client uses.
#[derive(Debug, Clone)]
pub struct RotateRequest {
    /// The user whose session it is.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The token's generation.
    pub generation: u32,
    /// The hash of the token's seed.
    pub seed: SecretHash,
    /// Which clients' sessions the caller may continue. For a session of another client the outcome is `Unknown`, and
    /// the session continues.
    pub clients: ClientFilter,
    /// The grace period during which a used token still yields its successor.
    pub grace: TimeDelta,
    /// Where the token is used.
    pub place: Place,
    /// When the token is used.
    pub now: Timestamp,
    /// The event of a replay, which is stored only if there is one.
    pub replay_event: NewEvent,
}

/// The outcome of using a refresh token. All outcomes but `Unknown` are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// The successor has become the current token (`Rotate`), or was so already (`Repeat`).
    Succeeded {
        /// The session's client.
        client: ClientId,
        /// The scope of its tokens.
        scope: Scope,
        /// How the user signed in.
        method: Method,
        /// When the session ends in any case.
        expires_at: Timestamp,
    },
    /// The token was used before, longer ago than the grace period or at another place. The session has been ended.
    Replayed,
    /// There is no such live session, the seed differs, or the session belongs to another client.
    Unknown,
}

/// Keeps sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Begins a session of an active user, notes the sign-in in the account and that the address is proven, ends the
    /// oldest sessions above the limit, spends the proofs and stores the event: all or nothing, and only while the
    /// password hash that matched is still the stored one, and the address or the identity that was proven is still the
    /// user's. The messages that tell the owner are queued together with it, due at once. Of concurrent calls with the same proof, exactly one
    /// succeeds.
    async fn begin(&self, begin: BeginSession) -> Result<(), Halt<BeginRefusal>>;

    /// Begins another session for a repeated request whose answer was lost, but only while the user is active and no
    /// session that the same proof paid for (`NewSession::paid_by`) was ever refreshed or ended. If one proof has
    /// more than `max_per_user` sessions, the oldest are removed without a trace. Spends nothing.
    async fn begin_repeated(&self, begin: BeginSession) -> Result<(), Halt<RepeatRefusal>>;

    /// Uses a refresh token. Decides by `auth_domain::sessions::decide_rotation`, in one round trip if the token is the
    /// current one. However many calls use one token at once, its session advances by one generation. A replay ends the session and stores the
    /// event in the same transaction. Whatever is used, no instant of a refresh stays stored that lies after now.
    async fn rotate(&self, request: RotateRequest) -> Result<Rotation, Failure>;

    /// Notes when and where the owner of a live session proved to be there, in place of what was noted before. Returns
    /// false, and stores nothing, if the session is not alive at that instant.
    async fn note_presence(&self, user: UserId, session: SessionId, presence: Presence) -> Result<bool, Failure>;

    /// Returns the user's live sessions, newest first.
    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, Failure>;

    /// Returns the newest `limit` sessions of the user that are kept, newest first, also those that ended or expired.
    async fn list_kept(&self, user: UserId, limit: u16) -> Result<Vec<KeptSession>, Failure>;

    /// Ends one session. Returns false, and stores nothing, if it is not alive.
    async fn end(&self, user: UserId, session: SessionId, event: NewEvent) -> Result<bool, Failure>;

    /// Ends all live sessions of a user except `keep`, or only those on one device if it is given. Returns how many
    /// there were. If there were none, nothing is stored, and the event only if an operator caused it. The owner is told
    /// of it as `telling` says, by messages that are queued together with the event, if there were any sessions.
    async fn end_all(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        device: Option<String>,
        event: NewEvent,
        telling: Option<Telling>,
    ) -> Result<u64, Failure>;
}
