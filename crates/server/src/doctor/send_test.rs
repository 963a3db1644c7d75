//! A message to somebody who waits for it: the operator.

use auth_domain::error_chain::ErrorChain;
use auth_domain::identifier::Identifier;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::messages::{Content, Language, MessageId, OutgoingMessage};
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::verifications::{VerificationCode, VerificationId};
use auth_ports::draw;

use super::receivers::shown;
use super::report::Report;
use crate::Configuration;
use crate::wiring::Carrier;

/// Sends a code to an address, as somebody gets it who signs up. The code opens nothing.
pub(super) async fn send(report: &mut Report, configuration: &Configuration, carriers: &[Carrier], address: &str) {
    const WHAT: &str = "test message";
    let read = configuration.schemes.reachable().find_map(|scheme| {
        let to = scheme.parse(address).ok().filter(|to| scheme.check_reachable(to).is_ok())?;
        Some((to, scheme.channel()?))
    });
    let Some((to, channel)) = read else {
        let mend = "Give an e-mail address, or a mobile number with its country code";
        return report.problem(WHAT, "the address is none that messages can be sent to", Some(mend));
    };
    let Some(carrier) = carriers.iter().find(|carrier| carrier.channel == channel) else {
        let mend = "Set up smtp.url, or sms.kind";
        return report.problem(WHAT, format!("nobody sends {}", shown(channel)), Some(mend));
    };
    match carrier.sender.send(&message(configuration, to, address)).await {
        Ok(()) => report.ok(WHAT, format!("taken for delivery as {}", shown(channel))),
        Err(error) => report.problem(WHAT, format!("not taken as {}: {}", shown(channel), ErrorChain(&error)), None),
    }
}

fn message(configuration: &Configuration, to: Identifier, address: &str) -> OutgoingMessage {
    let (clock, entropy) = (&configuration.world.clock, &*configuration.world.entropy);
    // Neither is kept, so that nothing can be verified with the code.
    let (key, id) = (ServerKey::new(SecretBytes::new(draw(entropy))), VerificationId::new(draw(entropy)));
    OutgoingMessage {
        id: MessageId::new(draw(entropy)),
        to,
        address_as_sent: address.to_owned(),
        language: Language::English,
        content: Content::Code { code: VerificationCode::derive(&key, id), ttl_minutes: 10 },
        created_at: clock.now(),
    }
}
