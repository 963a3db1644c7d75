//! The promises of `MessageSender`.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use acme_sms_gateway::{GatewaySection, GatewaySender};
use auth_contracts::remote_senders::RemoteProbe;
use auth_contracts::senders::{Delivery, PATIENT, Probe, assert_temporary, message, words_of};
use auth_contracts::{CountingEntropy, ManualClock};
use auth_domain::messages::Channel;
use auth_extension::Kit;
use auth_outbound::Timeouts;
use auth_outbound::testing::{FakeWebhook, ReceivedRequest, WebhookConduct};
use auth_ports::MessageSender;
use auth_settings::SettingsProfile;
use serde_json::json;

use crate::stub::{self, ACCOUNT, FROM, TOKEN, refusal};

auth_contracts::senders!(GatewayProbe);
auth_contracts::remote_senders!(GatewayProbe);

struct GatewayProbe {
    vendor: FakeWebhook,
    sender: Arc<GatewaySender>,
}

fn sender(base: &str, token: &str, limit: Duration) -> Arc<GatewaySender> {
    let section = json!({ "account": ACCOUNT, "token": token, "from": FROM, "base": base });
    let section: GatewaySection = serde_json::from_value(section).expect("a section");
    let out = Arc::new(Mutex::new(io::sink()));
    let kit = Kit::new(Arc::new(ManualClock::new()), Arc::new(CountingEntropy::default()), SettingsProfile::Test, out);
    let http = kit.outbound().timeouts(Timeouts { request: limit, ..Timeouts::default() });
    Arc::new(GatewaySender::new(section, http, auth_senders::templates()).expect("it can be set up"))
}

impl Probe for GatewayProbe {
    const CHANNEL: Channel = Channel::SMS;

    async fn start(limit: Duration) -> Self {
        let vendor = stub::start().await;
        Self { sender: sender(&vendor.url(), TOKEN, limit), vendor }
    }

    fn sender(&self) -> Arc<dyn MessageSender> {
        self.sender.clone()
    }

    fn deliveries(&self) -> Vec<Delivery> {
        let delivery = |request: ReceivedRequest| Delivery {
            id: request.header("idempotency-key").to_owned(),
            to: request.field("To"),
            content: request.field("Body"),
        };
        self.vendor.requests().into_iter().map(delivery).collect()
    }

    fn fail_for_now(&self) {
        let (status, body) = refusal(429, 20429, "Too Many Requests");
        self.vendor.conduct(WebhookConduct::Refuse(status, body));
    }

    fn recover(&self) {
        self.vendor.conduct(WebhookConduct::Speak);
    }
}

impl RemoteProbe for GatewayProbe {
    fn refuse_for_good(&self, quote: &str) {
        let (status, body) = refusal(400, 21610, quote);
        self.vendor.conduct(WebhookConduct::Refuse(status, body));
    }

    fn lose_answers(&self) {
        self.vendor.conduct(WebhookConduct::Drop);
    }

    fn hang(&self) {
        self.vendor.conduct(WebhookConduct::Hang);
    }

    fn to_nobody() -> Arc<dyn MessageSender> {
        sender("http://127.0.0.1:1", TOKEN, PATIENT)
    }
}

#[tokio::test]
async fn a_wrong_token_is_the_operators_and_not_the_messages_fault() {
    let vendor = stub::start().await;
    let refused = sender(&vendor.url(), "wrong", PATIENT).send(&message(Channel::SMS, 1)).await;
    let words = words_of(&assert_temporary(refused));
    assert!(words.contains("401 with error 20003") && !words.contains("wrong"), "{words}");
}
