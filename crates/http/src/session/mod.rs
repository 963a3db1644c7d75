//! Tokens and the sessions behind them: refreshing, looking up, ending.

mod introspect;
mod introspect_own;
mod of_user;
mod revoke;
mod token;

use std::sync::Arc;

use auth_application::session::{Authenticate, EndSessions, IntrospectToken, IssueClientToken, RefreshSession};

use crate::endpoint;
use crate::endpoints::Endpoints;

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

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new("session")
        .with(endpoint!(token::token).also_at("/auth/v2/token", "SDKs that sign in encrypted call it here"))
        .schema::<token::ClientTokenAnswer>()
        .with(endpoint!(introspect_own::introspect_own))
        .with(endpoint!(introspect::introspect))
        .with(endpoint!(revoke::revoke))
        .with(endpoint!(of_user::list_sessions))
        .with(endpoint!(of_user::end_session))
        .with(endpoint!(of_user::sign_out))
        .with(endpoint!(of_user::revoke_all))
        .with(endpoint!(of_user::end_sessions_on_device))
}
