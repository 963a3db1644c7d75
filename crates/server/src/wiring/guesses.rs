//! Limits on guesses at codes and passwords.

use std::sync::Arc;

use auth_application::kit::{CodeTries, InAll, PasswordLimits, PasswordTries, TriesAtPasswords};
use auth_domain::limits::Quota;
use auth_ports::{Clock, RateLimiter};
use auth_settings::Settings;

use super::parts::Parts;

/// What all strangers guess together, which all use cases of the process share.
pub(super) struct WrongInAll {
    codes: InAll,
    passwords: InAll,
}

impl WrongInAll {
    pub(super) fn new(settings: &Settings, limiter: &Arc<dyn RateLimiter>, clock: &Arc<dyn Clock>) -> Self {
        let in_all = |name, quota: Quota| {
            InAll::new(limiter.clone(), clock.clone(), name, settings.limits.enabled.then_some(quota))
        };
        Self {
            codes: in_all("codes.all", settings.guesses.codes().in_all),
            passwords: in_all("passwords.all", settings.guesses.passwords().in_all),
        }
    }
}

impl Parts<'_> {
    pub(super) fn code_tries(&self) -> CodeTries {
        let guesses = self.settings.limits.enabled.then(|| self.settings.guesses.codes());
        CodeTries::new(self.budget(), self.wrong_in_all.codes.clone(), guesses)
    }

    pub(super) fn tries_at_passwords(&self) -> TriesAtPasswords {
        let guesses = self.settings.limits.enabled.then(|| self.settings.guesses.passwords());
        TriesAtPasswords::new(
            self.hashes(),
            self.budget(),
            self.known_devices(),
            self.wrong_in_all.passwords.clone(),
            PasswordLimits::new(self.password_tries(), guesses),
            self.settings.verification.reveal_existence,
        )
    }

    fn password_tries(&self) -> Option<PasswordTries> {
        let quotas = self.settings.limits.password_tries();
        quotas.map(|[per_account_and_network, per_account]| PasswordTries { per_account_and_network, per_account })
    }
}
