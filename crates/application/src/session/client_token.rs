//! Issue tokens to clients for themselves, and recognise clients by them.

use std::sync::Arc;

use auth_domain::access::ClientClaims;
use auth_domain::clients::{ClientId, Clients};
use auth_ports::{ClientTokens, Clock, Halt, refuse};
use chrono::TimeDelta;
use thiserror::Error;

/// A client's own token. There is no refresh token, because the client can ask again with its secret (RFC 6749,
/// 4.4.3).
pub struct ClientToken {
    /// The signed token, which is a secret.
    pub access_token: String,
    /// How long the token is valid.
    pub expires_in: TimeDelta,
}

/// Why a client gets no token.
#[derive(Debug, Error)]
pub enum ClientTokenRefusal {
    /// The client has no secret, so it cannot be authenticated.
    #[error("client_credentials is for registered confidential clients")]
    NotConfidential,
}

/// Issues tokens to clients. They say which client calls and give access to no user's account.
pub struct IssueClientToken {
    tokens: Arc<dyn ClientTokens>,
    clock: Arc<dyn Clock>,
    clients: Clients,
    access_ttl: TimeDelta,
}

impl IssueClientToken {
    /// Builds the use case from its ports and the registered clients.
    #[must_use]
    pub fn new(tokens: Arc<dyn ClientTokens>, clock: Arc<dyn Clock>, clients: Clients, access_ttl: TimeDelta) -> Self {
        Self { tokens, clock, clients, access_ttl }
    }

    /// Issues a token to a client that has presented its secret.
    ///
    /// # Errors
    /// Returns [`ClientTokenRefusal`] if a rule refuses, or the failure of a port.
    pub fn run(&self, client: &ClientId) -> Result<ClientToken, Halt<ClientTokenRefusal>> {
        if !self.is_confidential(client) {
            return refuse(ClientTokenRefusal::NotConfidential);
        }
        let now = self.clock.now();
        let claims = ClientClaims { client: client.clone(), issued_at: now, expires_at: now + self.access_ttl };
        let access_token = self.tokens.mint_for_client(&claims)?;
        Ok(ClientToken { access_token, expires_in: self.access_ttl })
    }

    /// Returns the claims of a client's token, provided that the client is still registered as confidential.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<ClientClaims> {
        self.tokens.check_client(token, self.clock.now()).filter(|claims| self.is_confidential(&claims.client))
    }

    fn is_confidential(&self, client: &ClientId) -> bool {
        self.clients.registered(client).is_some_and(auth_domain::clients::Client::is_confidential)
    }
}
