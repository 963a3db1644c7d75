//! An SMS vendor of a team's own: a form with HTTP Basic, as such vendors take it.

use std::fs;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_contracts::ManualClock;
use auth_domain::messages::{Channel, OutgoingMessage, Templates};
use auth_extension::{Extension, Kit};
use auth_outbound::{OutboundBuilder, OutboundHttp};
use auth_ports::{MessageSender, SendError};
use auth_senders::testing::FakeWebhook;
use auth_server::{Configuration, OsEntropy, Server, World, doctor};
use auth_settings::{Environment, Problem, Section, SettingsProfile, WebAddress, read};
use auth_tests::{Flows as _, Messages, SentCode, TestApp, TestDatabase, unique_phone};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::Url;

/// `[sms.pigeon]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PigeonSection {
    #[serde(deserialize_with = "read::value")]
    account: String,
    #[serde(deserialize_with = "read::value")]
    token: SecretString,
    #[serde(deserialize_with = "read::value")]
    base: WebAddress,
}

impl Section for PigeonSection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        self.base.check("base", profile)
    }
}

struct Pigeon {
    section: PigeonSection,
    address: Url,
    http: OutboundHttp,
    templates: Templates,
}

impl Pigeon {
    fn new(section: PigeonSection, http: OutboundBuilder, templates: Templates) -> Result<Self, Problem> {
        let address = http.reach().parse(&format!("{}/{}", section.base.base(), section.account));
        let address = address.map_err(|forbidden| Problem::at("base", format!("may not be called: {forbidden}")))?;
        Ok(Self { section, address, http: http.keep_connections().build()?, templates })
    }
}

#[async_trait]
impl MessageSender for Pigeon {
    fn channel(&self) -> Channel {
        Channel::SMS
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        let words = self.templates.words(Channel::SMS, message);
        let fields = [("To", message.to.canonical()), ("Body", words.text.as_str())];
        let request = self.http.post(&self.address).form(&fields);
        let request = request.basic(&self.section.account, self.section.token.expose_secret());
        let answer = request.send().await.map_err(|error| SendError::Temporary(error.into()))?;
        answer.successful().map(drop).map_err(|error| SendError::Permanent(error.into()))
    }
}

fn extension() -> Extension {
    Extension::new("team-pigeon").sms_vendor("pigeon", |section: PigeonSection, kit: &Kit| {
        Ok(Arc::new(Pigeon::new(section, kit.outbound(), kit.templates())?))
    })
}

fn server() -> Server {
    Server::new().with(extension())
}

fn variables<'a>(base: &'a str, token_file: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("AUTH__SMS__KIND", "pigeon"),
        ("AUTH__SMS__PIGEON__ACCOUNT", "AC1"),
        ("AUTH__SMS__PIGEON__TOKEN_FILE", token_file),
        ("AUTH__SMS__PIGEON__BASE", base),
    ]
}

/// A file that holds the vendor's token.
fn token() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), "hunter2\n").expect("it can be written");
    file
}

fn configure(variables: &[(&str, &str)], out: &Messages) -> Result<Configuration, String> {
    let world = World {
        clock: Arc::new(ManualClock::new()),
        entropy: Arc::new(OsEntropy),
        out: Arc::new(Mutex::new(out.clone())),
    };
    server().configure(&Environment::new(variables.iter().copied()), world).map_err(|failure| failure.to_string())
}

#[tokio::test]
async fn codes_arrive_through_the_vendor() {
    let vendor = FakeWebhook::start().await;
    let token = token();
    let mut app = TestApp::builder().server(server());
    for (variable, value) in variables(&vendor.url(), token.path().to_str().expect("UTF-8")) {
        app = app.set(variable, value);
    }
    let app = app.start().await;
    let (device, phone) = (app.device(), unique_phone());
    let answer = auth_tests::Caller::post(&device, "/auth/v1/verification", phone.with(json!({}))).await.ok();
    let request = vendor.next_request().await;
    assert_eq!(request.line, "POST /messages/AC1 HTTP/1.1");
    assert_eq!(request.header("authorization"), "Basic QUMxOmh1bnRlcjI=");
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(field("To").map(str::to_owned), Some(phone.text().replace(' ', "")));
    let code: String = field("Body").expect("a text").chars().filter(char::is_ascii_digit).take(6).collect();
    let id = answer["verification_id"].as_str().expect("an id").to_owned();
    device.verify(&SentCode { id, code }).await;
    assert!(app.messages().all().is_empty(), "nothing is printed");
}

