//! Promises of `IdentityProvider`, for adapters that trade an authorization code for who it is. They are stamped on a
//! [`Probe`]: an adapter with a fake of the third party. What a protocol signs (tokens with issuer, audience, times,
//! nonce and keys) has tests beside its adapter.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use auth_domain::Timestamp;
use auth_ports::{ExchangeError, Exchanged, Flow, Grant, IdentityProvider, LocateRequest};

use crate::samples::start;

/// Stamps the promises of `IdentityProvider` into an adapter's tests. The argument is the type of a
/// [`Probe`](crate::providers::Probe).
#[macro_export]
macro_rules! providers {
    ($probe:ty) => {
        $crate::stamp_on!(
            providers,
            $probe,
            [
                has_somewhere_to_return_to,
                the_address_carries_state_and_return,
                a_code_is_traded_for_who_it_is,
                each_person_has_one_subject,
                a_code_that_was_never_given_is_refused,
                one_code_is_one_piece_of_evidence,
                what_the_party_gets_wrong_is_a_fault,
                silence_ends_at_the_limit,
                a_fault_does_not_stay,
                errors_hold_no_code,
            ]
        );
    };
}

/// The time limit for tests in which the answer comes: far more than it takes.
pub const PATIENT: Duration = Duration::from_secs(30);
/// The time limit for tests in which the answer never comes.
const IMPATIENT: Duration = Duration::from_millis(200);

/// What the third party does wrong from now on, wherever it is asked when a code is traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misconduct {
    /// It answers with this status, and no page that a client could read.
    Status(u16),
    /// It answers 200 with what is no JSON.
    NoJson,
    /// It sends the client elsewhere.
    Redirect,
    /// Its answer has a million bytes and more.
    Huge,
    /// It breaks the connection off.
    BreakOff,
    /// It never answers.
    Hang,
}

/// An adapter with a fake of its third party.
pub trait Probe: Sized {
    /// Starts a fake and makes an adapter that uses it. `limit` is the adapter's time limit for one request.
    fn start(limit: Duration) -> impl Future<Output = Self>;

    /// The adapter.
    fn provider(&self) -> Arc<dyn IdentityProvider>;

    /// Lets the person with this number say yes at the address that the adapter gave, and brings the code back.
    fn approve(&self, address: &str, person: u32) -> impl Future<Output = String>;

    /// From now on the third party does this.
    fn misbehave(&self, how: Misconduct);

    /// From now on the third party does as it should.
    fn recover(&self);

    /// What the test's clock shows.
    fn now(&self) -> Timestamp {
        start()
    }
}

fn flow(provider: &dyn IdentityProvider) -> Flow {
    Flow {
        redirect_uri: provider.redirect_uris()[0].clone(),
        pkce_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
        nonce: "nonce-of-this-flow".to_owned(),
    }
}

fn wish(provider: &dyn IdentityProvider) -> LocateRequest {
    LocateRequest {
        flow: flow(provider),
        state: "state-of-this-flow".to_owned(),
        scope: None,
        other_params: Vec::new(),
    }
}

async fn code<P: Probe>(probe: &P, person: u32) -> String {
    let provider = probe.provider();
    let address = provider.locate(&wish(&*provider)).await.expect("an address");
    probe.approve(&address, person).await
}

async fn trade<P: Probe>(probe: &P, code: &str) -> Result<Exchanged, ExchangeError> {
    let provider = probe.provider();
    let grant = Grant::Code { code: code.to_owned(), flow: flow(&*provider) };
    provider.exchange(&grant, probe.now()).await
}

fn chain(error: &ExchangeError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error} {error:?}");
        source = error.source();
    }
    text
}

fn assert_fault(outcome: Result<Exchanged, ExchangeError>, why: &str) -> ExchangeError {
    match outcome {
        Err(error @ ExchangeError::Faulty(_)) => error,
        other => panic!("{why}: should be a fault of the third party, was {other:?}"),
    }
}

