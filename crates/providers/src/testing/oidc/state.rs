//! What the fake knows and checks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth_ports::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::super::lie::Lie;
use super::super::person::{Approval, Pending, Person};
use super::super::responder::Request;
use super::super::signer::{KeySort, Signer};
use super::client::{CLIENT_ID, CLIENT_SECRET, FakeClientAuth};
use crate::code_flow::challenge;

/// Where the issuer has the tenant.
pub(super) const PLACEHOLDER: &str = "{tenantid}";

/// What the fake knows, shared with the thread that answers.
pub(super) struct State {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) inner: Mutex<Inner>,
}

/// The part that changes.
pub(super) struct Inner {
    pub(super) issuer: String,
    pub(super) client_auth: FakeClientAuth,
    pub(super) signer: Signer,
    pub(super) keys_named: bool,
    pub(super) odd: bool,
    pub(super) more_claims: Map<String, Value>,
    /// Who signs client secrets (`iss`), and with which key.
    pub(super) client_key: Option<(String, Signer)>,
    pub(super) lie: Option<Lie>,
    pub(super) person: Person,
    pub(super) codes: HashMap<String, Pending>,
    pub(super) handed_out: usize,
}

impl State {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    pub(super) fn new() -> Self {
        Self {
            issuer: String::new(),
            client_auth: FakeClientAuth::Basic,
            signer: Signer::generate(KeySort::Es256, "key-0"),
            keys_named: true,
            odd: false,
            more_claims: Map::new(),
            client_key: None,
            lie: None,
            person: Person::ada(),
            codes: HashMap::new(),
            handed_out: 0,
        }
    }

    pub(super) fn next_number(&mut self) -> usize {
        self.handed_out += 1;
        self.handed_out
    }

    pub(super) fn approve(&mut self, query: &[(String, String)], person: &Person) -> Option<Approval> {
        let (pending, state) = Pending::read(query, person)?;
        if pending.client_id != CLIENT_ID {
            return None;
        }
        let code = format!("code-{}", self.next_number());
        let approval = pending.approval(&code, state)?;
        self.codes.insert(code, pending);
        Some(approval)
    }

    /// Whether the client is authenticated. A client that uses another method than agreed is refused.
    pub(super) fn knows_client(&self, request: &Request, now: i64) -> bool {
        let by_form = request.field("client_id") == Some(CLIENT_ID);
        let secret = request.field("client_secret");
        match self.client_auth {
            FakeClientAuth::Basic => request.header("authorization") == Some(&basic()) && secret.is_none(),
            FakeClientAuth::Post => by_form && secret == Some(CLIENT_SECRET),
            FakeClientAuth::Signed => by_form && secret.is_some_and(|secret| self.has_signed(secret, now)),
            FakeClientAuth::Public => by_form && secret.is_none() && request.header("authorization").is_none(),
        }
    }

    /// Whether a client secret is what Apple asks for: signed with the issued key, for us, by the team, about the client,
    /// just now and for six months at most.
    fn has_signed(&self, secret: &str, now: i64) -> bool {
        let Some((team, signer)) = &self.client_key else { return false };
        let Some(claims) = signer.verify(secret) else { return false };
        let life = claims["exp"].as_i64().map(|exp| exp - now);
        claims["iss"] == *team
            && claims["aud"] == *self.issuer
            && claims["sub"] == CLIENT_ID
            && claims["iat"] == now
            && life.is_some_and(|life| (1..=15_777_000).contains(&life))
    }

    /// Returns the flow that a code ends, if everything matches. The code is removed, as RFC 6749 requires.
    pub(super) fn redeem(&mut self, request: &Request) -> Option<Pending> {
        let pending = self.codes.remove(request.field("code")?)?;
        let fits = request.field("grant_type") == Some("authorization_code")
            && request.field("redirect_uri") == Some(&pending.redirect_uri)
            && request.field("code_verifier").map(challenge).as_ref() == Some(&pending.challenge);
        fits.then_some(pending)
    }
}

/// Both halves are form-encoded, then joined (RFC 6749, 2.3.1). They are spelled out rather than computed, so that
/// the fake does not share a mistake with the adapter.
fn basic() -> String {
    format!("Basic {}", STANDARD.encode("client+%26+co:s3cret%2B%2F%3A%25%3D+%C3%BC"))
}
