//! A fake OpenID provider.

mod answers;
mod client;
mod state;
mod tokens;

use std::sync::{Arc, Mutex};

use auth_ports::Clock;
use url::Url;

use super::lie::Lie;
use super::person::{Approval, Person};
use super::responder::Responder;
use super::signer::{KeySort, Signer};
pub use client::FakeClientAuth;
use client::{CLIENT_ID, CLIENT_SECRET};
use state::{Inner, PLACEHOLDER, State};

/// A fake OpenID provider on the loopback interface. It checks what a real one checks (client, redirect
/// address, PKCE; a code works once), signs properly, and lies when told to. It ends when it is dropped.
pub struct FakeOidc {
    state: Arc<State>,
    responder: Responder,
}

impl FakeOidc {
    /// The one client that it knows.
    pub const CLIENT_ID: &'static str = CLIENT_ID;
    /// That client's secret.
    pub const CLIENT_SECRET: &'static str = CLIENT_SECRET;

    /// Starts it with a P-256 key and [`Person::ada`] as its user.
    #[must_use]
    pub fn start(clock: Arc<dyn Clock>) -> Self {
        let state = Arc::new(State { clock, inner: Mutex::new(Inner::new()) });
        let answering = Arc::clone(&state);
        let responder = Responder::start(move |request| answering.answer(request));
        state.lock().issuer = responder.base();
        Self { state, responder }
    }

    /// Its issuer, which is its address unless it was told another.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.state.lock().issuer.clone()
    }

    /// Makes it use another issuer from now on: the address of something in front of it that passes everything on.
    pub fn publish_as(&self, issuer: &str) {
        self.state.lock().issuer = issuer.to_owned();
    }

    /// Makes it tell this lie, and no other, from now on.
    pub fn lie(&self, lie: Lie) {
        self.state.lock().lie = Some(lie);
    }

    /// Makes it tell the truth from now on.
    pub fn tell_the_truth(&self) {
        self.state.lock().lie = None;
    }

    /// Sets how the client must present the secret.
    pub fn expect_client_auth(&self, auth: FakeClientAuth) {
        self.state.lock().client_auth = auth;
    }

    /// Replaces its key with a new one of this kind. The old one is no longer published.
    pub fn rotate_key(&self, sort: KeySort) {
        let mut inner = self.state.lock();
        let kid = format!("key-{}", inner.next_number());
        inner.signer = Signer::generate(sort, &kid);
    }

    /// Replaces its key with a new one of this kind under the same id.
    pub fn replace_key(&self, sort: KeySort) {
        let mut inner = self.state.lock();
        inner.signer = Signer::generate(sort, &inner.signer.kid);
    }

    /// Makes its documents odd in ways that harm nobody: content type, byte order mark, keys of other kinds, members that
    /// are missing, null or of another type than usual.
    pub fn be_odd(&self) {
        self.state.lock().odd = true;
    }

    /// Adds claims to every ID token, or replaces them.
    pub fn add_claims(&self, claims: &[(&str, &str)]) {
        let claims = claims.iter().map(|&(name, value)| (name.to_owned(), value.into()));
        self.state.lock().more_claims.extend(claims);
    }

    /// Makes it an issuer of many tenants, as Microsoft Entra is one: its issuer has a placeholder, its documents are those
    /// of the tenant `common` (or of any other), and tokens are of the tenant in their claim `tid`.
    pub fn serve_tenants(&self) {
        let issuer = format!("{}/{PLACEHOLDER}/v2.0", self.responder.base());
        self.state.lock().issuer = issuer;
    }

    /// Issues a key for signing client secrets, in PEM, and expects them from then on.
    #[must_use]
    pub fn issue_client_key(&self, team_id: &str, key_id: &str) -> String {
        let (signer, pem) = Signer::generate_in_pem(key_id);
        let mut inner = self.state.lock();
        inner.client_key = Some((team_id.to_owned(), signer));
        inner.client_auth = FakeClientAuth::Signed;
        pem
    }

    /// Sets whether keys and tokens carry a `kid`.
    pub fn name_keys(&self, named: bool) {
        self.state.lock().keys_named = named;
    }

    /// Sets the user who agrees when a browser, rather than a test, opens the address.
    pub fn seat(&self, person: Person) {
        self.state.lock().person = person;
    }

    /// Acts as the browser and the user: opens an address that `locate` built and agrees. `None` if a real provider
    /// would show an error page.
    #[must_use]
    pub fn approve(&self, address: &str, person: &Person) -> Option<Approval> {
        let address = Url::parse(address).ok()?;
        let query: Vec<_> = address.query_pairs().into_owned().collect();
        self.state.lock().approve(&query, person)
    }

    /// Issues an ID token as a client gets it on its own, without a flow of ours.
    #[must_use]
    pub fn id_token(&self, person: &Person, nonce: Option<&str>) -> String {
        self.state.id_token(person, nonce)
    }

    /// Returns how often a path, such as `/keys`, was requested.
    #[must_use]
    pub fn calls(&self, path: &str) -> usize {
        self.responder.calls(path)
    }
}
