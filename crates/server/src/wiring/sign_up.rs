//! Making accounts.

use auth_application::kit::Rules;
use auth_application::sign_up::{SignUp, SignUpPolicy};
use auth_domain::sign_up::Scenarios;

use super::parts::Parts;
use super::session::SessionParts;
use crate::StartFailure;

pub(super) fn sign_up(parts: &Parts<'_>, sessions: &SessionParts) -> Result<SignUp, StartFailure> {
    Ok(SignUp::new(
        parts.stores.accounts.clone(),
        parts.payments(),
        sessions.sessions.clone(),
        parts.hasher.clone(),
        parts.recorder(),
        SignUpPolicy {
            scenarios: Scenarios::new(parts.configuration.scenarios.clone())?,
            passwords: parts.settings.passwords.policy(),
            clients: parts.clients.clone(),
            rules: Rules::new(parts.configuration.rules.clone()),
        },
    ))
}
