//! GitHub.

use auth_domain::secret_bytes::SecretHash;
use auth_outbound::Reach;
use auth_ports::{Clock, ExchangeError, Exchanged, Grant, IdentityProvider};
use auth_providers::testing::{Approval, FakeEndpoint, FakeGitHub, Lie, Misbehaviour, Person};
use auth_providers::{GitHubProvider, GitHubSettings};
use rstest::rstest;
use serde_json::json;
use url::Url;

use super::support::{
    PATIENT, REDIRECT_URI, clock, code, code_of, fault, flow, http, id_token, locate_request, provider_id, refusal,
};

struct Scene {
    fake: FakeGitHub,
    provider: GitHubProvider,
}

impl Scene {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut GitHubSettings)) -> Self {
        let fake = FakeGitHub::start();
        let mut settings = GitHubSettings {
            id: provider_id("github"),
            client_id: FakeGitHub::CLIENT_ID.to_owned(),
            client_secret: FakeGitHub::CLIENT_SECRET.into(),
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            scopes: None,
            authorize_base: fake.base(),
            api_base: fake.base(),
        };
        change(&mut settings);
        let provider = GitHubProvider::new(settings, http(Reach::LoopbackToo, PATIENT)).unwrap();
        Self { fake, provider }
    }

    async fn approve(&self, person: &Person) -> Approval {
        self.fake.approve(&self.provider.locate(&locate_request()).await.unwrap(), person).unwrap()
    }

    async fn exchange(&self, grant: Grant) -> Result<Exchanged, ExchangeError> {
        self.provider.exchange(&grant, clock().now()).await
    }

    async fn sign_in(&self) -> Result<Exchanged, ExchangeError> {
        let approval = self.approve(&Person::ada()).await;
        self.exchange(code(approval.code)).await
    }
}

#[tokio::test]
async fn a_person_comes_back_with_a_profile() {
    let profile = Scene::new().sign_in().await.unwrap().profile;
    let ada = Person::ada();
    assert_eq!(profile.provider.as_str(), "github");
    assert_eq!(profile.subject, "1815");
    assert_eq!((profile.name, profile.picture, profile.email), (ada.name, ada.picture, ada.email));
    assert_eq!(profile.phone_number, None);
}

#[tokio::test]
async fn a_person_without_a_name_is_shown_by_login() {
    let scene = Scene::new();
    let approval = scene.approve(&Person::new("1816")).await;
    let profile = scene.exchange(code(approval.code)).await.unwrap().profile;
    assert_eq!((profile.subject.as_str(), profile.name.as_deref()), ("1816", Some("ada")));
}

/// Ada shows an address, and Bea shows none.
#[tokio::test]
async fn the_verified_primary_address_is_that_of_who_shows_none() {
    let scene = Scene::new();
    let (ada, bea) = (Person::ada(), Person::new("1816"));
    for (listed, of_bea) in [
        (None, None),
        (Some(json!([])), None),
        (Some(json!([{ "email": "b@example.org", "primary": true, "verified": false }])), None),
        (
            Some(json!([
                { "email": "old@example.org", "primary": false, "verified": true, "visibility": null },
                { "email": "b@example.org", "primary": true, "verified": true, "visibility": "private" },
            ])),
            Some("b@example.org"),
        ),
    ] {
        if let Some(listed) = listed {
            scene.fake.list_emails(listed);
        }
        for (person, email) in [(&ada, ada.email.as_deref()), (&bea, of_bea)] {
            let approval = scene.approve(person).await;
            let profile = scene.exchange(code(approval.code)).await.unwrap().profile;
            assert_eq!(profile.email.as_deref(), email, "{}", person.subject);
        }
    }
    assert_eq!(scene.fake.calls("/user/emails"), 4, "only Bea's are asked for");
    scene.fake.lie(Lie::At(FakeEndpoint::Emails, Misbehaviour::Status(502)));
    let approval = scene.approve(&bea).await;
    assert!(fault(scene.exchange(code(approval.code)).await).contains("asking for the person's e-mail address"));
}

