//! What the wiring hands over.

use std::sync::Arc;

use auth_application::session::{Authenticate, EndSessions, IntrospectToken, IssueClientToken, RefreshSession};

/// The use cases behind the endpoints of tokens and sessions.
pub struct SessionUseCases {
    /// Recognises callers.
    pub authenticate: Arc<Authenticate>,
    /// Trades a refresh token.
    pub refresh: Arc<RefreshSession>,
    /// Issues tokens of clients for themselves, and recognises them.
    pub client_tokens: Arc<IssueClientToken>,
    /// Says what a token is worth.
    pub introspect: Arc<IntrospectToken>,
    /// Lists and ends sessions.
    pub end: Arc<EndSessions>,
}
