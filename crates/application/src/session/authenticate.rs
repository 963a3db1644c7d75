//! Whose access token is this, and is its session alive?

use std::sync::Arc;

use auth_domain::access::{AccessClaims, Scope};
use auth_domain::clients::ClientId;
use auth_ports::{AccessTokenChecker, AccountStore, Clock, Halt};
use thiserror::Error;

use crate::kit::Caller;

/// Why a request has no caller.
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
    /// On these ports.
    #[must_use]
    pub fn new(checker: Arc<dyn AccessTokenChecker>, accounts: Arc<dyn AccountStore>, clock: Arc<dyn Clock>) -> Self {
        Self { checker, accounts, clock }
    }

    /// What a token says, if this service signed it and it lives. Does not look at the session.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<AccessClaims> {
        self.checker.check(token, self.clock.now())
    }

    /// To which client a token was issued, if this service signed it, whether it lives or not.
    #[must_use]
    pub fn client_of(&self, token: &str) -> Option<ClientId> {
        self.checker.check_whenever(token).map(|claims| claims.client)
    }

    /// The caller behind a token.
    ///
    /// # Errors
    /// [`AuthenticateRefusal`], or the failure.
    pub async fn run(&self, token: Option<&str>) -> Result<Caller, Halt<AuthenticateRefusal>> {
        let claims =
            token.and_then(|token| self.read(token)).ok_or(Halt::Refused(AuthenticateRefusal::Unauthenticated))?;
        let now = self.clock.now();
        let account = self.accounts.find_in_session(claims.user, claims.session, now).await?;
        let account = account.ok_or(Halt::Refused(AuthenticateRefusal::Unauthenticated))?;
        // A token of before the user proved who they are: they are anonymous no longer.
        let is_known = !account.identifiers.is_empty() || !account.external_identities.is_empty();
        let scope = if is_known && claims.scope == Scope::Anonymous { Scope::User } else { claims.scope };
        Ok(Caller { claims: AccessClaims { scope, ..claims }, account })
    }
}
