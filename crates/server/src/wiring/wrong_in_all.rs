//! What all strangers guess together.

use std::sync::Arc;

use auth_application::kit::{InAll, Tally};
use auth_domain::limits::Quota;
use auth_ports::{Clock, RateLimiter};
use auth_settings::Settings;

/// What all strangers guess together, which all use cases of the process share.
pub(super) struct WrongInAll {
    pub(super) codes: InAll,
    pub(super) passwords: InAll,
}

impl WrongInAll {
    pub(super) fn new(
        settings: &Settings,
        limiter: &Arc<dyn RateLimiter>,
        clock: &Arc<dyn Clock>,
        tally: &Tally,
    ) -> Self {
        let in_all = |name, quota: Quota| {
            let quota = settings.limits.enabled.then_some(quota);
            InAll::new(limiter.clone(), clock.clone(), name, quota).counting(tally.clone())
        };
        Self {
            codes: in_all("codes.all", settings.guesses.codes().in_all),
            passwords: in_all("passwords.all", settings.guesses.passwords().in_all),
        }
    }
}
