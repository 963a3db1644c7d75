//! Limits on guesses at codes and passwords.

use auth_application::kit::{CodeTries, PasswordLimits, PasswordTries, TriesAtPasswords};

use super::parts::Parts;

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
