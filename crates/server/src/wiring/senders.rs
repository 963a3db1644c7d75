//! What messages leave through.

use std::sync::Arc;

use auth_domain::messages::Channel;
use auth_ports::MessageSender;
use auth_senders::{LogSender, SmtpSender, SmtpSettings, WebhookSender, WebhookSettings};
use auth_settings::{Settings, SmsVendor};

use super::world::World;
use crate::StartFailure;

/// A new vendor: one arm here.
pub(super) fn senders(settings: &Settings, world: &World) -> Result<Vec<Arc<dyn MessageSender>>, StartFailure> {
    let mut senders: Vec<Arc<dyn MessageSender>> = Vec::new();
    match &settings.sms.vendor {
        SmsVendor::None => {}
        SmsVendor::Log => senders.push(Arc::new(LogSender::new(Channel::SMS, world.out.clone()))),
        SmsVendor::Webhook { url, secret } => {
            let failed = |problem: String| StartFailure::Sender { section: "sms.webhook", problem };
            let secret = secret.clone().ok_or_else(|| failed("secret must be set".into()))?;
            let webhook = WebhookSettings {
                url: url.as_str().to_owned(),
                secret,
                timeout: WebhookSettings::DEFAULT_TIMEOUT,
                allow_plain_http: !settings.profile.is_production(),
            };
            let sender = WebhookSender::new(webhook, world.clock.clone()).map_err(|e| failed(e.to_string()))?;
            senders.push(Arc::new(sender));
        }
    }
    match &settings.smtp {
        Some(smtp) => {
            let smtp = SmtpSettings {
                url: smtp.url.expose().to_owned().into(),
                from: smtp.from.clone(),
                timeout: SmtpSettings::DEFAULT_TIMEOUT,
            };
            let failed = |problem: String| StartFailure::Sender { section: "smtp", problem };
            senders.push(Arc::new(SmtpSender::new(smtp).map_err(|e| failed(e.to_string()))?));
        }
        None if settings.profile.is_production() => {}
        None => senders.push(Arc::new(LogSender::new(Channel::EMAIL, world.out.clone()))),
    }
    Ok(senders)
}
