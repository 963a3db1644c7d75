//! A fake, a provider that uses it, and a clock that both read.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_domain::Timestamp;
use auth_domain::external_identities::ProviderId;
use auth_outbound::{OutboundHttp, Reach, Timeouts};
use auth_ports::{Clock, ExchangeError, Exchanged, Flow, Grant, IdentityProvider, LocateRequest};
use auth_providers::testing::{Approval, FakeOidc, Person};
use auth_providers::{NonceRule, OidcProvider, OidcSettings};
use chrono::TimeDelta;

pub(super) const REDIRECT_URI: &str = "https://app.example/back?from=login";

/// A clock that stands still until a test moves it.
pub(super) struct ManualClock {
    now: Mutex<Timestamp>,
    monotonic: Mutex<Duration>,
}

impl ManualClock {
    pub(super) fn advance(&self, seconds: i64) {
        self.set_forward(seconds);
        *self.monotonic.lock().unwrap() += Duration::from_secs(seconds.try_into().unwrap());
    }

    /// Sets the clock forwards, or back, while no time passes.
    pub(super) fn set_forward(&self, seconds: i64) {
        *self.now.lock().unwrap() += TimeDelta::seconds(seconds);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        *self.monotonic.lock().unwrap()
    }
}

pub(super) fn clock() -> Arc<ManualClock> {
    let now = Timestamp::from_timestamp(1_767_225_600, 0).unwrap();
    Arc::new(ManualClock { now: Mutex::new(now), monotonic: Mutex::default() })
}

/// Limits so generous that no test fails on a busy machine.
pub(super) const PATIENT: Timeouts =
    Timeouts { connect: Duration::from_secs(30), request: Duration::from_secs(30), call: Duration::from_secs(60) };

pub(super) fn http(reach: Reach, timeouts: Timeouts) -> OutboundHttp {
    OutboundHttp::builder(reach).timeouts(timeouts).build().unwrap()
}

pub(super) fn provider_id(name: &str) -> ProviderId {
    ProviderId::parse(name).unwrap()
}

pub(super) fn settings(issuer: String) -> OidcSettings {
    OidcSettings {
        id: provider_id("acme"),
        issuer,
        client_id: FakeOidc::CLIENT_ID.to_owned(),
        client_secret: Some(FakeOidc::CLIENT_SECRET.into()),
        redirect_uris: vec![REDIRECT_URI.to_owned()],
        scopes: None,
        id_tokens: Some(NonceRule::Check),
        authorized_parties: Vec::new(),
        tenants: Vec::new(),
        callback: None,
        client_key: None,
    }
}

pub(super) fn flow() -> Flow {
    Flow {
        redirect_uri: REDIRECT_URI.to_owned(),
        pkce_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
        nonce: "nonce-of-this-flow".to_owned(),
    }
}

/// A code that ends [`flow`].
pub(super) fn code(code: impl Into<String>) -> Grant {
    code_of(flow(), code)
}

/// A code that ends this flow.
pub(super) fn code_of(flow: Flow, code: impl Into<String>) -> Grant {
    Grant::Code { code: code.into(), flow }
}

/// An ID token beside which no nonce is shown.
pub(super) fn id_token(token: impl Into<String>) -> Grant {
    Grant::IdToken { token: token.into(), nonce: None }
}

pub(super) fn locate_request() -> LocateRequest {
    LocateRequest { flow: flow(), state: "the state".to_owned(), scope: None, other_params: Vec::new() }
}

/// A fake OpenID provider and our side of it.
pub(super) struct Scene {
    pub(super) clock: Arc<ManualClock>,
    pub(super) fake: FakeOidc,
    pub(super) provider: OidcProvider,
}

impl Scene {
    pub(super) fn new() -> Self {
        Self::with(PATIENT, |_| {})
    }

    pub(super) fn with(timeouts: Timeouts, change: impl FnOnce(&mut OidcSettings)) -> Self {
        let clock = clock();
        let fake = FakeOidc::start(clock.clone());
        let mut settings = settings(fake.issuer());
        change(&mut settings);
        let provider = OidcProvider::new(settings, http(Reach::LoopbackToo, timeouts), clock.clone()).unwrap();
        Self { clock, fake, provider }
    }

    pub(super) async fn approve(&self, person: &Person) -> Approval {
        let address = self.provider.locate(&locate_request()).await.unwrap();
        self.fake.approve(&address, person).unwrap()
    }

    pub(super) async fn exchange(&self, grant: Grant) -> Result<Exchanged, ExchangeError> {
        self.provider.exchange(&grant, self.clock.now()).await
    }

    /// From the address to the profile.
    pub(super) async fn sign_in(&self) -> Result<Exchanged, ExchangeError> {
        let approval = self.approve(&Person::ada()).await;
        self.exchange(code(approval.code)).await
    }
}

pub(super) fn refusal<T: std::fmt::Debug>(outcome: Result<T, ExchangeError>) -> &'static str {
    match outcome {
        Err(ExchangeError::Refused(text)) => text,
        other => panic!("not a refusal: {other:?}"),
    }
}

/// The text that the operator's log would have.
pub(super) fn fault<T: std::fmt::Debug>(outcome: Result<T, ExchangeError>) -> String {
    match outcome {
        Err(ExchangeError::Faulty(cause)) => chain(cause.as_ref()),
        other => panic!("not a fault: {other:?}"),
    }
}

pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
