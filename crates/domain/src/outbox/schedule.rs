//! When what failed is tried again.

use chrono::TimeDelta;

/// The pauses between attempts. After the last of them an event is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule(Vec<TimeDelta>);

/// What Standard Webhooks recommends (version 1 of the specification, "Deliverability and reliability"), in seconds.
const STANDARD: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

impl RetrySchedule {
    /// These pauses, one after another.
    #[must_use]
    pub fn new(pauses: Vec<TimeDelta>) -> Self {
        Self(pauses)
    }

    /// The pause after so many failures; `None` when there have been enough. `chance` (0 to 255) lengthens it by up
    /// to a quarter, so that what failed together does not come back together.
    #[must_use]
    pub fn pause(&self, failures: u16, chance: u8) -> Option<TimeDelta> {
        let pause = *self.0.get(usize::from(failures.checked_sub(1)?))?;
        Some(pause + pause / 4 * i32::from(chance) / i32::from(u8::MAX))
    }
}

impl Default for RetrySchedule {
    /// The standard's: ten attempts within three days and a quarter.
    fn default() -> Self {
        Self(STANDARD.map(TimeDelta::seconds).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_gives_up_after_ten_attempts() {
        let schedule = RetrySchedule::default();
        assert_eq!(schedule.pause(1, 0), Some(TimeDelta::seconds(5)));
        assert_eq!(schedule.pause(9, 0), Some(TimeDelta::days(1)));
        assert_eq!(schedule.pause(10, 0), None);
        assert_eq!(schedule.pause(0, 0), None, "nothing has failed");
    }

    #[test]
    fn chance_adds_up_to_a_quarter() {
        let schedule = RetrySchedule::new(vec![TimeDelta::seconds(100)]);
        let pauses = [0, 1, 128, 255].map(|chance| schedule.pause(1, chance).expect("one pause"));
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
        assert_eq!(pauses[3], TimeDelta::seconds(125));
    }
}
