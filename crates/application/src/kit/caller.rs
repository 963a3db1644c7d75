//! The user who makes a request.

use auth_domain::access::{AccessClaims, Scope};
use auth_domain::accounts::Account;

/// A user who makes a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The claims of the access token.
    pub claims: AccessClaims,
    /// The account as it is now.
    pub account: Account,
}

impl Caller {
    /// Whether a device is all that leads to the account. An access token from before the user became an ordinary one
    /// does not make them anonymous: [`Authenticate`](crate::session::Authenticate) looks at the account.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.claims.scope == Scope::Anonymous
    }
}
