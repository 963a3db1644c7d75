//! Codes: requested, delivered and checked.

use std::sync::Arc;

use auth_application::session::Authenticate;
use auth_application::verification::{DeliverMessages, MessageSignal, SendCode, SendCodePolicy, VerifyCode};
use auth_domain::verifications::VerificationPolicy;
use auth_http::VerificationUseCases;
use auth_ports::MessageSender;

use super::parts::Parts;

pub(super) fn use_cases(
    parts: &Parts<'_>,
    senders: &[Arc<dyn MessageSender>],
    signal: &MessageSignal,
    authenticate: Arc<Authenticate>,
) -> VerificationUseCases {
    VerificationUseCases {
        send_code: Arc::new(send_code(parts, senders, signal)),
        verify_code: Arc::new(verify_code(parts)),
        authenticate,
    }
}

fn send_code(parts: &Parts<'_>, senders: &[Arc<dyn MessageSender>], signal: &MessageSignal) -> SendCode {
    SendCode::new(
        parts.stores.accounts.clone(),
        parts.stores.verifications.clone(),
        parts.limited("send_code", parts.settings.limits.sends_per_network()),
        parts.recorder(),
        SendCodePolicy {
            schemes: parts.schemes.clone(),
            verification: policy(parts),
            reveal_existence: parts.settings.verification.reveal_existence,
            channels: senders.iter().map(|sender| sender.channel()).collect(),
            sms_countries: parts.settings.sms.countries.clone(),
        },
        signal.clone(),
    )
}

pub(super) fn deliver_messages(
    parts: &Parts<'_>,
    senders: Vec<Arc<dyn MessageSender>>,
    signal: MessageSignal,
) -> DeliverMessages {
    let Parts { stores, clock, entropy, key, .. } = parts;
    DeliverMessages::new(stores.messages.clone(), senders, clock.clone(), entropy.clone(), key.clone(), signal)
}

fn verify_code(parts: &Parts<'_>) -> VerifyCode {
    let Parts { stores, key, .. } = parts;
    VerifyCode::new(stores.verifications.clone(), stores.accounts.clone(), parts.recorder(), key.clone(), policy(parts))
}

fn policy(parts: &Parts<'_>) -> VerificationPolicy {
    parts.settings.verification.policy(parts.settings.limits.enabled)
}
