//! The user who makes a request.

use auth_domain::access::AccessClaims;
use auth_domain::accounts::Account;

/// A user who makes a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The claims of the access token.
    pub claims: AccessClaims,
    /// The account as it is now.
    pub account: Account,
}
