//! Limits, the gate before them, and who belongs to an account.

use auth_application::kit::{
    Budget, CodeTries, DeviceCheck, Hashes, InAll, Limit, Limited, PasswordLimits, Passwords, TriesAtPasswords,
};
use auth_domain::known_devices::DeviceMarks;
use auth_domain::limits::Quota;

use super::World;

impl World {
    pub(crate) fn budget(&self) -> Budget {
        Budget::new(self.ports.limits.clone(), self.shared_clock(), self.gate(), self.rules.depth)
    }

    pub(super) fn limit(&self, name: &'static str) -> Limited {
        self.budget().limited(Limit::new(name, self.rules.quota))
    }

    pub(super) fn hashes(&self) -> Hashes {
        let [per_network, per_account] = self.rules.hashes;
        let limits = [Limit::new("hashes.network", per_network), Limit::new("hashes.account", per_account)];
        Hashes::new(self.hasher.clone(), self.budget(), limits)
    }

    pub(super) fn passwords(&self) -> Passwords {
        Passwords::new(self.hashes(), self.tries_at_passwords())
    }

    pub(super) fn marks(&self) -> DeviceMarks {
        DeviceMarks::new(self.key.clone())
    }

    pub(super) fn code_tries(&self) -> CodeTries {
        let in_all = self.in_all("codes.all", self.rules.wrong_codes.map(|guesses| guesses.in_all));
        CodeTries::new(self.budget(), in_all, self.rules.wrong_codes)
    }

    pub(super) fn tries_at_passwords(&self) -> TriesAtPasswords {
        let guesses = self.rules.wrong_passwords;
        let in_all = self.in_all("passwords.all", guesses.map(|guesses| guesses.in_all));
        let limits = PasswordLimits::new(self.rules.tries, guesses);
        TriesAtPasswords::new(
            self.hashes(),
            self.budget(),
            self.known_devices(),
            in_all,
            limits,
            self.rules.reveal_existence,
        )
    }

    pub(crate) fn known_devices(&self) -> DeviceCheck {
        DeviceCheck::new(self.ports.known_devices.clone(), self.shared_clock(), self.marks())
    }

    fn in_all(&self, name: &'static str, quota: Option<Quota>) -> InAll {
        InAll::new(self.ports.limits.clone(), self.shared_clock(), name, quota)
    }
}
