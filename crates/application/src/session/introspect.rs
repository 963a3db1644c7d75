//! Tell a backend what a token is currently worth (RFC 7662).

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::CLIENT_SCOPE;
use auth_domain::accounts::Account;
use auth_domain::clients::ClientId;
use auth_domain::identifier::IdentifierKind;
use auth_ports::{AccountStore, Clock, Failure, Halted as _};

use crate::kit::Sessions;
use crate::session::{Authenticate, AuthenticateRefusal, IssueClientToken};

/// A token that is valid. Nothing is revealed about one that is not, for whatever reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveToken {
    /// `Bearer` or `refresh_token`.
    pub token_type: &'static str,
    /// The scope of the token.
    pub scope: &'static str,
    /// The client that it was issued to.
    pub client: ClientId,
    /// Whether it is meant for that client, and not for this service only.
    pub for_client: bool,
    /// The id of the user, or of the client if the token is the client's own.
    pub subject: String,
    /// The user's username, if they have one.
    pub username: Option<String>,
    /// When the token, or the session, began.
    pub issued_at: Timestamp,
    /// When the token, or the session, ends.
    pub expires_at: Timestamp,
}

/// Looks up what tokens are worth.
pub struct IntrospectToken {
    authenticate: Arc<Authenticate>,
    client_tokens: Arc<IssueClientToken>,
    accounts: Arc<dyn AccountStore>,
    sessions: Sessions,
    clock: Arc<dyn Clock>,
    issuer: String,
}

impl IntrospectToken {
    /// Builds the use case from its ports; `issuer` is the `iss` of tokens.
    #[must_use]
    pub fn new(
        authenticate: Arc<Authenticate>,
        client_tokens: Arc<IssueClientToken>,
        accounts: Arc<dyn AccountStore>,
        sessions: Sessions,
        clock: Arc<dyn Clock>,
        issuer: String,
    ) -> Self {
        Self { authenticate, client_tokens, accounts, sessions, clock, issuer }
    }

    /// The `iss` of tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns what an access or refresh token is worth. `None` means nothing: it is unknown, expired or used, its
    /// session has ended, or its user is blocked.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn run(&self, token: &str) -> Result<Option<LiveToken>, Failure> {
        if let Some(found) = self.of_a_client(token) {
            return Ok(Some(found));
        }
        match self.authenticate.run(Some(token)).await.decided()? {
            Ok(caller) => Ok(Some(LiveToken {
                token_type: "Bearer",
                scope: caller.claims.scope.name(),
                client: caller.claims.client,
                for_client: caller.claims.for_client,
                subject: caller.account.id.to_string(),
                username: username(&caller.account),
                issued_at: caller.claims.issued_at,
                expires_at: caller.claims.expires_at,
            })),
            Err(AuthenticateRefusal::Unauthenticated) => self.of_a_session(token).await,
        }
    }

    fn of_a_client(&self, token: &str) -> Option<LiveToken> {
        let claims = self.client_tokens.read(token)?;
        Some(LiveToken {
            token_type: "Bearer",
            scope: CLIENT_SCOPE,
            subject: claims.client.to_string(),
            client: claims.client,
            for_client: true,
            username: None,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
        })
    }

    /// A refresh token is valid only while it is the current one; a used one yields its successor at most.
    async fn of_a_session(&self, token: &str) -> Result<Option<LiveToken>, Failure> {
        let Some(refresh) = self.sessions.open(token) else { return Ok(None) };
        let now = self.clock.now();
        let account = self.accounts.find_in_session(refresh.user(), refresh.session(), now).await?;
        let Some(account) = account else { return Ok(None) };
        let sessions = self.sessions.list(refresh.user(), now).await?;
        let is_it = |id, generation| (id, generation) == (refresh.session(), refresh.generation());
        let session = sessions.into_iter().find(|session| is_it(session.id, session.generation));
        Ok(session.map(|session| LiveToken {
            token_type: "refresh_token",
            scope: session.scope.name(),
            client: session.client,
            for_client: true,
            subject: account.id.to_string(),
            username: username(&account),
            issued_at: session.rotated_at.unwrap_or(session.created_at),
            expires_at: session.expires_at,
        }))
    }
}

fn username(account: &Account) -> Option<String> {
    account.identifier(IdentifierKind::USERNAME).map(|found| found.identifier.shown().to_owned())
}
