//! Beginning a session of somebody who exists, with what pays for it.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::credentials::PasswordHash;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofHash;
use auth_ports::{BeginOutcome, BeginRefusal, BeginSession, Clock, Entropy, Failure, Halt, SessionStore, refuse};

use crate::kit::{Begin, SessionIssuer, Tokens, new_event};

/// Begins sessions. Cheap to clone; part of every use case that signs in.
#[derive(Clone)]
pub struct SessionStarter {
    sessions: Arc<dyn SessionStore>,
    issuer: SessionIssuer,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Whose session, and how they proved to be them.
pub(crate) struct Arrival<'a> {
    pub(crate) user: UserId,
    pub(crate) origin: &'a Origin,
    pub(crate) scope: Scope,
    pub(crate) method: Method,
    /// The proof to spend, and the keyed hash of the request.
    pub(crate) payment: Option<(ProofHash, [u8; 32])>,
    pub(crate) shown: Shown,
}

/// What of the account was shown to be right.
#[derive(Clone)]
pub(crate) enum Shown {
    /// Something that is not kept in the account.
    Other,
    /// This password hash.
    Password(PasswordHash),
    /// Control of this address.
    Address(Identifier),
}

impl SessionStarter {
    /// On these ports.
    #[must_use]
    pub fn new(
        sessions: Arc<dyn SessionStore>,
        issuer: SessionIssuer,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { sessions, issuer, clock, entropy }
    }

    /// Begins a session and spends what pays for it.
    pub(crate) async fn start(&self, arrival: Arrival<'_>) -> Result<Tokens, Halt<BeginRefusal>> {
        let (begin, tokens) = self.prepare(&arrival)?;
        self.sessions.begin(begin).await?;
        Ok(tokens)
    }

    /// Begins one more session for a request whose answer may have been lost.
    pub(crate) async fn start_again(&self, arrival: Arrival<'_>) -> Result<Tokens, Halt<BeginRefusal>> {
        let (begin, tokens) = self.prepare(&arrival)?;
        match self.sessions.begin_repeated(begin).await? {
            BeginOutcome::Begun => Ok(tokens),
            BeginOutcome::Refused => refuse(BeginRefusal::ProofUnusable),
        }
    }

    fn prepare(&self, arrival: &Arrival<'_>) -> Result<(BeginSession, Tokens), Failure> {
        let now = self.clock.now();
        let (session, tokens) = self.issuer.begin(Begin {
            user: arrival.user,
            origin: arrival.origin,
            scope: arrival.scope,
            method: arrival.method.clone(),
            paid_by: arrival.payment.map(|(proof, _)| proof),
            now,
        })?;
        let actor = Actor::User(arrival.origin.clone());
        let event = new_event(&*self.entropy, EventKind::SignedIn, Some(arrival.user), actor, now);
        let (password, proven) = match arrival.shown.clone() {
            Shown::Other => (None, None),
            Shown::Password(hash) => (Some(hash), None),
            Shown::Address(address) => (None, Some(address)),
        };
        let begin = BeginSession {
            session,
            password,
            proven,
            proofs: arrival.payment.iter().map(|(proof, _)| *proof).collect(),
            fingerprint: arrival.payment.map_or([0; 32], |(_, fingerprint)| fingerprint),
            max_per_user: self.issuer.policy().max_per_user,
            event: NewEvent { method: Some(arrival.method.name().to_owned()), ..event },
        };
        Ok((begin, tokens))
    }
}
