//! Webhooks: backends of the operator's that subscribe to events.

use auth_domain::outbox::SubscriberId;
use auth_extension::{Additions, Extension, Kit};
use auth_settings::Problem;
use auth_webhooks::{WebhookSection, WebhookSubscriber};

/// Registers webhooks (`[webhooks.<id>]`).
#[must_use]
pub fn webhooks() -> Extension {
    Extension::new("webhooks").named_sections("webhooks", webhook)
}

fn webhook(name: &str, section: WebhookSection, kit: &Kit) -> Result<Additions, Problem> {
    let (kinds, backend) = section.into_settings()?;
    let subscriber = WebhookSubscriber::new(SubscriberId::parse(name)?, kinds, &backend, kit.outbound(), kit.clock())?;
    Ok(Additions::new().event_handler(subscriber))
}
