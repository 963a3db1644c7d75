//! `[verification]`

use auth_domain::verifications::VerificationPolicy;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::Danger;
use crate::values::read;

/// Codes to addresses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationSettings {
    #[serde(rename = "code_ttl_seconds", deserialize_with = "read::seconds::<1, 3600, _>")]
    code_ttl: TimeDelta,
    #[serde(rename = "resend_after_seconds", deserialize_with = "read::seconds::<0, 3600, _>")]
    resend_after: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 10, _, _>")]
    max_tries: u16,
    #[serde(deserialize_with = "read::whole::<1, 1000, _, _>")]
    max_sends: u16,
    #[serde(rename = "sends_window_seconds", deserialize_with = "read::seconds::<1, 86_400, _>")]
    sends_window: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 10_000, _, _>")]
    max_sends_per_day: u16,
    /// Whether answers tell if an address is registered.
    #[serde(deserialize_with = "read::value")]
    pub reveal_existence: bool,
    #[serde(deserialize_with = "read::value")]
    allow_guessing: bool,
}

/// Guesses at the codes of one address in a day, of one share and before the bot gate is asked: one chance in 1000 of a
/// right one among six digits.
const MOST_GUESSES_PER_DAY: u64 = 1000;
/// Guesses in a day by whoever belongs to the account, of both shares and beyond the bot gate: one chance in 100. Those
/// of strangers are counted besides (`[guesses]`).
const MOST_GUESSES_OF_OWNERS_PER_DAY: u64 = 10_000;
/// The shares of an address that whoever belongs to its account can use up: their own and the strangers'.
const SHARES_OF_OWNERS: u64 = 2;
const SECONDS_PER_DAY: i64 = 86_400;

impl VerificationSettings {
    /// One danger at most, because one setting accepts both.
    pub(crate) fn dangers(&self, hard_factor: u32) -> Vec<Danger> {
        let guesses = self.guesses_per_day();
        let of_owners = guesses * SHARES_OF_OWNERS * u64::from(hard_factor);
        let risk = if guesses > MOST_GUESSES_PER_DAY {
            format!(
                "and verification.max_sends_per_day allow {guesses} guesses at the codes of one address in a day, more \
                 than {MOST_GUESSES_PER_DAY}"
            )
        } else if of_owners > MOST_GUESSES_OF_OWNERS_PER_DAY {
            format!(
                "and verification.max_sends_per_day, with limits.hard_factor, allow {of_owners} guesses in a day to \
                 whoever has a device or a token of the account, more than {MOST_GUESSES_OF_OWNERS_PER_DAY}"
            )
        } else {
            return Vec::new();
        };
        vec![Danger::at("max_tries", risk, "allow_guessing", self.allow_guessing)]
    }

    /// Every code that one share of an address has in a day before the bot gate is asked, with every try at it.
    fn guesses_per_day(&self) -> u64 {
        let windows = 1 + u64::try_from(SECONDS_PER_DAY / self.sends_window.num_seconds().max(1)).unwrap_or(u64::MAX);
        let sends = (windows * u64::from(self.max_sends)).min(self.max_sends_per_day.into());
        sends * u64::from(self.max_tries)
    }

    /// Returns the rules of codes, as the domain takes them. With limits off there is no cooldown, and no number of sends
    /// is too many.
    #[must_use]
    pub fn policy(&self, limits_enabled: bool, hard_factor: u32) -> VerificationPolicy {
        VerificationPolicy {
            code_ttl: self.code_ttl,
            resend_after: if limits_enabled { self.resend_after } else { TimeDelta::zero() },
            max_tries: self.max_tries,
            max_sends: limits_enabled.then(|| self.max_sends.into()),
            sends_window: self.sends_window,
            max_sends_per_day: limits_enabled.then(|| self.max_sends_per_day.into()),
            hard_factor: usize::try_from(hard_factor).unwrap_or(usize::MAX),
        }
    }
}
