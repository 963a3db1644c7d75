//! What Apple has and others do not: forms that are posted to us, and client secrets that we sign.

use auth_outbound::Reach;
use auth_ports::{Flow, IdentityProvider, LocateRequest};
use auth_providers::testing::{FakeOidc, Person};
use auth_providers::{ClientSecretKey, OidcProvider, OidcSettings, ProviderSettingsError};
use rstest::rstest;
use url::Url;

use super::support::{PATIENT, REDIRECT_URI, Scene, clock, code_of, fault, flow, http, locate_request, settings};

const CALLBACK: &str = "https://id.example/auth/v1/provider/callback/acme";
const SECOND: &str = "com.example.app:/back";

fn posting(settings: &mut OidcSettings) {
    settings.redirect_uris.push(SECOND.to_owned());
    settings.callback = Some(CALLBACK.to_owned());
}

/// The third party knows our address only, in both of its steps; the flow keeps the app's.
#[rstest]
#[case(REDIRECT_URI, "https://id.example/auth/v1/provider/callback/acme/1")]
#[case(SECOND, "https://id.example/auth/v1/provider/callback/acme/2")]
#[tokio::test]
async fn a_form_is_posted_to_the_service(#[case] redirect_uri: &str, #[case] registered: &str) {
    let scene = Scene::with(PATIENT, posting);
    let flow = Flow { redirect_uri: redirect_uri.to_owned(), ..flow() };
    let address = scene.provider.locate(&LocateRequest { flow: flow.clone(), ..locate_request() }).await.unwrap();
    let url = Url::parse(&address).unwrap();
    let values = |name: &str| {
        let found = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        found.collect::<Vec<_>>()
    };
    assert_eq!(values("response_mode"), ["form_post"]);
    assert_eq!(values("redirect_uri"), [registered]);
    assert_eq!(values("state"), ["the state"]);
    let approval = scene.fake.approve(&address, &Person::ada()).unwrap();
    scene.exchange(code_of(flow, approval.code)).await.unwrap();
    assert!(scene.provider.posts_back() && !Scene::new().provider.posts_back());
}

fn key(pem: &str) -> ClientSecretKey {
    ClientSecretKey { team_id: "ABCDE12345".to_owned(), key_id: "FGHIJ67890".to_owned(), private_key: pem.into() }
}

#[tokio::test]
async fn client_secrets_are_signed_with_the_key_that_was_issued() {
    let clock = clock();
    let fake = FakeOidc::start(clock.clone());
    let pem = fake.issue_client_key("ABCDE12345", "FGHIJ67890");
    let settings = OidcSettings { client_secret: None, client_key: Some(key(&pem)), ..settings(fake.issuer()) };
    let provider = OidcProvider::new(settings, http(Reach::LoopbackToo, PATIENT), clock.clone()).unwrap();
    let scene = Scene { clock, fake, provider };
    scene.sign_in().await.unwrap();
    scene.clock.advance(200 * 24 * 3600);
    scene.sign_in().await.unwrap();
    let _another = scene.fake.issue_client_key("ABCDE12345", "FGHIJ67890");
    assert!(fault(scene.sign_in().await).contains("invalid_client"));
}

#[rstest]
#[case("")]
#[case("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
#[case("FGHIJ67890")]
fn a_key_that_cannot_sign_is_refused_at_the_start(#[case] pem: &str) {
    let settings = OidcSettings { client_key: Some(key(pem)), ..settings("https://login.example".to_owned()) };
    let made = OidcProvider::new(settings, http(Reach::PublicOnly, PATIENT), clock());
    assert_eq!(made.err(), Some(ProviderSettingsError::PrivateKey));
}
