//! The promises of every identity provider, tested on both of ours.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::providers::{Misconduct, Probe};
use auth_domain::Timestamp;
use auth_outbound::{Reach, Timeouts};
use auth_ports::{Clock, IdentityProvider};
use auth_providers::testing::{FakeEndpoint, FakeGitHub, FakeOidc, Lie, Misbehaviour, Person};
use auth_providers::{GitHubProvider, GitHubSettings, OidcProvider, OidcSettings};

use super::support::{PATIENT, REDIRECT_URI, clock, http, provider_id, settings};

fn timeouts(limit: Duration) -> Timeouts {
    Timeouts { request: limit, ..PATIENT }
}

fn lie(how: Misconduct) -> Lie {
    let how = match how {
        Misconduct::Status(status) => Misbehaviour::Status(status),
        Misconduct::NoJson => Misbehaviour::Html,
        Misconduct::Redirect => Misbehaviour::Redirect,
        Misconduct::Huge => Misbehaviour::Huge,
        Misconduct::BreakOff => Misbehaviour::BreakOff,
        Misconduct::Hang => Misbehaviour::Hang,
    };
    Lie::At(FakeEndpoint::Token, how)
}

/// A party that posts its codes to the service, or one that brings them to the redirect address.
struct OidcProbe<const POSTS: bool> {
    fake: FakeOidc,
    provider: Arc<OidcProvider>,
    now: Timestamp,
}

impl<const POSTS: bool> Probe for OidcProbe<POSTS> {
    async fn start(limit: Duration) -> Self {
        let clock = clock();
        let fake = FakeOidc::start(clock.clone());
        let http = http(Reach::LoopbackToo, timeouts(limit));
        let callback = POSTS.then(|| "https://id.example/auth/v1/provider/callback/acme".to_owned());
        let settings = OidcSettings { callback, ..settings(fake.issuer()) };
        let provider = OidcProvider::new(settings, http, clock.clone()).unwrap();
        Self { fake, provider: Arc::new(provider), now: clock.now() }
    }

    fn provider(&self) -> Arc<dyn IdentityProvider> {
        self.provider.clone()
    }

    async fn approve(&self, address: &str, person: u32) -> String {
        self.fake.approve(address, &Person::new(&person.to_string())).unwrap().code
    }

    fn misbehave(&self, how: Misconduct) {
        self.fake.lie(lie(how));
    }

    fn recover(&self) {
        self.fake.tell_the_truth();
    }

    fn now(&self) -> Timestamp {
        self.now
    }
}

struct GitHubProbe {
    fake: FakeGitHub,
    provider: Arc<GitHubProvider>,
}

impl Probe for GitHubProbe {
    async fn start(limit: Duration) -> Self {
        let fake = FakeGitHub::start();
        let settings = GitHubSettings {
            id: provider_id("github"),
            client_id: FakeGitHub::CLIENT_ID.to_owned(),
            client_secret: FakeGitHub::CLIENT_SECRET.into(),
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            scopes: None,
            authorize_base: fake.base(),
            api_base: fake.base(),
        };
        let provider = GitHubProvider::new(settings, http(Reach::LoopbackToo, timeouts(limit))).unwrap();
        Self { fake, provider: Arc::new(provider) }
    }

    fn provider(&self) -> Arc<dyn IdentityProvider> {
        self.provider.clone()
    }

    async fn approve(&self, address: &str, person: u32) -> String {
        self.fake.approve(address, &Person::new(&person.to_string())).unwrap().code
    }

    fn misbehave(&self, how: Misconduct) {
        self.fake.lie(lie(how));
    }

    fn recover(&self) {
        self.fake.tell_the_truth();
    }
}

mod oidc {
    auth_contracts::providers!(super::OidcProbe<false>);
}

mod posting {
    auth_contracts::providers!(super::OidcProbe<true>);
}

mod github {
    auth_contracts::providers!(super::GitHubProbe);
}
