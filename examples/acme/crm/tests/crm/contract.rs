//! The promises of `Rule` and of `EventHandler`.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use acme_crm::{Contacts, CrmSection, NotFrom};
use auth_contracts::samples::{SampleAccount, sample_email, sample_user_to_be, spelled_email};
use auth_contracts::{CountingEntropy, ManualClock, handlers, rules};
use auth_domain::identifier::Schemes;
use auth_domain::outbox::{OutgoingEvent, OutgoingKind};
use auth_extension::{Kit, OnEvent, Ports, StorePorts};
use auth_memory::MemoryStores;
use auth_outbound::testing::{FakeWebhook, WebhookConduct};
use auth_ports::{EventHandler, Rule, UserToBe};
use auth_settings::SettingsProfile;
use serde_json::json;

use crate::stub::{self, TOKEN};

mod rule {
    auth_contracts::rules!(super::NotFromProbe);
}

mod handler {
    auth_contracts::handlers!(super::ContactsProbe);
}

/// Asks nobody.
struct NotFromProbe;

impl rules::Probe for NotFromProbe {
    async fn start() -> Self {
        Self
    }

    fn rule(&self) -> Arc<dyn Rule> {
        Arc::new(NotFrom::new(vec!["Rival.example".to_owned()]))
    }

    fn allowed(&self) -> UserToBe {
        UserToBe { identifiers: vec![sample_email()], ..sample_user_to_be() }
    }

    fn refused(&self) -> UserToBe {
        UserToBe { identifiers: vec![spelled_email("spy@RIVAL.example")], ..sample_user_to_be() }
    }
}

struct ContactsProbe {
    crm: FakeWebhook,
    memory: MemoryStores,
    handler: Arc<dyn EventHandler>,
}

impl handlers::Probe for ContactsProbe {
    async fn start() -> Self {
        let (crm, memory) = (stub::start().await, MemoryStores::new());
        let section = json!({ "base": crm.url(), "token": TOKEN });
        let section: CrmSection = serde_json::from_value(section).expect("a section");
        let out = Arc::new(Mutex::new(io::sink()));
        let kit = Kit::new(Arc::new(ManualClock::new()), Arc::new(CountingEntropy::new()), SettingsProfile::Test, out);
        let contacts = Contacts::new(&section, kit.outbound()).expect("it can be set up");
        let ports = Ports::new(kit, StorePorts::of(Arc::new(memory.clone())), Schemes::new(Vec::new()));
        let tell = move |event, ports| contacts.clone().tell(event, ports);
        let on_event = OnEvent::new(OutgoingKind::UserCreated.into(), "crm", tell);
        Self { crm, memory, handler: on_event.with_ports(ports).expect("a name") }
    }

    fn handler(&self) -> Arc<dyn EventHandler> {
        Arc::clone(&self.handler)
    }

    /// Somebody signs up.
    async fn event(&self) -> OutgoingEvent {
        let sample = SampleAccount::new().with_email();
        auth_contracts::Stores::of(self.memory.clone()).sign_up(&sample).await;
        OutgoingEvent::of(&sample.account.event).expect("subscribers are told")
    }

    /// Contacts, as the CRM tells them apart.
    fn done(&self) -> usize {
        let requests = self.crm.requests();
        requests.iter().map(|request| request.header("idempotency-key")).collect::<BTreeSet<_>>().len()
    }

    fn fail(&self) -> bool {
        self.crm.conduct(WebhookConduct::Answer(503));
        true
    }

    fn recover(&self) {
        self.crm.conduct(WebhookConduct::Speak);
    }

    fn secrets(&self) -> Vec<String> {
        let people = self.memory.accounts();
        let emails = people.iter().flat_map(|account| &account.identifiers);
        let emails = emails.map(|held| held.identifier.shown().to_owned());
        emails.chain([TOKEN.to_owned()]).collect()
    }
}
