//! Sessions.

use async_trait::async_trait;
use auth_domain::events::NewEvent;
use auth_domain::sessions::NewSession;

use crate::StoreError;

/// What became of a wish to begin a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeginOutcome {
    /// It began, and the event is recorded.
    Begun,
    /// It did not; nothing was stored.
    Refused,
}

/// Keeps sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Begins one more session for the repetition of a sign-up whose answer was lost: only while the
    /// user is active and no session of theirs was ever refreshed or ended.
    async fn begin_repeated(&self, session: NewSession, event: NewEvent) -> Result<BeginOutcome, StoreError>;
}
