//! Channels, senders and words of a team's own.

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind, IdentifierScheme};
use auth_domain::messages::{Channel, Language, OutgoingMessage, Template, Templates};
use auth_extension::{Extension, Kit};
use auth_outbound::OutboundHttp;
use auth_ports::{MessageSender, SendError};
use auth_senders::testing::FakeWebhook;
use auth_server::{Server, World};
use auth_settings::{Environment, Problem, Section, WebAddress, read};
use auth_tests::{Caller as _, Flows as _, SentCode, TestApp, unique_email};
use serde::Deserialize;
use serde_json::json;

use super::stores::in_memory;

/// The screens at people's desks, which nothing of ours reaches.
const DESK: Channel = Channel::new("desk");
const DESK_NUMBER: IdentifierKind = IdentifierKind::new("desk_number");

/// Numbers such as `desk-7`.
struct DeskNumber;

impl IdentifierScheme for DeskNumber {
    fn kind(&self) -> IdentifierKind {
        DESK_NUMBER
    }

    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        let digits = raw.strip_prefix("desk-").filter(|digits| (1..=6).contains(&digits.len()));
        match digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(_) => Ok(Identifier::from_parts(DESK_NUMBER, raw.to_owned(), raw.to_owned())),
            None => Err(IdentifierError { kind: DESK_NUMBER, reason: "must be desk- and 1 to 6 digits".to_owned() }),
        }
    }

    fn channel(&self) -> Option<Channel> {
        Some(DESK)
    }
}

/// `[courier]`: messages by an interface of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CourierSection {
    #[serde(default, deserialize_with = "read::optional")]
    base: Option<WebAddress>,
}

impl Section for CourierSection {}

struct Courier {
    channel: Channel,
    base: url::Url,
    http: OutboundHttp,
    templates: Templates,
}

#[async_trait]
impl MessageSender for Courier {
    fn channel(&self) -> Channel {
        self.channel
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        let words = self.templates.words(self.channel, message);
        let letter = json!({ "to": message.to.shown(), "subject": words.subject, "text": words.text });
        let sent = self.http.post(&self.base).json(&letter).send_for_status().await;
        sent.map(drop).map_err(|error| SendError::Temporary(error.into()))
    }
}

fn courier(channel: Channel, section: CourierSection, kit: &Kit) -> Result<Option<Arc<dyn MessageSender>>, Problem> {
    let Some(base) = section.base else { return Ok(None) };
    let http = kit.outbound_to_own().build()?;
    let base = http.reach().parse(base.as_str())?;
    Ok(Some(Arc::new(Courier { channel, base, http, templates: kit.templates() })))
}

fn extension() -> Extension {
    let words = Template { subject: "Hello".into(), text: "Our code is {code}.".into(), html: None };
    let words = Templates::new().with(Channel::EMAIL, Language::English, words).expect("it holds the code");
    Extension::new("team-courier").words(words).message_sender(
        Channel::EMAIL,
        "courier",
        |section: CourierSection, kit: &Kit| courier(Channel::EMAIL, section, kit),
    )
}

#[tokio::test]
async fn mail_goes_out_by_the_sender_that_is_set_up_and_in_its_words() {
    let courier = FakeWebhook::start().await;
    let app = TestApp::builder().server(Server::new().with(extension())).set("AUTH__COURIER__BASE", &courier.url());
    let app = app.start().await;
    let email = unique_email();
    app.device().post("/auth/v1/verification", email.with(json!({ "locale": "en" }))).await.ok();
    let letter = courier.next_request().await.json();
    assert_eq!((&letter["to"], &letter["subject"]), (&json!(email.text()), &json!("Hello")));
    assert!(letter["text"].as_str().is_some_and(|text| text.starts_with("Our code is ")), "{letter}");
}

#[tokio::test]
async fn a_channel_of_its_own_has_a_sender_and_our_words_where_it_brings_none() {
    let receiver = FakeWebhook::start().await;
    let desk = Extension::new("team-desk").identifier(DeskNumber).message_sender(
        DESK,
        "courier",
        |section: CourierSection, kit: &Kit| courier(DESK, section, kit),
    );
    let app = TestApp::builder().server(Server::new().with(desk)).set("AUTH__COURIER__BASE", &receiver.url());
    let app = app.start().await;
    let device = app.device();
    let asked = json!({ "desk_number": "desk-7", "locale": "en" });
    let asked = device.post("/auth/v1/verification", asked).await.ok();
    let shown = receiver.next_request().await.json();
    assert_eq!((&shown["to"], &shown["subject"]), (&json!("desk-7"), &json!("")));
    let text = shown["text"].as_str().expect("a text");
    assert!(text.starts_with("Your verification code is "), "the words of text messages: {text}");
    let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    let id = asked["verification_id"].as_str().expect("an id").to_owned();
    device.verify(&SentCode { id, code }).await;
    assert!(app.messages().all().is_empty(), "nothing is printed");
}

#[tokio::test]
async fn mail_is_printed_where_no_sender_is_set_up() {
    let app = TestApp::builder().server(Server::new().with(extension())).start().await;
    let email = unique_email();
    app.device().post("/auth/v1/verification", email.with(json!({}))).await.ok();
    assert_eq!(app.messages().next_to(email.text()).await.channel, "email");
}

#[test]
fn a_channel_has_one_sender() {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = Environment::new([
        ("AUTH__SMTP__URL", "smtp://localhost"),
        ("AUTH__SMTP__FROM", "a@example.com"),
        ("AUTH__COURIER__BASE", "http://127.0.0.1:9"),
        ("AUTH__DATABASE__DATA_DIR", folder.path().to_str().expect("UTF-8")),
    ]);
    let configured = in_memory(&Arc::default()).with(extension()).configure(&environment, World::of_this_machine());
    let failure = auth_server::doctor(&configured.expect("each by itself is fine")).expect_err("both are set up");
    assert_eq!(failure.to_string(), "courier: email must have one sender, but [smtp] is configured as well");
}

#[test]
fn text_messages_are_for_vendors() {
    let server = Server::new().message_sender(Channel::SMS, "courier", |_: CourierSection, _: &Kit| Ok(None));
    let refused = server.configure(&Environment::default(), World::of_this_machine()).map(drop).expect_err("SMS");
    assert!(refused.to_string().contains("register it with sms_vendor"), "{refused}");
}
