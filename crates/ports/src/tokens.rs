//! Access tokens.

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, ClientClaims};

use crate::Failure;

/// Signs access tokens.
pub trait AccessTokenMinter: Send + Sync {
    /// A signed token with these claims. Takes well under a millisecond.
    fn mint(&self, claims: &AccessClaims) -> Result<String, Failure>;
}

/// Checks access tokens.
pub trait AccessTokenChecker: Send + Sync {
    /// The claims of a token that this service signed for itself, with the algorithm of a published
    /// key, and that lives at `now`. `None` for anything else; never panics.
    fn check(&self, token: &str, now: Timestamp) -> Option<AccessClaims>;

    /// The same for a token whose life may be over: to sign out with it, and for nothing else.
    fn check_whenever(&self, token: &str) -> Option<AccessClaims>;
}

/// Signs and checks access tokens of clients for themselves. None of them passes for a user's, and no
/// user's for one of them.
pub trait ClientTokens: Send + Sync {
    /// A signed token with these claims. Takes well under a millisecond.
    fn mint_for_client(&self, claims: &ClientClaims) -> Result<String, Failure>;

    /// The claims of a token that [`ClientTokens::mint_for_client`] made and that lives at `now`. `None`
    /// for anything else; never panics.
    fn check_client(&self, token: &str, now: Timestamp) -> Option<ClientClaims>;
}

/// Publishes the keys that check access tokens.
pub trait KeySetPublisher: Send + Sync {
    /// The JSON Web Key Set (RFC 7517) as JSON text: public parts only.
    fn key_set(&self) -> String;
}
