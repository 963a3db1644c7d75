//! A third party that vouches for people.

use std::sync::Mutex;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::ProviderId;
use auth_ports::{ExchangeError, Exchanged, Flow, Grant, IdentityProvider, LocateError, LocateRequest};

/// Vouches for anybody it is told to, and keeps the flows that it was given. It has the name of the provider in
/// `samples::sample_external_profile`.
pub(crate) struct FakeProvider {
    id: ProviderId,
    redirect_uris: Vec<String>,
    answer: Mutex<fn() -> Result<Exchanged, ExchangeError>>,
    flows: Mutex<Vec<Flow>>,
}

#[expect(dead_code, reason = "the tables of the room of providers are still to come")]
impl FakeProvider {
    /// Sets the answer of [`IdentityProvider::exchange`]; an error is also the answer of `locate`.
    pub(crate) fn answer_with(&self, answer: fn() -> Result<Exchanged, ExchangeError>) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    /// The flows of the calls, in order.
    pub(crate) fn flows(&self) -> Vec<Flow> {
        self.flows.lock().expect("not poisoned").clone()
    }

    fn answer(&self, flow: &Flow) -> Result<Exchanged, ExchangeError> {
        self.flows.lock().expect("not poisoned").push(flow.clone());
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
            flows: Mutex::default(),
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

    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError> {
        match self.answer(&request.flow) {
            Err(ExchangeError::Faulty(cause)) => Err(LocateError::Faulty(cause)),
            _ => Ok(format!("https://github.example/authorize?state={}", request.state)),
        }
    }

    async fn exchange(&self, _: &Grant, flow: &Flow, _: Timestamp) -> Result<Exchanged, ExchangeError> {
        self.answer(flow)
    }
}
