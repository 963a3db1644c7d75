//! The authorization-code flow, from the address to the profile.

use std::collections::HashMap;

use auth_domain::secret_bytes::SecretHash;
use auth_ports::{Grant, IdentityProvider, LocateRequest};
use auth_providers::testing::{FakeClientAuth, FakeOidc, KeySort, Lie, Person};
use rstest::rstest;
use url::Url;

use super::support::{PATIENT, REDIRECT_URI, Scene, code, code_of, fault, flow, id_token, locate_request, refusal};

const REFUSED: &str = "the authorization code was refused by the third party";

#[rstest]
#[case(KeySort::Es256)]
#[case(KeySort::Es384)]
#[case(KeySort::Rs256)]
#[case(KeySort::Ps256)]
#[case(KeySort::EdDsa)]
#[tokio::test]
async fn a_person_comes_back_with_a_profile(#[case] sort: KeySort) {
    let scene = Scene::new();
    scene.fake.rotate_key(sort);
    let exchanged = scene.sign_in().await.unwrap();
    let (profile, ada) = (exchanged.profile, Person::ada());
    assert_eq!(profile.provider.as_str(), "acme");
    assert_eq!(profile.subject, ada.subject);
    assert_eq!(profile.name, ada.name);
    assert_eq!(profile.picture, ada.picture);
    assert_eq!(profile.email, ada.email);
    assert_eq!(profile.phone_number, ada.phone_number);
}

/// The address works in a browser, too, which is how tests of the whole service may use the fake.
#[tokio::test]
async fn a_browser_that_opens_the_address_comes_back_with_a_code() {
    let scene = Scene::new();
    scene.fake.seat(Person::new("1816"));
    let address = scene.provider.locate(&locate_request()).await.unwrap();
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.get(address).send().await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap();
    assert!(back.starts_with(REDIRECT_URI), "{back}");
    let query = query(back);
    assert_eq!(query["from"], ["login"]);
    assert_eq!(query["state"], ["the state"]);
    let exchanged = scene.exchange(code(query["code"][0].clone())).await.unwrap();
    assert_eq!(exchanged.profile.subject, "1816");
}

#[tokio::test]
async fn odd_parts_of_a_profile_are_dropped() {
    let scene = Scene::new();
    let odd = Person {
        name: Some("a\u{7}".to_owned()),
        picture: Some("javascript:alert(1)".to_owned()),
        email: Some("a".repeat(300)),
        phone_number: Some(" ".to_owned()),
        ..Person::ada()
    };
    let approval = scene.approve(&odd).await;
    let profile = scene.exchange(code(approval.code)).await.unwrap().profile;
    assert_eq!(profile.subject, odd.subject);
    assert_eq!((profile.name, profile.picture, profile.email, profile.phone_number), (None, None, None, None));
}

