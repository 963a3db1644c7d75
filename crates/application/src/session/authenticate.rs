//! Find out whose access token this is, and whether its session is alive.

use std::sync::Arc;

use auth_domain::access::{AccessClaims, Scope};
use auth_domain::clients::ClientId;
use auth_ports::{AccessTokenChecker, AccountStore, Clock, Halt};
use thiserror::Error;

use crate::kit::Caller;

/// Why a request has no authenticated caller.
#[derive(Debug, Error)]
pub enum AuthenticateRefusal {
    /// The token is missing, wrong or expired, or its session has ended.
    #[error("sign in first: the access token is missing, wrong, expired or revoked")]
    Unauthenticated,
}

/// Recognises callers.
pub struct Authenticate {
    checker: Arc<dyn AccessTokenChecker>,
    accounts: Arc<dyn AccountStore>,
    clock: Arc<dyn Clock>,
}

impl Authenticate {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(checker: Arc<dyn AccessTokenChecker>, accounts: Arc<dyn AccountStore>, clock: Arc<dyn Clock>) -> Self {
        Self { checker, accounts, clock }
    }

    /// Returns the claims of a token that this service signed and that has not expired. It does not look up the
    /// session.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<AccessClaims> {
        self.checker.check(token, self.clock.now())
    }

    /// Returns the client that a token was issued to, if this service signed it, even if it has expired.
    #[must_use]
    pub fn client_of(&self, token: &str) -> Option<ClientId> {
        self.checker.check_whenever(token).map(|claims| claims.client)
    }

    /// Returns the caller behind a token.
    ///
    /// # Errors
    /// Returns [`AuthenticateRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, token: Option<&str>) -> Result<Caller, Halt<AuthenticateRefusal>> {
        self.caller(token.and_then(|token| self.read(token))).await
    }

    /// Returns the caller behind a token that [`Authenticate::read`] has read within the same request.
    ///
    /// # Errors
    /// Those of [`Authenticate::run`].
    pub async fn caller(&self, claims: Option<AccessClaims>) -> Result<Caller, Halt<AuthenticateRefusal>> {
        let claims = claims.ok_or(Halt::Refused(AuthenticateRefusal::Unauthenticated))?;
        let now = self.clock.now();
        let account = self.accounts.find_in_session(claims.user, claims.session, now).await?;
        let account = account.ok_or(Halt::Refused(AuthenticateRefusal::Unauthenticated))?;
        // The token dates from before the user signed up: they are no longer anonymous.
        let is_known = !account.identifiers.is_empty() || !account.external_identities.is_empty();
        let scope = if is_known && claims.scope == Scope::Anonymous { Scope::User } else { claims.scope };
        Ok(Caller { claims: AccessClaims { scope, ..claims }, account })
    }
}
