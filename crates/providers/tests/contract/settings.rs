//! Settings that cannot work are rejected at startup.

use auth_outbound::{ForbiddenAddress, Reach};
use auth_ports::IdentityProvider;
use auth_providers::testing::FakeGitHub;
use auth_providers::{GitHubProvider, GitHubSettings, OidcProvider, OidcSettings, ProviderSettingsError};
use rstest::rstest;

use super::support::{PATIENT, REDIRECT_URI, Scene, clock, http, provider_id, settings};

fn refused(change: impl FnOnce(&mut OidcSettings)) -> Option<ProviderSettingsError> {
    let mut settings = settings("https://login.example".to_owned());
    change(&mut settings);
    OidcProvider::new(settings, http(Reach::PublicOnly, PATIENT), clock()).err()
}

#[rstest]
#[case("https://login.example/", None)]
#[case("https://login.example/tenant/v2.0", None)]
#[case("http://login.example", Some(ProviderSettingsError::Address("issuer", ForbiddenAddress::Scheme)))]
#[case("https://127.0.0.1", Some(ProviderSettingsError::Address("issuer", ForbiddenAddress::NotPublic)))]
#[case("login.example", Some(ProviderSettingsError::Address("issuer", ForbiddenAddress::Malformed)))]
#[case("https://login.example?tenant=1", Some(ProviderSettingsError::Decorated("issuer")))]
#[case("https://login.example/#x", Some(ProviderSettingsError::Decorated("issuer")))]
fn an_issuer_must_be_callable(#[case] issuer: &str, #[case] error: Option<ProviderSettingsError>) {
    assert_eq!(refused(|settings| settings.issuer = issuer.to_owned()), error);
}

#[test]
fn a_client_and_a_redirect_address_are_needed() {
    assert_eq!(refused(|_| {}), None);
    assert_eq!(refused(|settings| settings.client_id.clear()), Some(ProviderSettingsError::ClientId));
    assert_eq!(refused(|settings| settings.redirect_uris.clear()), Some(ProviderSettingsError::RedirectUris));
    let relative = |settings: &mut OidcSettings| settings.redirect_uris.push("/back".to_owned());
    assert_eq!(refused(relative), Some(ProviderSettingsError::RedirectUris));
}

#[test]
fn no_party_is_called_at_startup() {
    let scene = Scene::new();
    assert_eq!(scene.fake.calls("/.well-known/openid-configuration"), 0);
    assert_eq!(scene.provider.id().as_str(), "acme");
    assert_eq!(scene.provider.redirect_uris(), [REDIRECT_URI]);
}

#[test]
fn the_public_github_is_callable_and_a_private_address_is_not() {
    let http = || http(Reach::PublicOnly, PATIENT);
    let settings = |api_base: &str| GitHubSettings {
        id: provider_id("github"),
        client_id: FakeGitHub::CLIENT_ID.to_owned(),
        client_secret: FakeGitHub::CLIENT_SECRET.into(),
        redirect_uris: vec![REDIRECT_URI.to_owned()],
        scopes: None,
        authorize_base: GitHubSettings::AUTHORIZE_BASE.to_owned(),
        api_base: api_base.to_owned(),
    };
    assert!(GitHubProvider::new(settings(GitHubSettings::API_BASE), http()).is_ok());
    let inner = GitHubProvider::new(settings("https://10.0.0.1/api/v3"), http()).err();
    assert_eq!(inner, Some(ProviderSettingsError::Address("api_base", ForbiddenAddress::NotPublic)));
}
