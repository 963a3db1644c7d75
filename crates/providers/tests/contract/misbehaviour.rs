//! Third parties that fail as servers: each failure leads to one clear error.

use std::sync::Arc;
use std::time::Duration;

use auth_outbound::Timeouts;
use auth_ports::{IdentityProvider, LocateError};
use auth_providers::testing::{FakeEndpoint, Lie, Misbehaviour, Person};
use rstest::rstest;
use tokio::task::JoinSet;

use super::support::{PATIENT, Scene, chain, code, fault, id_token, locate_request};

/// The time limit for tests in which nothing answers anyway.
const IMPATIENT: Timeouts = Timeouts { request: Duration::from_millis(200), ..PATIENT };

#[rstest]
#[case(Misbehaviour::BreakOff, "the request failed")]
#[case(Misbehaviour::Status(500), "status 500")]
#[case(Misbehaviour::Status(503), "status 503")]
#[case(Misbehaviour::Status(404), "status 404")]
#[case(Misbehaviour::Status(204), "JSON")]
#[case(Misbehaviour::Html, "not the expected JSON")]
#[case(Misbehaviour::HalfJson, "not the expected JSON")]
#[case(Misbehaviour::Redirect, "status 307")]
#[case(Misbehaviour::Huge, "larger than")]
#[case(Misbehaviour::HugeWithoutLength, "larger than")]
#[case(Misbehaviour::NotHttp, "the request failed")]
#[tokio::test]
async fn a_failing_endpoint_is_a_fault(
    #[values(FakeEndpoint::Discovery, FakeEndpoint::KeySet, FakeEndpoint::Token)] endpoint: FakeEndpoint,
    #[case] how: Misbehaviour,
    #[case] told: &str,
) {
    let scene = Scene::new();
    let grant = if endpoint == FakeEndpoint::Token {
        code(scene.approve(&Person::ada()).await.code)
    } else {
        id_token(scene.fake.id_token(&Person::ada(), None))
    };
    scene.fake.lie(Lie::At(endpoint, how));
    let fault = fault(scene.exchange(grant).await);
    let status = how == Misbehaviour::Status(204) && fault.contains("status 204");
    assert!(fault.starts_with("acme: ") && (fault.contains(told) || status), "{fault}");
}

#[rstest]
#[tokio::test]
async fn an_endpoint_that_never_ends_is_abandoned(
    #[values(FakeEndpoint::Discovery, FakeEndpoint::KeySet, FakeEndpoint::Token)] endpoint: FakeEndpoint,
    #[values(Misbehaviour::Hang, Misbehaviour::HangHalfway)] how: Misbehaviour,
) {
    let scene = Scene::with(IMPATIENT, |_| {});
    scene.fake.lie(Lie::At(endpoint, how));
    let grant = match endpoint {
        FakeEndpoint::Token => code("code"),
        _ => id_token(scene.fake.id_token(&Person::ada(), None)),
    };
    let fault = fault(scene.exchange(grant).await);
    assert!(fault.contains("no complete answer in time"), "{fault}");
}

#[tokio::test]
async fn a_whole_call_has_a_limit_of_its_own() {
    let scene = Scene::with(Timeouts { call: Duration::from_millis(200), ..PATIENT }, |_| {});
    scene.fake.lie(Lie::At(FakeEndpoint::Discovery, Misbehaviour::Hang));
    let fault = fault(scene.exchange(code("code")).await);
    assert_eq!(fault, "acme: the whole call: no complete answer in time");
    let LocateError::Faulty(cause) = scene.provider.locate(&locate_request()).await.unwrap_err();
    assert!(chain(cause.as_ref()).contains("in time"));
}

#[tokio::test]
async fn everyone_who_waits_for_a_party_that_hangs_gets_an_error_and_it_is_asked_once() {
    let scene = Arc::new(Scene::with(IMPATIENT, |_| {}));
    scene.fake.lie(Lie::At(FakeEndpoint::Discovery, Misbehaviour::Hang));
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let scene = Arc::clone(&scene);
        calls.spawn(async move { scene.provider.locate(&locate_request()).await.is_err() });
    }
    assert!(calls.join_all().await.into_iter().all(|failed| failed));
    assert!(scene.fake.calls("/.well-known/openid-configuration") <= 1);
}

#[tokio::test]
async fn sign_ins_beyond_what_one_party_may_hold_up_fail_immediately() {
    let scene = Arc::new(Scene::with(Timeouts { request: Duration::from_secs(1), ..PATIENT }, |_| {}));
    scene.provider.locate(&locate_request()).await.unwrap();
    scene.fake.lie(Lie::At(FakeEndpoint::Token, Misbehaviour::Hang));
    let mut calls = JoinSet::new();
    for _ in 0..70 {
        let scene = Arc::clone(&scene);
        calls.spawn(async move {
            let now = auth_ports::Clock::now(scene.clock.as_ref());
            fault(scene.provider.exchange(&code("code"), now).await)
        });
    }
    let faults = calls.join_all().await;
    assert_eq!(faults.iter().filter(|told| told.contains("too many requests")).count(), 6);
}

#[tokio::test]
async fn an_unreachable_party_is_a_fault() {
    let Scene { provider, .. } = Scene::with(PATIENT, |settings| settings.issuer = "http://127.0.0.1:1".to_owned());
    let LocateError::Faulty(cause) = provider.locate(&locate_request()).await.unwrap_err();
    assert!(chain(cause.as_ref()).contains("the request failed"));
}

#[rstest]
#[case(Lie::DiscoveredIssuer, "names another issuer")]
#[case(Lie::IncompleteDiscovery, "not the expected JSON")]
#[case(Lie::GarbledKeySet, "no list of keys")]
#[tokio::test]
async fn a_document_that_lies_is_a_fault(#[case] lie: Lie, #[case] told: &str) {
    let scene = Scene::new();
    scene.fake.lie(lie);
    let fault = fault(scene.exchange(id_token(scene.fake.id_token(&Person::ada(), None))).await);
    assert!(fault.contains(told), "{fault}");
}
