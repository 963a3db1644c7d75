//! Codes: requested, delivered and checked.

use std::sync::Arc;

use auth_application::kit::{DailyTotal, Limit, MessageReach};
use auth_application::session::Authenticate;
use auth_application::verification::{
    DeliverMessages, Handover, NoticeBudget, Outlets, Places, SendBudget, SendCode, SendCodePolicy, SendQuotas,
    SendTotals, VerifyCode,
};
use auth_domain::verifications::VerificationPolicy;
use auth_http::VerificationUseCases;
use auth_ports::MessageSender;

use super::parts::Parts;

pub(super) fn use_cases(
    parts: &Parts<'_>,
    senders: &[Arc<dyn MessageSender>],
    handover: &Handover,
    authenticate: Arc<Authenticate>,
) -> VerificationUseCases {
    VerificationUseCases {
        send_code: Arc::new(send_code(parts, senders, handover)),
        verify_code: Arc::new(verify_code(parts)),
        authenticate,
    }
}

/// Returns the way of codes from requests to the worker.
pub(super) fn handover(parts: &Parts<'_>, senders: &[Arc<dyn MessageSender>]) -> Handover {
    Handover::new(Places::new(senders, parts.clock.clone()), parts.message_signal.clone())
}

/// Says which addresses messages are sent to.
pub(super) fn reach(parts: &Parts<'_>, senders: &[Arc<dyn MessageSender>]) -> MessageReach {
    let channels = senders.iter().map(|sender| sender.channel()).collect();
    MessageReach::new(parts.schemes.clone(), channels, parts.settings.sms.countries.clone())
}

fn send_code(parts: &Parts<'_>, senders: &[Arc<dyn MessageSender>], handover: &Handover) -> SendCode {
    SendCode::new(
        parts.stores.accounts.clone(),
        parts.stores.verifications.clone(),
        send_budget(parts),
        parts.recorder(),
        SendCodePolicy {
            schemes: parts.schemes.clone(),
            verification: policy(parts),
            reveal_existence: parts.settings.verification.reveal_existence,
            reach: reach(parts, senders),
        },
        handover.clone(),
    )
}

fn send_budget(parts: &Parts<'_>) -> SendBudget {
    let limits = &parts.settings.limits;
    let quotas = SendQuotas {
        per_network: limits.sends_per_network(),
        per_mailbox: limits.sends_per_mailbox(),
        per_neighbourhood: limits.sends_per_neighbourhood(),
    };
    SendBudget::new(parts.budget(), quotas, totals(parts), parts.known_devices(), parts.key.clone())
}

/// Whoever counts against the totals takes blocks of them, as another instance would.
fn totals(parts: &Parts<'_>) -> SendTotals {
    let limits = &parts.settings.limits;
    let total = |name, most| {
        DailyTotal::new(parts.stores.limits.clone(), parts.clock.clone(), name, most).counting(parts.tally())
    };
    SendTotals {
        in_all: total("send_code.total", limits.sends_per_day()),
        per_country: total("send_code.country", limits.sends_per_country_and_day()),
    }
}

pub(super) fn deliver_messages(
    parts: &Parts<'_>,
    senders: Vec<Arc<dyn MessageSender>>,
    handover: Handover,
) -> DeliverMessages {
    let Parts { stores, clock, entropy, key, settings, .. } = parts;
    let per_address = Limit::new("notices.address", settings.notices.quota(settings.limits.enabled));
    let budget = NoticeBudget::new(parts.budget(), per_address, totals(parts), parts.schemes.clone());
    let reach = Arc::new(reach(parts, &senders));
    let outlets = Outlets { senders: senders.into(), notices: Arc::new(budget), reach };
    let (clock, entropy) = (clock.clone(), entropy.clone());
    DeliverMessages::new(stores.messages.clone(), outlets, clock, entropy, key.clone(), handover)
        .counting(parts.tally())
}

fn verify_code(parts: &Parts<'_>) -> VerifyCode {
    let Parts { stores, key, .. } = parts;
    VerifyCode::new(
        stores.verifications.clone(),
        stores.accounts.clone(),
        parts.recorder(),
        parts.code_tries(),
        key.clone(),
        policy(parts),
    )
}

fn policy(parts: &Parts<'_>) -> VerificationPolicy {
    let limits = &parts.settings.limits;
    parts.settings.verification.policy(limits.enabled, limits.hard_factor)
}
