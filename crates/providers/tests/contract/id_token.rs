//! ID tokens with false claims.

use auth_ports::{ExchangeError, Grant};
use auth_providers::testing::{KeySort, Lie, Person};
use rstest::rstest;

use super::support::{Scene, fault, refusal};

const ISSUER: &str = "the ID token is from another issuer";
const AUDIENCE: &str = "the ID token is meant for another audience";
const AUTHORIZED_PARTY: &str = "the ID token was issued to another authorized party";
const EXPIRED: &str = "the ID token has expired";
const NOT_YET_VALID: &str = "the ID token is not valid yet";
const ALGORITHM: &str = "the ID token is signed with an algorithm that is not allowed";
const SIGNATURE: &str = "the signature of the ID token is wrong";
const UNKNOWN_KEY: &str = "the ID token is signed with an unknown key";
const SUBJECT: &str = "the ID token names no usable subject";
const NONCE: &str = "the nonce of the ID token is not that of this flow";

#[rstest]
#[case(Lie::Issuer, ISSUER)]
#[case(Lie::Audience, AUDIENCE)]
#[case(Lie::NoAudience, AUDIENCE)]
#[case(Lie::SeveralAudiences, AUTHORIZED_PARTY)]
#[case(Lie::AuthorizedParty, AUTHORIZED_PARTY)]
#[case(Lie::Expired, EXPIRED)]
#[case(Lie::NoExpiry, EXPIRED)]
#[case(Lie::NotYetValid, NOT_YET_VALID)]
#[case(Lie::IssuedInFuture, NOT_YET_VALID)]
#[case(Lie::AlgorithmNone, ALGORITHM)]
#[case(Lie::SymmetricWithPublicKey, ALGORITHM)]
#[case(Lie::ForeignKey, SIGNATURE)]
#[case(Lie::Tampered, SIGNATURE)]
#[case(Lie::UnknownKey, UNKNOWN_KEY)]
#[case(Lie::AccessTokenType, "the token is not an ID token")]
#[case(Lie::CriticalExtension, "the ID token is malformed")]
#[case(Lie::NoSubject, SUBJECT)]
#[case(Lie::EmptySubject, SUBJECT)]
#[case(Lie::HugeSubject, SUBJECT)]
#[case(Lie::NumericSubject, SUBJECT)]
#[case(Lie::ControlCharacterInSubject, SUBJECT)]
#[tokio::test]
async fn a_lie_is_detected_whichever_way_the_token_came(#[case] lie: Lie, #[case] text: &str) {
    let scene = Scene::new();
    scene.fake.lie(lie);
    assert_eq!(refusal(scene.sign_in().await), text);
    let token = scene.fake.id_token(&Person::ada(), None);
    assert_eq!(refusal(scene.exchange(Grant::IdToken(token)).await), text);
    scene.fake.tell_the_truth();
    scene.sign_in().await.unwrap();
}

#[rstest]
#[case(Lie::Nonce, NONCE)]
#[case(Lie::NoNonce, NONCE)]
#[case(Lie::GarbledIdToken, "the ID token is malformed")]
#[tokio::test]
async fn a_lie_about_the_flow_is_detected(#[case] lie: Lie, #[case] text: &str) {
    let scene = Scene::new();
    scene.fake.lie(lie);
    assert_eq!(refusal(scene.sign_in().await), text);
}

#[tokio::test]
async fn a_token_endpoint_without_an_id_token_is_faulty() {
    let scene = Scene::new();
    scene.fake.lie(Lie::NoIdToken);
    assert!(fault(scene.sign_in().await).contains("gave no ID token"));
}

#[tokio::test]
async fn a_token_that_the_client_obtained_itself_needs_no_nonce_of_ours() {
    let scene = Scene::new();
    for nonce in [None, Some("the client's own")] {
        let token = scene.fake.id_token(&Person::ada(), nonce);
        let exchanged = scene.exchange(Grant::IdToken(token)).await.unwrap();
        assert_eq!(exchanged.profile.subject, Person::ada().subject);
    }
}

#[tokio::test]
async fn a_token_that_the_client_obtained_itself_must_be_recent() {
    let scene = Scene::new();
    scene.fake.lie(Lie::IssuedLongAgo);
    let token = scene.fake.id_token(&Person::ada(), None);
    assert_eq!(refusal(scene.exchange(Grant::IdToken(token)).await), "the ID token was issued too long ago");
    scene.sign_in().await.unwrap();
}

#[tokio::test]
async fn the_same_token_is_the_same_evidence() {
    let scene = Scene::new();
    let token = scene.fake.id_token(&Person::ada(), None);
    let first = scene.exchange(Grant::IdToken(token.clone())).await.unwrap();
    let second = scene.exchange(Grant::IdToken(token)).await.unwrap();
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_token_expires_by_the_clock_that_is_passed_in() {
    let scene = Scene::new();
    let token = scene.fake.id_token(&Person::ada(), None);
    scene.clock.advance(3540);
    scene.exchange(Grant::IdToken(token.clone())).await.unwrap();
    scene.clock.advance(120);
    assert_eq!(refusal(scene.exchange(Grant::IdToken(token)).await), EXPIRED);
}

#[rstest]
#[case(KeySort::Es256)]
#[case(KeySort::Rs256)]
#[tokio::test]
async fn a_key_without_an_id_is_enough_if_it_is_the_only_one(#[case] sort: KeySort) {
    let scene = Scene::new();
    scene.fake.rotate_key(sort);
    scene.fake.name_keys(false);
    scene.sign_in().await.unwrap();
}

#[tokio::test]
async fn garbage_is_refused_without_fetching_keys() {
    let scene = Scene::new();
    for raw in ["", "a", "a.b.c", "eyJhbGciOiJFUzI1NiJ9.e30.AA.AA", "\u{0}", "🙂.🙂.🙂"] {
        let outcome = scene.exchange(Grant::IdToken(raw.to_owned())).await;
        assert!(matches!(outcome, Err(ExchangeError::Refused("the ID token is malformed"))), "{raw:?}: {outcome:?}");
    }
    assert_eq!(scene.fake.calls("/keys"), 0);
}