#[tokio::test]
async fn the_address_has_githubs_scopes_and_no_nonce() {
    let scene = Scene::new();
    let address = Url::parse(&scene.provider.locate(&locate_request()).await.unwrap()).unwrap();
    assert_eq!(address.path(), "/login/oauth/authorize");
    let query: Vec<_> = address.query_pairs().into_owned().collect();
    let has = |name: &str, value: &str| query.iter().any(|(n, v)| n == name && v == value);
    assert!(has("scope", "read:user user:email") && has("code_challenge_method", "S256"), "{query:?}");
    assert!(!query.iter().any(|(name, _)| name == "nonce"));
}

#[tokio::test]
async fn the_evidence_is_the_code_at_this_party() {
    let scene = Scene::new();
    let approval = scene.approve(&Person::ada()).await;
    let exchanged = scene.exchange(code(approval.code.clone())).await.unwrap();
    assert_eq!(exchanged.evidence, SecretHash::of(format!("github:{}", approval.code).as_bytes()));
}

#[tokio::test]
async fn a_code_works_once_and_an_invented_one_never() {
    let scene = Scene::new();
    let approval = scene.approve(&Person::ada()).await;
    scene.exchange(code(approval.code.clone())).await.unwrap();
    for presented in [approval.code, "made-up".to_owned()] {
        let text = refusal(scene.exchange(code(presented)).await);
        assert_eq!(text, "the authorization code was refused by the third party");
    }
}

#[tokio::test]
async fn a_code_without_the_verifier_of_its_flow_is_refused() {
    let scene = Scene::new();
    let approval = scene.approve(&Person::ada()).await;
    let mut other = flow();
    other.pkce_verifier.replace_range(..1, "e");
    refusal(scene.provider.exchange(&code_of(other, approval.code), clock().now()).await);
    assert_eq!(scene.fake.calls("/user"), 0);
}

#[tokio::test]
async fn an_account_without_a_confirmed_address_is_refused() {
    let scene = Scene::new();
    scene.fake.lie(Lie::OAuthError("unverified_user_email"));
    assert!(refusal(scene.sign_in().await).contains("no confirmed e-mail address"));
}

#[tokio::test]
async fn a_wrong_secret_is_a_fault_and_not_a_refusal() {
    let scene = Scene::with(|settings| settings.client_secret = "wrong".into());
    assert!(fault(scene.sign_in().await).contains("incorrect_client_credentials"));
}

#[tokio::test]
async fn other_kinds_of_grant_are_not_accepted() {
    let scene = Scene::new();
    for grant in [id_token("a.b.c"), Grant::AccessToken("gho_1".to_owned())] {
        let outcome = scene.exchange(grant).await;
        assert!(matches!(outcome, Err(ExchangeError::Unsupported)), "{outcome:?}");
    }
}

#[rstest]
#[case(Misbehaviour::Status(502))]
#[case(Misbehaviour::Html)]
#[case(Misbehaviour::Redirect)]
#[case(Misbehaviour::Huge)]
#[case(Misbehaviour::BreakOff)]
#[tokio::test]
async fn a_failing_endpoint_is_a_fault(
    #[values(FakeEndpoint::Token, FakeEndpoint::User)] endpoint: FakeEndpoint,
    #[case] how: Misbehaviour,
) {
    let scene = Scene::new();
    scene.fake.lie(Lie::At(endpoint, how));
    assert!(fault(scene.sign_in().await).starts_with("github: "));
}

#[rstest]
#[case(Lie::NoSubject)]
#[case(Lie::EmptySubject)]
#[tokio::test]
async fn an_answer_that_names_nobody_is_a_fault(#[case] lie: Lie) {
    let scene = Scene::new();
    scene.fake.lie(lie);
    assert!(fault(scene.sign_in().await).contains("asking whose token it is"));
}
