//! ID tokens with false claims.

use auth_domain::external_identities::ClientNonce;
use auth_ports::{ExchangeError, Grant};
use auth_providers::NonceRule;
use auth_providers::testing::{KeySort, Lie, Person};
use rstest::rstest;

use super::support::{PATIENT, Scene, fault, id_token, refusal};

const ISSUER: &str = "the ID token is from another issuer";
const AUDIENCE: &str = "the ID token is meant for another audience";
const AUTHORIZED_PARTY: &str = "the ID token was issued to another authorized party";
const EXPIRED: &str = "the ID token has expired";
const NOT_YET_VALID: &str = "the ID token is not valid yet";
const ALGORITHM: &str = "the ID token is signed with an algorithm that is not allowed";
const SIGNATURE: &str = "the signature of the ID token is wrong";
const UNKNOWN_KEY: &str = "the ID token is signed with an unknown key";
const SUBJECT: &str = "the ID token names no usable subject";
const TOO_OLD: &str = "the ID token was issued too long ago: fetch a fresh one";
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
    assert_eq!(refusal(scene.exchange(id_token(token)).await), text);
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

const OWN: &str = "the client's own";
/// The SHA-256 of [`OWN`], in hexadecimal.
const HASHED: &str = "6f6ab22b13a3562bea7c276a767e8c538d19dd03c0eb83b0543cde92449c2bf8";
const NOT_SHOWN: &str = "the ID token has a nonce: the field nonce must show it";
const NOT_IN_IT: &str = "the ID token does not have the nonce that the field nonce shows";

/// A token that the client obtained itself, and the nonce that it shows beside it.
fn own(scene: &Scene, in_token: Option<&str>, shown: Option<&str>) -> Grant {
    let token = scene.fake.id_token(&Person::ada(), in_token);
    Grant::IdToken { token, nonce: shown.map(|nonce| ClientNonce::new(nonce.to_owned())) }
}

#[rstest]
#[case(None, None)]
#[case(Some(OWN), Some(OWN))]
#[case(Some(HASHED), Some(OWN))]
#[tokio::test]
async fn a_token_that_the_client_obtained_itself_needs_no_nonce_of_ours(
    #[case] in_token: Option<&str>,
    #[case] shown: Option<&str>,
) {
    let scene = Scene::new();
    let exchanged = scene.exchange(own(&scene, in_token, shown)).await.unwrap();
    assert_eq!(exchanged.profile.subject, Person::ada().subject);
}

#[rstest]
#[case(Some(OWN), None, NOT_SHOWN)]
#[case(Some(HASHED), None, NOT_SHOWN)]
#[case(Some("another"), Some(OWN), NOT_IN_IT)]
#[case(Some(OWN), Some(HASHED), NOT_IN_IT)]
#[case(None, Some(OWN), NOT_IN_IT)]
#[tokio::test]
async fn its_nonce_must_be_shown(
    #[case] in_token: Option<&str>,
    #[case] shown: Option<&str>,
    #[case] text: &str,
    #[values(NonceRule::Check, NonceRule::Ignore)] rule: NonceRule,
) {
    let scene = Scene::with(PATIENT, |settings| settings.id_tokens = Some(rule));
    let outcome = scene.exchange(own(&scene, in_token, shown)).await;
    match rule {
        NonceRule::Check => assert_eq!(refusal(outcome), text),
        NonceRule::Ignore => assert_eq!(outcome.unwrap().profile.subject, Person::ada().subject),
    }
}

#[tokio::test]
async fn an_operator_may_take_none_from_clients() {
    let scene = Scene::with(PATIENT, |settings| settings.id_tokens = None);
    let outcome = scene.exchange(own(&scene, None, None)).await;
    assert!(matches!(outcome, Err(ExchangeError::Unsupported)), "{outcome:?}");
    assert_eq!(scene.fake.calls("/.well-known/openid-configuration"), 0);
    scene.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_token_that_the_client_obtained_itself_must_be_recent() {
    let scene = Scene::new();
    scene.fake.lie(Lie::IssuedLongAgo);
    let token = scene.fake.id_token(&Person::ada(), None);
    assert_eq!(refusal(scene.exchange(id_token(token)).await), TOO_OLD);
    scene.sign_in().await.unwrap();
}

#[tokio::test]
async fn the_same_token_is_the_same_evidence() {
    let scene = Scene::new();
    let token = scene.fake.id_token(&Person::ada(), None);
    let first = scene.exchange(id_token(token.clone())).await.unwrap();
    let second = scene.exchange(id_token(token)).await.unwrap();
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_token_expires_by_the_clock_that_is_passed_in() {
    let scene = Scene::new();
    let token = scene.fake.id_token(&Person::ada(), None);
    for (seconds, text) in [(300, None), (1, Some(TOO_OLD)), (3_358, Some(TOO_OLD)), (1, Some(EXPIRED))] {
        scene.clock.advance(seconds);
        let outcome = scene.exchange(id_token(token.clone())).await;
        assert_eq!(outcome.map_err(|error| error.to_string()).err().as_deref(), text, "{seconds} s later");
    }
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
        let outcome = scene.exchange(id_token(raw)).await;
        assert!(matches!(outcome, Err(ExchangeError::Refused("the ID token is malformed"))), "{raw:?}: {outcome:?}");
    }
    assert_eq!(scene.fake.calls("/keys"), 0);
}

/// Google, on Android: the server is the audience, and the app is whom the token was issued to.
#[tokio::test]
async fn a_token_for_us_alone_may_have_been_issued_to_an_app() {
    let scene = Scene::new();
    scene.fake.add_claims(&[("azp", "the app")]);
    scene.sign_in().await.unwrap();
    let token = scene.fake.id_token(&Person::ada(), None);
    scene.exchange(id_token(token)).await.unwrap();
}

/// Documents as they should not be, and as some are.
#[rstest]
#[case(KeySort::Es256)]
#[case(KeySort::Rs256)]
#[case(KeySort::EdDsa)]
#[tokio::test]
async fn odd_documents_are_read(#[case] sort: KeySort) {
    let scene = Scene::new();
    scene.fake.be_odd();
    scene.fake.rotate_key(sort);
    scene.sign_in().await.unwrap();
}
