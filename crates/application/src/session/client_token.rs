//! Give a client a token for itself, and recognise it by that.

use std::sync::Arc;

use auth_domain::access::ClientClaims;
use auth_domain::clients::{ClientId, Clients};
use auth_ports::{ClientTokens, Clock, Halt, refuse};
use chrono::TimeDelta;
use thiserror::Error;

/// A client's token. There is no refresh token: who has the secret asks again (RFC 6749, 4.4.3).
pub struct ClientToken {
    /// Signed; a secret.
    pub access_token: String,
    /// Its life.
    pub expires_in: TimeDelta,
}

/// Why a client gets no token.
#[derive(Debug, Error)]
pub enum ClientTokenRefusal {
    /// It has no secret, so nobody knows who asks.
    #[error("client_credentials is for registered confidential clients")]
    NotConfidential,
}

/// Gives tokens to clients. They say who calls and open no user's account.
pub struct IssueClientToken {
    tokens: Arc<dyn ClientTokens>,
    clock: Arc<dyn Clock>,
    clients: Clients,
    access_ttl: TimeDelta,
}

impl IssueClientToken {
    /// On these ports, for these clients.
    #[must_use]
    pub fn new(tokens: Arc<dyn ClientTokens>, clock: Arc<dyn Clock>, clients: Clients, access_ttl: TimeDelta) -> Self {
        Self { tokens, clock, clients, access_ttl }
    }

    /// A token for a client that has shown its secret.
    ///
    /// # Errors
    /// [`ClientTokenRefusal`], or the failure.
    pub fn run(&self, client: &ClientId) -> Result<ClientToken, Halt<ClientTokenRefusal>> {
        if !self.is_confidential(client) {
            return refuse(ClientTokenRefusal::NotConfidential);
        }
        let now = self.clock.now();
        let claims = ClientClaims { client: client.clone(), issued_at: now, expires_at: now + self.access_ttl };
        let access_token = self.tokens.mint_for_client(&claims)?;
        Ok(ClientToken { access_token, expires_in: self.access_ttl })
    }

    /// The claims of a token of a client that is still registered as a confidential one.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<ClientClaims> {
        self.tokens.check_client(token, self.clock.now()).filter(|claims| self.is_confidential(&claims.client))
    }

    fn is_confidential(&self, client: &ClientId) -> bool {
        self.clients.registered(client).is_some_and(auth_domain::clients::Client::is_confidential)
    }
}
