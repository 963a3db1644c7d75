//! How often strangers may be wrong about codes and passwords, and what that leaves to chance. `docs/limits.md` does the
//! arithmetic for the defaults.

use chrono::TimeDelta;

use crate::limits::Quota;

/// How many codes there are (six digits), less as many as may be known to be wrong after the tries at one code.
const CODES: f64 = 999_990.0;
const DAY: TimeDelta = TimeDelta::days(1);

/// Wrong codes that strangers may enter. Beyond these quotas the bot gate is asked; those that refuse are
/// [`CodeGuesses::DEPTH`] times as deep, with the same trickle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeGuesses {
    /// At one account.
    pub per_account: Quota,
    /// From one network (IPv4 /24, IPv6 /48), whatever the account.
    pub per_network: Quota,
    /// By all strangers at all accounts. It only asks the bot gate, and warns.
    pub in_all: Quota,
}

/// Wrong passwords that strangers may enter, besides what every network may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordGuesses {
    /// At one account, until its owner signs in or the password is changed. After that, passwords count only where they
    /// come from a device that the account knows.
    pub per_account: u32,
    /// By all strangers at all accounts. It only asks the bot gate, and warns.
    pub in_all: Quota,
}

impl CodeGuesses {
    /// How many times as deep the quotas that refuse are.
    pub const DEPTH: u32 = 2;

    /// What one network may enter at one account: less than the account bears, so that no network alone uses it up.
    #[must_use]
    pub fn per_account_and_network(&self) -> Quota {
        let Quota { burst, per } = self.per_account;
        let part = burst.saturating_sub(1).max(1);
        let per = per.num_microseconds().unwrap_or(i64::MAX) / i64::from(burst.max(1)) * i64::from(part);
        Quota { burst: part, per: TimeDelta::microseconds(per) }
    }

    /// The chance that strangers guess a code of one account within a day, however many networks they have.
    #[must_use]
    pub fn chance_at_one_account(&self) -> f64 {
        chance(most_in_a_day(self.per_account, Self::DEPTH))
    }

    /// The chance that somebody who has so many networks guesses a code of any account within a day, however many
    /// accounts there are.
    #[must_use]
    pub fn chance_at_any_account(&self, networks: u32) -> f64 {
        chance(most_in_a_day(self.per_network, Self::DEPTH).saturating_mul(networks))
    }
}

impl PasswordGuesses {
    /// The limit per account. It forgives one wrong password a month, so that what was counted does not stay for ever.
    #[must_use]
    pub fn quota_per_account(&self) -> Quota {
        in_a_row(self.per_account)
    }

    /// What one network (IPv4 /24, IPv6 /48) may enter of it: half, so that no network alone ends what passwords are worth.
    #[must_use]
    pub fn quota_per_account_and_network(&self) -> Quota {
        in_a_row((self.per_account / 2).max(1))
    }
}

fn in_a_row(most: u32) -> Quota {
    Quota { burst: most, per: TimeDelta::days(30) * i32::try_from(most).unwrap_or(i32::MAX) }
}

/// The most that a soft quota lets through within any day if the one that refuses is `depth` times as deep: all at once
/// when nothing has happened for long, and the trickle of a day.
#[must_use]
pub fn most_in_a_day(soft: Quota, depth: u32) -> u32 {
    let micros = |span: TimeDelta| span.num_microseconds().unwrap_or(i64::MAX);
    let trickle = micros(DAY) / micros(soft.interval()).max(1);
    soft.burst.saturating_mul(depth).saturating_add(u32::try_from(trickle).unwrap_or(u32::MAX))
}

/// The chance that one of so many guesses is right.
fn chance(guesses: u32) -> f64 {
    f64::from(guesses) / CODES
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::limits::Admission;

    fn per_day(burst: u32) -> Quota {
        Quota { burst, per: DAY }
    }

    #[test]
    fn nobody_gets_more_through_than_is_computed() {
        for burst in 1..=5 {
            let (soft, depth) = (per_day(burst), CodeGuesses::DEPTH);
            let hard = Quota { burst: burst * depth, per: DAY * depth.cast_signed() };
            let start = DateTime::from_timestamp(1_700_000_000, 0).expect("in range");
            let (mut full_at, mut admitted) = (None, Vec::new());
            // Whoever tries each minute of five days gets as much through as can be got.
            for minute in 0..5 * 24 * 60 {
                let now = start + TimeDelta::minutes(minute);
                let (admission, next) = hard.admit(full_at, now);
                if admission == Admission::Admitted {
                    admitted.push(now);
                }
                full_at = Some(next);
            }
            let within_a_day = |from: &_| admitted.iter().filter(|at| *at >= from && **at <= *from + DAY).count();
            let most = admitted.iter().map(within_a_day).max();
            assert_eq!(most, Some(most_in_a_day(soft, depth) as usize), "{burst} a day");
        }
    }

    #[test]
    fn one_network_leaves_something_of_an_account() {
        for (burst, part) in [(1, 1), (2, 1), (3, 2), (10, 9)] {
            let guesses = CodeGuesses { per_account: per_day(burst), per_network: per_day(9), in_all: per_day(9) };
            let network = guesses.per_account_and_network();
            assert_eq!((network.burst, network.interval()), (part, per_day(burst).interval()), "{burst} a day");
        }
    }

    #[test]
    fn a_wrong_password_is_forgiven_after_a_month() {
        let quota = PasswordGuesses { per_account: 100, in_all: per_day(1) }.quota_per_account();
        assert_eq!((quota.burst, quota.interval()), (100, TimeDelta::days(30)));
        for (per_account, part) in [(1, 1), (2, 1), (5, 2), (100, 50)] {
            let quota = PasswordGuesses { per_account, in_all: per_day(1) }.quota_per_account_and_network();
            assert_eq!((quota.burst, quota.interval()), (part, TimeDelta::days(30)));
        }
    }
}
