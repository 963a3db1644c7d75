//! Signed requests, against a receiver within the process.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::remote_senders::RemoteProbe;
use auth_contracts::senders::{
    Delivery, PATIENT, Probe, assert_permanent, assert_temporary, code_of, message, words_of,
};
use auth_domain::Timestamp;
use auth_domain::messages::{Channel, Language};
use auth_ports::{Clock, MessageSender};
use auth_senders::testing::{FakeWebhook, ReceivedRequest, WebhookConduct};
use auth_senders::{WebhookSender, WebhookSettings};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;
use serde_json::json;
use sha2::{Digest, Sha256};

auth_contracts::senders!(WebhookProbe);
auth_contracts::remote_senders!(WebhookProbe);

/// The secret of the published example, and another one.
const SECRETS: [&str; 2] = ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"];
const NOW: i64 = 1_700_000_123;

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_timestamp(NOW, 999_000_000).expect("in range")
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

fn sender(url: &str, timeout: Duration) -> WebhookSender {
    let settings = WebhookSettings {
        url: url.to_owned(),
        secret: SECRETS.map(|secret| format!("whsec_{secret}")).join(" ").into(),
        timeout,
        allow_plain_http: true,
    };
    WebhookSender::new(settings, Arc::new(Stopped)).unwrap_or_else(|e| panic!("{e}"))
}

struct WebhookProbe {
    receiver: FakeWebhook,
    sender: Arc<WebhookSender>,
}

impl Probe for WebhookProbe {
    const CHANNEL: Channel = Channel::SMS;

    async fn start(limit: Duration) -> Self {
        let receiver = FakeWebhook::start().await;
        Self { sender: Arc::new(sender(&receiver.url(), limit)), receiver }
    }

    fn sender(&self) -> Arc<dyn MessageSender> {
        self.sender.clone()
    }

    fn deliveries(&self) -> Vec<Delivery> {
        let delivery = |request: ReceivedRequest| Delivery {
            id: request.header("webhook-id").to_owned(),
            to: request.json()["to"].as_str().unwrap_or_default().to_owned(),
            content: String::from_utf8(request.body).expect("UTF-8"),
        };
        self.receiver.requests().into_iter().map(delivery).collect()
    }

    fn fail_for_now(&self) {
        self.receiver.conduct(WebhookConduct::Answer(503));
    }

    fn recover(&self) {
        self.receiver.conduct(WebhookConduct::Answer(200));
    }
}

impl RemoteProbe for WebhookProbe {
    fn refuse_for_good(&self, quote: &str) {
        self.receiver.conduct(WebhookConduct::Refuse(422, quote.to_owned()));
    }

    fn lose_answers(&self) {
        self.receiver.conduct(WebhookConduct::Drop);
    }

    fn hang(&self) {
        self.receiver.conduct(WebhookConduct::Hang);
    }

    fn to_nobody() -> Arc<dyn MessageSender> {
        Arc::new(sender("http://127.0.0.1:1/", PATIENT))
    }
}

#[tokio::test]
async fn the_body_is_as_documented() {
    let probe = WebhookProbe::start(PATIENT).await;
    let mut message = message(Channel::SMS, 1);
    message.language = Language::Chinese;
    probe.sender.send(&message).await.expect("delivered");
    let request = probe.receiver.next_request().await;
    let code = code_of(&message);
    let expected = json!({
        "type": "verification_code",
        "id": message.id.to_string(),
        "channel": "sms",
        "to": "+8613000000001",
        "code": code,
        "language": "zh",
        "text": format!("您的验证码是 {code}，10 分钟内有效。请勿告诉他人；如非本人操作，请忽略。"),
        "expires_in": 600,
    });
    assert_eq!(request.json(), expected);
    assert_eq!(request.line, "POST /messages HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/json");
}

#[tokio::test]
async fn requests_are_signed_with_every_secret_at_the_clocks_time() {
    let probe = WebhookProbe::start(PATIENT).await;
    let message = message(Channel::SMS, 1);
    probe.sender.send(&message).await.expect("delivered");
    let request = probe.receiver.next_request().await;
    assert_eq!(request.header("webhook-id"), message.id.to_string());
    assert_eq!(request.header("webhook-timestamp"), NOW.to_string());
    let signed = [format!("{}.{NOW}.", message.id).as_bytes(), &request.body].concat();
    let expected = SECRETS.map(|secret| format!("v1,{}", STANDARD.encode(hmac(secret, &signed))));
    assert_eq!(request.header("webhook-signature"), expected.join(" "));
}

/// RFC 2104 written out, for keys of up to one block.
fn hmac(secret: &str, message: &[u8]) -> Vec<u8> {
    let mut key = STANDARD.decode(secret).expect("base64");
    key.resize(64, 0);
    let padded = |pad: u8| key.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
    let inner = Sha256::digest([&padded(0x36), message].concat());
    Sha256::digest([&padded(0x5c), inner.as_slice()].concat()).to_vec()
}

#[test]
fn the_written_out_hmac_agrees_with_the_published_example() {
    let signed = br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
    assert_eq!(STANDARD.encode(hmac(SECRETS[0], signed)), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[rstest]
#[case(&[200, 201, 202, 204], "delivered")]
#[case(&[408, 425, 429, 500, 503], "temporary")]
#[case(&[304, 400, 401, 404, 410], "permanent")]
#[tokio::test]
async fn the_status_decides_about_the_outcome(#[case] statuses: &[u16], #[case] expected: &str) {
    let probe = WebhookProbe::start(PATIENT).await;
    for status in statuses {
        probe.receiver.conduct(WebhookConduct::Answer(*status));
        let result = probe.sender.send(&message(Channel::SMS, 1)).await;
        match expected {
            "delivered" => result.unwrap_or_else(|e| panic!("{status}: {e:?}")),
            "temporary" => assert!(words_of(&assert_temporary(result)).contains(&status.to_string())),
            _ => assert!(words_of(&assert_permanent(result)).contains(&status.to_string())),
        }
    }
    assert_eq!(probe.receiver.requests().len(), statuses.len(), "one request per attempt");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = FakeWebhook::start().await;
    let probe = WebhookProbe::start(PATIENT).await;
    probe.receiver.conduct(WebhookConduct::Redirect(elsewhere.url()));
    assert_permanent(probe.sender.send(&message(Channel::SMS, 1)).await);
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_the_end() {
    let probe = WebhookProbe::start(Duration::from_secs(3600)).await;
    probe.receiver.conduct(WebhookConduct::Endless);
    let sent = tokio::time::timeout(PATIENT, probe.sender.send(&message(Channel::SMS, 1))).await;
    sent.expect("did not read on").expect("200 is success");
}

#[tokio::test]
async fn another_channel_gets_its_own_words_and_address() {
    let receiver = FakeWebhook::start().await;
    let sender = sender(&receiver.url(), PATIENT).for_channel(Channel::EMAIL);
    assert_eq!(sender.channel(), Channel::EMAIL);
    sender.send(&message(Channel::EMAIL, 1)).await.expect("delivered");
    let body = receiver.next_request().await.json();
    assert_eq!((&body["channel"], &body["to"]), (&json!("email"), &json!("Person1@example.com")));
    assert!(body["text"].as_str().is_some_and(|text| text.starts_with("Hello,")), "{body}");
}

#[tokio::test]
async fn errors_do_not_repeat_the_url() {
    let error = assert_temporary(sender("http://127.0.0.1:1/k3y", PATIENT).send(&message(Channel::SMS, 1)).await);
    assert!(!words_of(&error).contains("k3y"), "{error:?}");
}
