//! Making accounts.

use std::sync::Arc;

use auth_application::sign_up::{SignUp, SignUpPolicy};
use auth_domain::identifier::EmailScheme;
use auth_domain::sign_up::Scenarios;
use auth_domain::sign_up::scenarios::{SignUpByEmail, SignUpByPhoneNumber, SignUpByThirdParty};

use super::parts::Parts;
use super::session::SessionParts;
use crate::StartFailure;

pub(super) fn sign_up(parts: &Parts<'_>, sessions: &SessionParts) -> Result<SignUp, StartFailure> {
    Ok(SignUp::new(
        parts.stores.clone(),
        parts.payments(),
        sessions.sessions.clone(),
        parts.hasher.clone(),
        parts.recorder(),
        SignUpPolicy {
            scenarios: scenarios(parts)?,
            passwords: parts.settings.passwords.policy(),
            clients: parts.clients.clone(),
        },
    ))
}

/// A new way to sign up: one line here.
fn scenarios(parts: &Parts<'_>) -> Result<Scenarios, StartFailure> {
    let scenarios = Scenarios::new(vec![
        Arc::new(SignUpByPhoneNumber::new(parts.phone_numbers.clone())),
        Arc::new(SignUpByEmail::new(EmailScheme)),
        Arc::new(SignUpByThirdParty),
    ]);
    Ok(scenarios?)
}
