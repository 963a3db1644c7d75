//! Making accounts.

use auth_application::sign_up::{SignUp, SignUpPolicy};
use auth_domain::sign_up::Scenarios;
use auth_domain::vouchers::VoucherKind;

use super::parts::Parts;
use super::session::SessionParts;
use crate::StartFailure;

/// A voucher that nobody spends would be refused in every request.
fn check_vouchers(scenarios: &Scenarios, spent: &[VoucherKind]) -> Result<(), StartFailure> {
    let unspent = scenarios.voucher_kinds().find(|(_, kind)| !spent.contains(kind));
    let Some((scenario, kind)) = unspent else { return Ok(()) };
    let problem = format!("the sign-up scenario {scenario} demands the voucher {kind}, which the stores do not spend");
    Err(StartFailure::Registration(format!("{problem}: register a spender for it with store_part")))
}

pub(super) fn sign_up(parts: &Parts<'_>, sessions: &SessionParts) -> Result<SignUp, StartFailure> {
    let scenarios = Scenarios::new(parts.configuration.scenarios.clone())?;
    check_vouchers(&scenarios, &parts.stores.accounts.voucher_kinds())?;
    Ok(SignUp::new(
        parts.stores.accounts.clone(),
        parts.payments(),
        sessions.sessions.clone(),
        parts.hashes(),
        parts.recorder(),
        SignUpPolicy {
            scenarios,
            schemes: parts.schemes.clone(),
            passwords: parts.password_policy.clone(),
            clients: parts.clients.clone(),
            rules: parts.rules(),
        },
    ))
}
