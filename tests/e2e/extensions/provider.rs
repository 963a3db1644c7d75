//! An identity provider of a team's own: a code is traded for an open id, and errors come with status 200.

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::secret_bytes::SecretHash;
use auth_extension::{Extension, Kit};
use auth_outbound::OutboundHttp;
use auth_ports::{ExchangeError, Exchanged, Grant, IdentityProvider, LocateError, LocateRequest};
use auth_senders::testing::{FakeWebhook, WebhookConduct};
use auth_server::{Server, World};
use auth_settings::{Environment, Problem, RedirectUri, Section, SettingsProfile, WebAddress, read};
use auth_tests::{Caller as _, FAILED_PRECONDITION, TestApp, TestAppBuilder, ThirdPartyFlows as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::Url;

/// `[providers.<id>]` of kind `chat`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatSection {
    #[serde(deserialize_with = "read::value")]
    app_id: String,
    #[serde(deserialize_with = "read::value")]
    app_secret: SecretString,
    #[serde(deserialize_with = "read::value")]
    base: WebAddress,
    #[serde(deserialize_with = "read::list")]
    redirect_uris: Vec<RedirectUri>,
}

impl Section for ChatSection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        self.base.check("base", profile)?;
        RedirectUri::check_all(&self.redirect_uris, profile)
    }
}

struct Chat {
    id: ProviderId,
    section: ChatSection,
    token_address: Url,
    redirect_uris: Vec<String>,
    http: OutboundHttp,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ChatAnswer {
    Refused { errcode: i64 },
    Known { openid: String },
}

impl Chat {
    fn new(id: ProviderId, section: ChatSection, kit: &Kit) -> Result<Self, Problem> {
        let http = kit.outbound().build()?;
        let token_address = http.reach().parse(section.base.as_str())?;
        let redirect_uris = section.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect();
        Ok(Self { id, section, token_address, redirect_uris, http })
    }
}

#[async_trait]
impl IdentityProvider for Chat {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }

    async fn locate(&self, request: &LocateRequest) -> Result<String, LocateError> {
        Ok(format!("https://chat.example/connect?appid={}&state={}", self.section.app_id, request.state))
    }

    async fn exchange(&self, grant: &Grant, _now: Timestamp) -> Result<Exchanged, ExchangeError> {
        let Grant::Code { code, .. } = grant else { return Err(ExchangeError::Unsupported) };
        let form = [
            ("appid", self.section.app_id.as_str()),
            ("secret", self.section.app_secret.expose_secret()),
            ("code", code),
        ];
        let answer = self.http.post(&self.token_address).form(&form).send().await;
        let answer = answer.and_then(|answer| answer.successful()?.json());
        match answer.map_err(|error| ExchangeError::Faulty(error.into()))? {
            ChatAnswer::Refused { errcode: 40029 } => Err(ExchangeError::Refused("the code is not good")),
            ChatAnswer::Refused { errcode } => Err(ExchangeError::Faulty(format!("error {errcode}").into())),
            ChatAnswer::Known { openid } => Ok(Exchanged {
                profile: ExternalProfile {
                    provider: self.id.clone(),
                    subject: openid,
                    name: None,
                    picture: None,
                    email: None,
                    phone_number: None,
                },
                evidence: SecretHash::of(format!("{}:{code}", self.id).as_bytes()),
            }),
        }
    }
}

fn server() -> Server {
    let chat = Extension::new("team-chat")
        .provider_kind("chat", |id, section: ChatSection, kit: &Kit| Ok(Arc::new(Chat::new(id, section, kit)?)));
    Server::new().with(chat)
}

const SECTION: [(&str, &str); 4] = [
    ("AUTH__PROVIDERS__TALK__KIND", "chat"),
    ("AUTH__PROVIDERS__TALK__APP_ID", "wx1"),
    ("AUTH__PROVIDERS__TALK__APP_SECRET", "hunter2"),
    ("AUTH__PROVIDERS__TALK__REDIRECT_URIS", "https://app.example.com/back"),
];

fn app(base: &str) -> TestAppBuilder {
    let app = TestApp::builder().server(server()).set("AUTH__PROVIDERS__TALK__BASE", base);
    SECTION.iter().fold(app, |app, (variable, value)| app.set(variable, value))
}

#[tokio::test]
async fn somebody_signs_in_through_it() {
    let party = FakeWebhook::start().await;
    let app = app(&party.url()).start().await;
    let device = app.device();
    assert!(device.locate("talk").await.starts_with("https://chat.example/connect?appid=wx1&state="));
    let code = |code: &str| json!({ "provider_id": "talk", "provider_code": code });
    party.conduct(WebhookConduct::Refuse(200, json!({ "errcode": 40029, "errmsg": "invalid code" }).to_string()));
    let refused = device.post("/auth/v1/provider/token", code("bad")).await.refused(FAILED_PRECONDITION);
    assert!(refused.contains("not good"), "{refused}");
    party.conduct(WebhookConduct::Refuse(200, json!({ "openid": "o-1" }).to_string()));
    let token = device.post("/auth/v1/provider/token", code("good")).await.ok()["provider_token"].clone();
    let signed_up = device.post("/auth/v1/signin/with/provider", json!({ "provider_token": token })).await.ok();
    device.post("/auth/v1/provider/token", code("next")).await.refused(FAILED_PRECONDITION);
    device.locate("talk").await;
    let again = device.post("/auth/v1/provider/token", code("next")).await.ok()["provider_token"].clone();
    let signed_in = device.post("/auth/v1/signin/with/provider", json!({ "provider_token": again })).await.ok();
    assert_eq!(signed_in["sub"], signed_up["sub"]);
    let sent = String::from_utf8(party.requests()[0].body.clone()).expect("a form");
    assert_eq!(sent, "appid=wx1&secret=hunter2&code=bad");
}

#[test]
fn its_section_is_checked_like_ours() {
    let base = ("AUTH__PROVIDERS__TALK__BASE", "https://api.chat.example/token");
    let said = |more: &[(&str, &str)]| {
        let variables = [&SECTION[..], &[base], more].concat();
        let configured = server().configure(&Environment::new(variables), World::of_this_machine());
        configured.map(drop).map_err(|failure| failure.to_string())
    };
    assert_eq!(said(&[]), Ok(()));
    for (more, expected) in [
        (
            ("AUTH__PROVIDERS__TALK__KIND", "telegraph"),
            "providers.talk.kind (AUTH__PROVIDERS__TALK__KIND) must be one of oidc, github, chat, not \"telegraph\"",
        ),
        (
            ("AUTH__PROVIDERS__TALK__ISSUER", "https://x.example"),
            "providers.talk.issuer (AUTH__PROVIDERS__TALK__ISSUER) is only for kind oidc and github",
        ),
        (
            ("AUTH__PROVIDERS__TALK__APP_KEY", "x"),
            "providers.talk.app_key (AUTH__PROVIDERS__TALK__APP_KEY) is not a setting; [providers.talk] has: kind, app_id, app_secret, app_secret_file, base, redirect_uris",
        ),
        (
            ("AUTH__PROVIDERS__TALK__REDIRECT_URIS", ""),
            "providers.talk.redirect_uris (AUTH__PROVIDERS__TALK__REDIRECT_URIS) must hold at least one address",
        ),
    ] {
        assert_eq!(said(&[more]), Err(expected.to_owned()));
    }
}