/// The first address is the default.
pub async fn has_somewhere_to_return_to<P: Probe>() {
    let provider = P::start(PATIENT).await.provider();
    assert!(!provider.redirect_uris().is_empty());
}

/// The client finds its state again, and the third party knows where to send the browser: to the client's redirect address,
/// unless it posts the code to the service.
pub async fn the_address_carries_state_and_return<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let provider = probe.provider();
    let address = provider.locate(&wish(&*provider)).await.expect("an address");
    assert!(address.contains("state-of-this-flow"), "{address}");
    let host = provider.redirect_uris()[0].split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next());
    let names_the_client = host.is_some_and(|host| address.contains(host));
    assert_eq!(names_the_client, !provider.posts_back(), "{address}");
}

/// The profile is of this provider, and the subject is not empty.
pub async fn a_code_is_traded_for_who_it_is<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let code = code(&probe, 1).await;
    let exchanged = trade(&probe, &code).await.expect("the code is good");
    assert_eq!(&exchanged.profile.provider, probe.provider().id());
    assert!(!exchanged.profile.subject.is_empty());
}

/// Accounts are found by the subject.
pub async fn each_person_has_one_subject<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let mut subjects = Vec::new();
    for person in [1, 2, 1] {
        let code = code(&probe, person).await;
        subjects.push(trade(&probe, &code).await.expect("the code is good").profile.subject);
    }
    assert_eq!(subjects[0], subjects[2]);
    assert_ne!(subjects[0], subjects[1]);
}

/// It is the client's mistake, not the third party's.
pub async fn a_code_that_was_never_given_is_refused<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let refused = trade(&probe, "a-code-that-was-never-given").await;
    assert!(matches!(refused, Err(ExchangeError::Refused(_))), "{refused:?}");
}

/// A code that is traded twice is refused, or brings the same evidence, which makes one proof only. Codes of two people
/// bring two.
pub async fn one_code_is_one_piece_of_evidence<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let (first, second) = (code(&probe, 1).await, code(&probe, 2).await);
    let once = trade(&probe, &first).await.expect("the code is good").evidence;
    match trade(&probe, &first).await {
        Ok(again) => assert_eq!(again.evidence, once),
        Err(error) => assert!(matches!(error, ExchangeError::Refused(_)), "{error:?}"),
    }
    assert_ne!(trade(&probe, &second).await.expect("the code is good").evidence, once);
}

/// None of it is the client's mistake; redirects are not followed, and a bounded amount is read.
pub async fn what_the_party_gets_wrong_is_a_fault<P: Probe>() {
    for how in [
        Misconduct::Status(500),
        Misconduct::Status(503),
        Misconduct::NoJson,
        Misconduct::Redirect,
        Misconduct::Huge,
        Misconduct::BreakOff,
    ] {
        let probe = P::start(PATIENT).await;
        let code = code(&probe, 1).await;
        probe.misbehave(how);
        assert_fault(trade(&probe, &code).await, &format!("{how:?}"));
    }
}

/// An adapter has a time limit of its own.
pub async fn silence_ends_at_the_limit<P: Probe>() {
    let probe = P::start(IMPATIENT).await;
    probe.misbehave(Misconduct::Hang);
    let outcome = tokio::time::timeout(PATIENT, trade(&probe, "a-code")).await;
    assert_fault(outcome.expect("the adapter has a limit of its own"), "silence");
}

/// The next sign-in succeeds once the third party answers again.
pub async fn a_fault_does_not_stay<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let (first, second) = (code(&probe, 1).await, code(&probe, 1).await);
    probe.misbehave(Misconduct::Status(503));
    assert_fault(trade(&probe, &first).await, "503");
    probe.recover();
    trade(&probe, &second).await.expect("the code is good");
}

/// Errors reach the log.
pub async fn errors_hold_no_code<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let code = code(&probe, 1).await;
    for how in [Misconduct::Status(500), Misconduct::NoJson] {
        probe.misbehave(how);
        let error = assert_fault(trade(&probe, &code).await, "a failure");
        assert!(!chain(&error).contains(&code), "{}", chain(&error));
    }
}