#[test]
fn its_section_is_checked_like_ours() {
    let token = token();
    let file = token.path().to_str().expect("UTF-8");
    let out = Messages::default();
    let good = variables("http://127.0.0.1:9", file);
    configure(&good, &out).expect("complete");
    for (more, said) in [
        (
            [("AUTH__SMS__PIGEON__TOKN", "hunter2")],
            "sms.pigeon.tokn (AUTH__SMS__PIGEON__TOKN) is not a setting; [sms.pigeon] has: account, token, token_file, base",
        ),
        (
            [("AUTH__SMS__PIGEON__TOKEN", "hunter2")],
            "sms.pigeon.token_file (AUTH__SMS__PIGEON__TOKEN_FILE) and sms.pigeon.token are both set",
        ),
        ([("AUTH__SMS__COUNTRIES", "")], "sms.countries (AUTH__SMS__COUNTRIES) must list the calling codes or regions"),
        (
            [("AUTH__SMS__KIND", "dove")],
            "sms.kind (AUTH__SMS__KIND) must be one of none, log, webhook, pigeon, not \"dove\"",
        ),
        ([("AUTH_PROFILE", "production")], "sms.pigeon.base (AUTH__SMS__PIGEON__BASE) must be an https address"),
    ] {
        let message = configure(&[&good[..], &more].concat(), &out).map(drop).expect_err(said);
        assert!(message.starts_with(said) && !message.contains("hunter2"), "{message}");
    }
    let unused = [("AUTH__SMS__PIGEON__ACCOUNT", "AC1")];
    configure(&unused, &out).expect("what is not in use does not have to be complete");
    let incomplete = configure(&[&unused[..], &[("AUTH__SMS__KIND", "pigeon")]].concat(), &out).map(drop);
    let message = incomplete.expect_err("no token");
    assert!(message.contains("is missing"), "{message}");
}

#[test]
fn doctor_shows_what_is_set_for_it_and_that_it_is_in_use() {
    let (token, folder) = (token(), tempfile::tempdir().expect("a folder"));
    let database = TestDatabase::create();
    let mut variables = variables("http://127.0.0.1:9", token.path().to_str().expect("UTF-8")).to_vec();
    variables.extend([
        ("AUTH_PROFILE", "test"),
        ("AUTH__DATABASE__URL", database.url()),
        ("AUTH__DATABASE__DATA_DIR", folder.path().to_str().expect("UTF-8")),
    ]);
    let out = Messages::default();
    doctor(&configure(&variables, &out).expect("complete")).expect("it would serve");
    let told = out.text();
    assert!(told.contains("settings of [sms.pigeon]: account, base, token_file\n"), "{told}");
    assert!(told.contains("text messages by [sms.pigeon]"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_name_is_taken_once() {
    let same = || {
        extension().sms_vendor("log", |section: PigeonSection, kit: &Kit| {
            Ok(Arc::new(Pigeon::new(section, kit.outbound(), kit.templates())?))
        })
    };
    let again = || {
        Extension::new("other-pigeon").sms_vendor("pigeon", |section: PigeonSection, kit: &Kit| {
            Ok(Arc::new(Pigeon::new(section, kit.outbound(), kit.templates())?))
        })
    };
    for (server, said) in [
        (server().with(extension()), "the extension \"team-pigeon\" is registered twice by team-pigeon"),
        (server().with(again()), "the SMS vendor \"pigeon\" is registered by team-pigeon and by other-pigeon"),
        (Server::new().with(same()), "the SMS vendor \"log\" is registered by phone_number and by team-pigeon"),
        (
            Server::new().section("http", |_: auth_settings::NoSection, _: &Kit| Ok(auth_extension::Additions::new())),
            "the section \"http\" of the program itself is one of the server's own",
        ),
        (
            Server::new().identifier(auth_domain::identifier::EmailScheme),
            "the identifier kind \"email\" is registered twice",
        ),
        (
            Server::new().endpoints(auth_http::endpoints::Endpoints::new("admin")),
            "the table of endpoints \"admin\" is registered by endpoints and by the program itself",
        ),
    ] {
        let refused = server.configure(&Environment::default(), World::of_this_machine()).map(drop);
        let message = refused.expect_err(said).to_string();
        assert!(message.starts_with(said), "{message}");
    }
}
