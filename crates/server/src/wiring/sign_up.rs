//! Making accounts.

use auth_application::sign_up::SignUp;
use auth_domain::sign_up::Scenarios;

use super::parts::Parts;
use super::session::Sessions;
use crate::StartFailure;

pub(super) fn sign_up(parts: &Parts<'_>, sessions: &Sessions) -> Result<SignUp, StartFailure> {
    Ok(SignUp::new(
        parts.stores.clone(),
        parts.stores.clone(),
        sessions.starter.clone(),
        parts.hasher.clone(),
        parts.clock.clone(),
        parts.entropy.clone(),
        sessions.issuer.clone(),
        parts.key.clone(),
        Scenarios::new(parts.configuration.scenarios.clone())?,
        parts.settings.passwords.policy(),
        parts.clients.clone(),
    ))
}