#[tokio::test]
async fn the_address_has_every_parameter_once() {
    let scene = Scene::new();
    let address = scene.provider.locate(&locate_request()).await.unwrap();
    assert!(address.starts_with(&format!("{}/authorize?", scene.fake.issuer())), "{address}");
    let query = query(&address);
    assert_eq!(query["response_type"], ["code"]);
    assert_eq!(query["client_id"], [FakeOidc::CLIENT_ID]);
    assert_eq!(query["redirect_uri"], [REDIRECT_URI]);
    assert_eq!(query["scope"], ["openid email profile"]);
    assert_eq!(query["state"], ["the state"]);
    assert_eq!(query["nonce"], ["nonce-of-this-flow"]);
    assert_eq!(query["code_challenge"], ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"]);
    assert_eq!(query["code_challenge_method"], ["S256"]);
    assert!(!address.contains(&flow().pkce_verifier), "the verifier is a secret");
}

#[tokio::test]
async fn spaces_are_plus_signs_so_that_the_address_may_be_decoded_once_more() {
    let address = Scene::new().provider.locate(&locate_request()).await.unwrap();
    assert!(address.contains("scope=openid+email+profile") && address.contains("state=the+state"), "{address}");
    assert!(!address.contains("%20"), "{address}");
}

#[tokio::test]
async fn other_parameters_are_passed_on_unless_they_are_the_protocols_own() {
    let names = [
        "client_id",
        "redirect_uri",
        "response_type",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "request",
        "request_uri",
        "Redirect_URI",
        " state",
    ];
    let mut other_params: Vec<_> = names.iter().map(|&name| (name.to_owned(), "evil".to_owned())).collect();
    other_params.push(("prompt".to_owned(), "select account".to_owned()));
    let address = Scene::new().provider.locate(&LocateRequest { other_params, ..locate_request() }).await.unwrap();
    assert_eq!(query(&address)["prompt"], ["select account"]);
    assert!(!address.contains("evil"), "{address}");
}

#[rstest]
#[case(Some("openid phone"), "openid phone")]
#[case(Some("phone"), "openid phone")]
#[case(Some(""), "openid")]
#[case(None, "openid email profile")]
#[tokio::test]
async fn scopes_of_the_request_replace_the_configured_ones(#[case] scope: Option<&str>, #[case] sent: &str) {
    let request = LocateRequest { scope: scope.map(str::to_owned), ..locate_request() };
    let address = Scene::new().provider.locate(&request).await.unwrap();
    assert_eq!(query(&address)["scope"], [sent]);
}

#[rstest]
#[case(FakeClientAuth::Basic)]
#[case(FakeClientAuth::Post)]
#[case(FakeClientAuth::Public)]
#[tokio::test]
async fn the_secret_is_sent_as_the_party_requires(#[case] auth: FakeClientAuth) {
    let scene = Scene::with(PATIENT, |settings| {
        if auth == FakeClientAuth::Public {
            settings.client_secret = None;
        }
    });
    scene.fake.expect_client_auth(auth);
    scene.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_wrong_secret_is_a_fault_and_not_a_refusal() {
    let scene = Scene::with(PATIENT, |settings| settings.client_secret = Some("wrong".into()));
    let told = fault(scene.sign_in().await);
    assert!(told.starts_with("acme: trading the code") && told.contains("invalid_client"), "{told}");
}

#[tokio::test]
async fn a_code_without_the_verifier_of_its_flow_is_refused() {
    let scene = Scene::new();
    let approval = scene.approve(&Person::ada()).await;
    let mut other = flow();
    other.pkce_verifier.replace_range(..1, "e");
    let outcome = scene.provider.exchange(&code_of(other, approval.code), now(&scene)).await;
    assert_eq!(refusal(outcome), REFUSED);
}

#[tokio::test]
async fn a_code_with_another_redirect_address_is_refused() {
    let scene = Scene::new();
    let approval = scene.approve(&Person::ada()).await;
    let mut other = flow();
    other.redirect_uri = "https://app.example/".to_owned();
    let outcome = scene.provider.exchange(&code_of(other, approval.code), now(&scene)).await;
    assert_eq!(refusal(outcome), REFUSED);
}

#[tokio::test]
async fn a_code_works_once_and_an_invented_one_never() {
    let scene = Scene::new();
    let approval = scene.approve(&Person::ada()).await;
    scene.exchange(code(approval.code.clone())).await.unwrap();
    assert_eq!(refusal(scene.exchange(code(approval.code)).await), REFUSED);
    assert_eq!(refusal(scene.exchange(code("")).await), REFUSED);
}

#[tokio::test]
async fn a_code_of_another_flow_is_refused_by_its_nonce() {
    let scene = Scene::new();
    let approval = scene.approve(&Person::ada()).await;
    let mut other = flow();
    other.nonce = "nonce-of-another-flow".to_owned();
    let outcome = scene.provider.exchange(&code_of(other, approval.code), now(&scene)).await;
    assert_eq!(refusal(outcome), "the nonce of the ID token is not that of this flow");
}

#[tokio::test]
async fn two_sign_ins_leave_two_pieces_of_evidence() {
    let scene = Scene::new();
    let first = scene.sign_in().await.unwrap();
    scene.clock.advance(1);
    let second = scene.sign_in().await.unwrap();
    assert_ne!(first.evidence, second.evidence);
}

#[tokio::test]
async fn the_evidence_is_what_was_signed() {
    let scene = Scene::new();
    let token = scene.fake.id_token(&Person::ada(), None);
    let (signed, _) = token.rsplit_once('.').unwrap();
    let exchanged = scene.exchange(id_token(token.clone())).await.unwrap();
    assert_eq!(exchanged.evidence, SecretHash::of(signed.as_bytes()));
}

#[rstest]
#[case("temporarily_unavailable")]
#[case("invalid_request")]
#[case("unauthorized_client")]
#[tokio::test]
async fn any_other_oauth_error_is_a_fault_that_the_log_names(#[case] error: &'static str) {
    let scene = Scene::new();
    scene.fake.lie(Lie::OAuthError(error));
    assert!(fault(scene.sign_in().await).contains(error));
}

#[tokio::test]
async fn an_access_token_proves_nothing_here() {
    let scene = Scene::new();
    let outcome = scene.exchange(Grant::AccessToken("at".to_owned())).await;
    assert!(matches!(outcome, Err(auth_ports::ExchangeError::Unsupported)), "{outcome:?}");
    assert_eq!(scene.fake.calls("/.well-known/openid-configuration"), 0);
}

fn now(scene: &Scene) -> auth_domain::Timestamp {
    auth_ports::Clock::now(scene.clock.as_ref())
}

fn query(address: &str) -> HashMap<String, Vec<String>> {
    let mut query: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in Url::parse(address).unwrap().query_pairs() {
        query.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    query
}
