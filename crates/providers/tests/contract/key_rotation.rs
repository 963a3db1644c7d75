//! What is cached, for how long, and how often a third party is asked.

use std::sync::Arc;

use auth_ports::{Clock, IdentityProvider, LocateError};
use auth_providers::testing::{FakeEndpoint, KeySort, Lie, Misbehaviour, Person};
use tokio::task::JoinSet;

use super::support::{Scene, chain, code, fault, id_token, locate_request, refusal};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/keys";

#[tokio::test]
async fn documents_are_read_once_an_hour() {
    let scene = Scene::new();
    for _ in 0..3 {
        scene.sign_in().await.unwrap();
    }
    assert_eq!((scene.fake.calls(DISCOVERY), scene.fake.calls(KEYS)), (1, 1));
    scene.clock.advance(3599);
    scene.sign_in().await.unwrap();
    assert_eq!((scene.fake.calls(DISCOVERY), scene.fake.calls(KEYS)), (1, 1));
    scene.clock.advance(1);
    scene.sign_in().await.unwrap();
    assert_eq!((scene.fake.calls(DISCOVERY), scene.fake.calls(KEYS)), (2, 2));
}

#[tokio::test]
async fn a_key_rotated_during_a_flow_is_fetched() {
    let scene = Scene::new();
    scene.sign_in().await.unwrap();
    let approval = scene.approve(&Person::ada()).await;
    scene.fake.rotate_key(KeySort::EdDsa);
    scene.exchange(code(approval.code)).await.unwrap();
    assert_eq!(scene.fake.calls(KEYS), 2);
}

/// The set is read again once, and then again after a moment only: bad signatures do not make us hammer it.
#[tokio::test]
async fn a_new_key_under_an_old_id_is_fetched() {
    let scene = Scene::new();
    scene.sign_in().await.unwrap();
    scene.fake.replace_key(KeySort::Es256);
    scene.sign_in().await.unwrap();
    assert_eq!(scene.fake.calls(KEYS), 2);
    scene.fake.lie(Lie::ForeignKey);
    for _ in 0..10 {
        assert_eq!(refusal(scene.sign_in().await), "the signature of the ID token is wrong");
    }
    assert_eq!(scene.fake.calls(KEYS), 2);
    scene.clock.set_forward(5);
    refusal(scene.sign_in().await);
    assert_eq!(scene.fake.calls(KEYS), 2, "no time has passed");
    scene.clock.advance(5);
    refusal(scene.sign_in().await);
    assert_eq!(scene.fake.calls(KEYS), 3);
}

#[tokio::test]
async fn a_token_of_a_withdrawn_key_is_refused_once_the_set_is_read_again() {
    let scene = Scene::new();
    let token = scene.fake.id_token(&Person::ada(), None);
    scene.fake.rotate_key(KeySort::Es256);
    scene.sign_in().await.unwrap();
    let outcome = scene.exchange(id_token(token)).await;
    assert_eq!(refusal(outcome), "the ID token is signed with an unknown key");
}

#[tokio::test]
async fn tokens_with_invented_keys_do_not_make_us_hammer_the_key_set() {
    let scene = Scene::new();
    scene.sign_in().await.unwrap();
    scene.fake.lie(Lie::UnknownKey);
    for _ in 0..10 {
        refusal(scene.sign_in().await);
    }
    assert_eq!(scene.fake.calls(KEYS), 2);
    scene.clock.advance(5);
    refusal(scene.sign_in().await);
    assert_eq!(scene.fake.calls(KEYS), 3);
}

#[tokio::test]
async fn a_known_key_works_while_the_key_set_is_down() {
    let scene = Scene::new();
    scene.sign_in().await.unwrap();
    scene.fake.lie(Lie::At(FakeEndpoint::KeySet, Misbehaviour::Status(503)));
    scene.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_party_that_is_down_is_asked_again_only_after_a_moment() {
    let scene = Scene::new();
    scene.fake.lie(Lie::At(FakeEndpoint::Discovery, Misbehaviour::Status(503)));
    let LocateError::Faulty(first) = scene.provider.locate(&locate_request()).await.unwrap_err();
    assert_eq!(chain(first.as_ref()), "acme: reading its discovery document: the answer has status 503");
    let LocateError::Faulty(second) = scene.provider.locate(&locate_request()).await.unwrap_err();
    assert!(chain(second.as_ref()).contains("a moment ago"));
    assert_eq!(scene.fake.calls(DISCOVERY), 1);
    scene.fake.tell_the_truth();
    scene.clock.advance(5);
    scene.sign_in().await.unwrap();
    assert_eq!(scene.fake.calls(DISCOVERY), 2);
}

/// A clock that ran ahead and is put right neither keeps documents for longer nor a party resting.
#[tokio::test]
async fn a_clock_that_is_set_changes_nothing() {
    let scene = Scene::new();
    scene.sign_in().await.unwrap();
    scene.clock.set_forward(3600);
    scene.sign_in().await.unwrap();
    assert_eq!(scene.fake.calls(DISCOVERY), 1, "an hour has not passed");
    scene.fake.lie(Lie::At(FakeEndpoint::Discovery, Misbehaviour::Status(503)));
    scene.clock.advance(3600);
    scene.provider.locate(&locate_request()).await.unwrap_err();
    scene.fake.tell_the_truth();
    scene.clock.set_forward(-7200);
    scene.clock.advance(5);
    scene.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_key_set_that_is_down_is_asked_again_only_after_a_moment() {
    let scene = Scene::new();
    scene.fake.lie(Lie::At(FakeEndpoint::KeySet, Misbehaviour::Status(500)));
    for _ in 0..3 {
        let token = scene.fake.id_token(&Person::ada(), None);
        assert!(fault(scene.exchange(id_token(token)).await).starts_with("acme: reading its key set"));
    }
    assert_eq!(scene.fake.calls(KEYS), 1);
}

#[tokio::test]
async fn of_many_calls_that_need_a_document_one_fetches_it() {
    let scene = Arc::new(Scene::new());
    let token = scene.fake.id_token(&Person::ada(), None);
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (scene, token) = (Arc::clone(&scene), token.clone());
        calls.spawn(async move {
            let grant = id_token(token);
            scene.provider.exchange(&grant, scene.clock.now()).await.map(|exchanged| exchanged.evidence)
        });
    }
    for outcome in calls.join_all().await {
        outcome.unwrap();
    }
    assert_eq!((scene.fake.calls(DISCOVERY), scene.fake.calls(KEYS)), (1, 1));
}
