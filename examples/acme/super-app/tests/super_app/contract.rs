//! The promises of `IdentityProvider`.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use acme_super_app::{SuperApp, SuperAppSection};
use auth_contracts::providers::{Misconduct, Probe};
use auth_contracts::{CountingEntropy, ManualClock};
use auth_domain::external_identities::ProviderId;
use auth_extension::Kit;
use auth_outbound::Timeouts;
use auth_outbound::testing::WebhookConduct;
use auth_ports::IdentityProvider;
use auth_settings::SettingsProfile;
use serde_json::json;

use crate::stub::{APP_ID, APP_SECRET, Stub};

auth_contracts::providers!(SuperAppProbe);

struct SuperAppProbe {
    party: Stub,
    provider: Arc<SuperApp>,
}

impl Probe for SuperAppProbe {
    async fn start(limit: Duration) -> Self {
        let party = Stub::start().await;
        let section = json!({
            "app_id": APP_ID, "app_secret": APP_SECRET, "api": party.server.url(),
            "redirect_uris": ["https://app.example.com/back"],
        });
        let section: SuperAppSection = serde_json::from_value(section).expect("a section");
        let out = Arc::new(Mutex::new(io::sink()));
        let kit = Kit::new(Arc::new(ManualClock::new()), Arc::new(CountingEntropy::new()), SettingsProfile::Test, out);
        let http = kit.outbound().timeouts(Timeouts { request: limit, ..Timeouts::default() });
        let id = ProviderId::parse("super_app").expect("a name");
        Self { party, provider: Arc::new(SuperApp::new(id, section, http).expect("it can be set up")) }
    }

    fn provider(&self) -> Arc<dyn IdentityProvider> {
        self.provider.clone()
    }

    async fn approve(&self, _address: &str, person: u32) -> String {
        self.party.approve(person)
    }

    fn misbehave(&self, how: Misconduct) {
        let page = || "<!doctype html><title>Sorry</title>".to_owned();
        self.party.server.conduct(match how {
            Misconduct::Status(status) => WebhookConduct::Refuse(status, page()),
            Misconduct::NoJson => WebhookConduct::Refuse(200, page()),
            Misconduct::Redirect => WebhookConduct::Redirect(self.party.server.url()),
            Misconduct::Huge => WebhookConduct::Refuse(200, json!({ "padding": "a".repeat(1 << 20) }).to_string()),
            Misconduct::BreakOff => WebhookConduct::Drop,
            Misconduct::Hang => WebhookConduct::Hang,
        });
    }

    fn recover(&self) {
        self.party.server.conduct(WebhookConduct::Speak);
    }
}
