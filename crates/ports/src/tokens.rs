//! Access tokens.

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, ClientClaims};

use crate::Failure;

/// Signs access tokens.
pub trait AccessTokenMinter: Send + Sync {
    /// Signs a token with these claims. Takes well under a millisecond.
    fn mint(&self, claims: &AccessClaims) -> Result<String, Failure>;
}

/// Checks access tokens.
pub trait AccessTokenChecker: Send + Sync {
    /// Returns the claims of a token that this service signed for itself, with the algorithm of a published key, and
    /// that is valid at `now`. Returns `None` for anything else, and never panics.
    fn check(&self, token: &str, now: Timestamp) -> Option<AccessClaims>;

    /// Does the same for a token that may have expired. It serves to sign out with, and nothing else.
    fn check_whenever(&self, token: &str) -> Option<AccessClaims>;
}

/// Signs and checks the access tokens that clients get for themselves. Such a token is never accepted as a user's,
/// nor a user's token as a client's.
pub trait ClientTokens: Send + Sync {
    /// Signs a token with these claims. Takes well under a millisecond.
    fn mint_for_client(&self, claims: &ClientClaims) -> Result<String, Failure>;

    /// Returns the claims of a token that [`ClientTokens::mint_for_client`] made and that is valid at `now`. Returns
    /// `None` for anything else, and never panics.
    fn check_client(&self, token: &str, now: Timestamp) -> Option<ClientClaims>;
}

/// Publishes the keys with which access tokens are checked.
pub trait KeySetPublisher: Send + Sync {
    /// Returns the JSON Web Key Set (RFC 7517) as JSON text, with public parts only.
    fn key_set(&self) -> String;
}
