//! `[guesses]`

use auth_domain::guesses::{CodeGuesses, PasswordGuesses};
use auth_domain::limits::Quota;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::Danger;
use crate::values::read;

/// How often strangers may be wrong about codes and passwords.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuessSettings {
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    wrong_codes_per_account: u32,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    wrong_codes_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 2_678_400, _>")]
    wrong_codes_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000_000, _, _>")]
    wrong_codes_in_all_per_day: u32,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    wrong_passwords_per_account: u32,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000_000, _, _>")]
    wrong_passwords_in_all_per_day: u32,
    #[serde(deserialize_with = "read::value")]
    allow_high: bool,
}

/// How many networks somebody is taken to have who guesses codes of all accounts at once.
const NETWORKS: u32 = 100;
/// The chances a day that papers promise: at one account, and at any.
const CHANCES: [f64; 2] = [1e-5, 1e-3];
/// NIST SP 800-63B-4, 3.2.2: at most 100 failed attempts in a row on one account.
const MOST_PASSWORDS: u32 = 100;
/// Wrong codes of all strangers in a day. With as many, one is guessed every ten days.
const MOST_CODES_IN_ALL: u32 = 100_000;
/// Wrong passwords of all strangers in a day: a hundred times the default.
const MOST_PASSWORDS_IN_ALL: u32 = 2_000_000;

impl GuessSettings {
    /// Limits on wrong codes, to be used if limits are switched on.
    #[must_use]
    pub fn codes(&self) -> CodeGuesses {
        let quota = |burst| Quota { burst, per: self.wrong_codes_seconds };
        CodeGuesses {
            per_account: quota(self.wrong_codes_per_account),
            per_network: quota(self.wrong_codes_per_network),
            in_all: per_day(self.wrong_codes_in_all_per_day),
        }
    }

    /// Limits on wrong passwords, to be used if limits are switched on.
    #[must_use]
    pub fn passwords(&self) -> PasswordGuesses {
        PasswordGuesses {
            per_account: self.wrong_passwords_per_account,
            in_all: per_day(self.wrong_passwords_in_all_per_day),
        }
    }

    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let codes = self.codes();
        let [account, any] = CHANCES;
        let risk = "and guesses.wrong_codes_seconds let strangers guess codes with a chance of";
        let found = [
            (
                codes.chance_at_one_account() >= account,
                "wrong_codes_per_account",
                format!("{risk} 1 in 100 000 a day or more at one account"),
            ),
            (
                codes.chance_at_any_account(NETWORKS) >= any,
                "wrong_codes_per_network",
                format!("{risk} 1 in 1 000 a day or more at any account, from {NETWORKS} networks"),
            ),
            (
                self.wrong_passwords_per_account > MOST_PASSWORDS,
                "wrong_passwords_per_account",
                format!("lets strangers enter more than {MOST_PASSWORDS} wrong passwords in a row at one account"),
            ),
            (
                self.wrong_codes_in_all_per_day > MOST_CODES_IN_ALL,
                "wrong_codes_in_all_per_day",
                format!("lets strangers enter {MOST_CODES_IN_ALL} wrong codes a day before anybody is told"),
            ),
            (
                self.wrong_passwords_in_all_per_day > MOST_PASSWORDS_IN_ALL,
                "wrong_passwords_in_all_per_day",
                format!("lets strangers enter {MOST_PASSWORDS_IN_ALL} wrong passwords a day before anybody is told"),
            ),
        ];
        let danger = |(_, key, risk): (bool, &str, String)| Danger::at(key, risk, "allow_high", self.allow_high);
        found.into_iter().filter(|(is_found, ..)| *is_found).map(danger).collect()
    }
}

fn per_day(burst: u32) -> Quota {
    Quota { burst, per: TimeDelta::days(1) }
}
