//! Sessions and the tokens that carry them.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofHash;
use auth_domain::sessions::{NewSession, RefreshToken, SessionId, SessionPolicy};
use auth_ports::{AccessTokenMinter, Entropy, Failure, draw};
use chrono::TimeDelta;

/// What a client gets when a session begins or goes on: the protocol's token answer.
#[derive(Clone)]
pub struct Tokens {
    /// Signed; a secret.
    pub access_token: String,
    /// Opaque; a secret.
    pub refresh_token: String,
    /// Life of the access token.
    pub expires_in: TimeDelta,
    /// Whose.
    pub user: UserId,
    /// What for.
    pub scope: Scope,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Makes sessions and their tokens. Cheap to clone.
#[derive(Clone)]
pub struct SessionIssuer {
    minter: Arc<dyn AccessTokenMinter>,
    entropy: Arc<dyn Entropy>,
    key: ServerKey,
    policy: SessionPolicy,
    access_ttl: TimeDelta,
}

impl SessionIssuer {
    /// With these rules and keys.
    #[must_use]
    pub fn new(
        minter: Arc<dyn AccessTokenMinter>,
        entropy: Arc<dyn Entropy>,
        key: ServerKey,
        policy: SessionPolicy,
        access_ttl: TimeDelta,
    ) -> Self {
        Self { minter, entropy, key, policy, access_ttl }
    }

    /// A new session and its first tokens. Nothing is stored yet: the session goes into the
    /// transaction that it belongs to, and the tokens are worth nothing until that commits.
    pub(crate) fn begin(&self, begin: Begin<'_>) -> Result<(NewSession, Tokens), Failure> {
        let Begin { user, origin, scope, method, paid_by, now } = begin;
        let id = SessionId::new(draw(&*self.entropy));
        let refresh = RefreshToken::first(user, id, draw(&*self.entropy));
        let session = NewSession {
            id,
            user,
            origin: origin.clone(),
            scope,
            method: method.clone(),
            seed: refresh.seed_hash(),
            paid_by,
            created_at: now,
            expires_at: now + self.policy.refresh_ttl,
        };
        let claims = AccessClaims {
            user,
            session: id,
            client: origin.client.clone(),
            scope,
            method,
            issued_at: now,
            expires_at: session.expires_at,
        };
        let tokens = self.tokens(claims, &refresh)?;
        Ok((session, tokens))
    }

    /// Tokens of a session. `claims` live as long as the session; the token lives no longer than set.
    pub(crate) fn tokens(&self, claims: AccessClaims, refresh: &RefreshToken) -> Result<Tokens, Failure> {
        let claims = AccessClaims { expires_at: claims.expires_at.min(claims.issued_at + self.access_ttl), ..claims };
        Ok(Tokens {
            access_token: self.minter.mint(&claims)?,
            refresh_token: refresh.seal(&self.key),
            expires_in: claims.expires_at - claims.issued_at,
            user: claims.user,
            scope: claims.scope,
        })
    }

    /// Reads a refresh token that this service made.
    pub(crate) fn open(&self, refresh_token: &str) -> Option<RefreshToken> {
        RefreshToken::open(&self.key, refresh_token)
    }

    /// The rules for sessions.
    pub(crate) fn policy(&self) -> &SessionPolicy {
        &self.policy
    }
}

/// What a session begins with.
pub(crate) struct Begin<'a> {
    pub(crate) user: UserId,
    pub(crate) origin: &'a Origin,
    pub(crate) scope: Scope,
    pub(crate) method: Method,
    pub(crate) paid_by: Option<ProofHash>,
    pub(crate) now: Timestamp,
}
