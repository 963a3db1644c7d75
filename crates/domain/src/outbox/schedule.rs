//! The schedule of further attempts after a failure.

use chrono::TimeDelta;

/// The pauses between attempts. After the last of them an event is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule(Vec<TimeDelta>);

/// The recommendation of Standard Webhooks (version 1 of the specification, "Deliverability and reliability"), in
/// seconds.
const STANDARD: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

impl RetrySchedule {
    /// A schedule with these pauses, in order.
    #[must_use]
    pub fn new(pauses: Vec<TimeDelta>) -> Self {
        Self(pauses)
    }

    /// Returns the pause after this many failures; `None` if there are no attempts left. `chance` (0 to 255)
    /// lengthens it by up to a quarter, so that events that failed together are not all retried together.
    #[must_use]
    pub fn pause(&self, failures: u16, chance: u8) -> Option<TimeDelta> {
        let pause = *self.0.get(usize::from(failures.checked_sub(1)?))?;
        Some(pause + pause / 4 * i32::from(chance) / i32::from(u8::MAX))
    }
}

impl Default for RetrySchedule {
    /// Returns the schedule of the standard: ten attempts within three and a quarter days.
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
