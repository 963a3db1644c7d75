//! A third party that vouches for people.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::ProviderId;
use auth_ports::{ExchangeError, Exchanged, Flow, Grant, IdentityProvider, LocateError, LocateRequest};

use super::Meanwhile;

/// Vouches for anybody it is told to, and keeps the flows and the grants that it was given. It has the name of the provider in
/// `samples::sample_external_profile`.
pub(crate) struct FakeProvider {
    id: ProviderId,
    redirect_uris: Vec<String>,
    answer: Mutex<fn() -> Result<Exchanged, ExchangeError>>,
    posts_back: AtomicBool,
    flows: Mutex<Vec<Flow>>,
    grants: Mutex<Vec<Grant>>,
    /// What others do while a grant is exchanged.
    pub(crate) while_asking: Meanwhile,
}

impl FakeProvider {
    /// Sets the answer of [`IdentityProvider::exchange`]; a fault is also the answer of `locate`.
    pub(crate) fn answer_with(&self, answer: fn() -> Result<Exchanged, ExchangeError>) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    /// From now on browsers bring its codes to the service.
    pub(crate) fn post_back(&self) {
        self.posts_back.store(true, Ordering::Relaxed);
    }

    /// The flows of the calls, in order.
    pub(crate) fn flows(&self) -> Vec<Flow> {
        self.flows.lock().expect("not poisoned").clone()
    }

    /// What clients brought back, in the order of the calls.
    pub(crate) fn grants(&self) -> Vec<Grant> {
        self.grants.lock().expect("not poisoned").clone()
    }

    fn keep(&self, flow: &Flow) {
        self.flows.lock().expect("not poisoned").push(flow.clone());
    }

    fn answer(&self) -> Result<Exchanged, ExchangeError> {
        let answer = *self.answer.lock().expect("not poisoned");
        answer()
    }
}

impl Default for FakeProvider {
    fn default() -> Self {
        let unsupported = || Err(ExchangeError::Unsupported);
        Self {
            id: ProviderId::parse("github").expect("a provider"),
            redirect_uris: ["https://app.example/back", "https://app.example/elsewhere"].map(str::to_owned).into(),
            answer: Mutex::new(unsupported),
            posts_back: AtomicBool::default(),
            flows: Mutex::default(),
            grants: Mutex::default(),
            while_asking: Meanwhile::default(),
        }
    }
}

#[async_trait]
impl IdentityProvider for FakeProvider {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }

    fn posts_back(&self) -> bool {
        self.posts_back.load(Ordering::Relaxed)
    }

    /// An address that shows the whole request.
    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError> {
        self.keep(&request.flow);
        if let Err(ExchangeError::Faulty(cause)) = self.answer() {
            return Err(LocateError::Faulty(cause));
        }
        let mut address = format!("https://github.example/authorize?state={}", request.state);
        let scope = request.scope.iter().map(|scope| ("scope", scope.as_str()));
        let others = request.other_params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in scope.chain(others) {
            write!(address, "&{name}={value}").expect("memory is written to");
        }
        Ok(address)
    }

    async fn exchange(&self, grant: &Grant, _: Timestamp) -> Result<Exchanged, ExchangeError> {
        self.grants.lock().expect("not poisoned").push(grant.clone());
        if let Grant::Code { flow, .. } = grant {
            self.keep(flow);
        }
        self.while_asking.happen();
        self.answer()
    }
}
