//! Backends of the operator's that subscribe to events, or are asked before somebody becomes a user.

use auth_domain::outbox::SubscriberId;
use auth_extension::{Additions, Extension, Kit};
use auth_settings::Problem;
use auth_webhooks::{HttpRule, RuleSection, WebhookSection, WebhookSubscriber};

/// Registers webhooks (`[webhooks.<id>]`) and rules that backends decide (`[rules.<id>]`).
#[must_use]
pub fn webhooks() -> Extension {
    Extension::new("webhooks").named_sections("webhooks", webhook).named_sections("rules", rule)
}

fn webhook(name: &str, section: WebhookSection, kit: &Kit) -> Result<Additions, Problem> {
    let (kinds, backend) = section.into_settings()?;
    let subscriber = WebhookSubscriber::new(SubscriberId::parse(name)?, kinds, &backend, kit.outbound(), kit.clock())?;
    Ok(Additions::new().event_handler(subscriber))
}

fn rule(name: &str, section: RuleSection, kit: &Kit) -> Result<Additions, Problem> {
    let settings = section.into_settings(name);
    Ok(Additions::new().before_sign_up(HttpRule::new(settings, kit.outbound(), kit.clock(), kit.entropy())?))
}
