//! When a lane is left alone.

use std::time::Duration;

/// How many deliveries in a row must hang.
const HANGS: u32 = 3;
/// The first pause. It doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause, which is how long a receiver that recovered waits at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How a delivery ended, as far as whoever takes the lane's messages is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The message was taken, after this time.
    Taken(Duration),
    /// There was another answer, or a failure that came soon.
    Answered,
    /// There was no answer for a long time.
    Hung,
    /// Nothing was sent.
    Unsent,
}

/// Whether messages of a lane are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BreakerState {
    /// As many as there are places for.
    #[default]
    Closed,
    /// None, because the receiver hangs.
    Open,
    /// One, to see whether the receiver still hangs.
    HalfOpen,
}

/// What a delivery changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Opened,
    Closed,
}

/// Opens when deliveries hang repeatedly. After a pause, one delivery at a time shows whether it may close again. Instants
/// are those of the monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    hangs: u32,
    opened: Option<Opened>,
}

#[derive(Debug)]
struct Opened {
    until: Duration,
    pause: Duration,
    /// Whether the one delivery is under way.
    is_probed: bool,
}

impl Breaker {
    pub(super) fn state(&self, now: Duration) -> BreakerState {
        match &self.opened {
            None => BreakerState::Closed,
            Some(opened) if opened.is_probed || now >= opened.until => BreakerState::HalfOpen,
            Some(_) => BreakerState::Open,
        }
    }

    /// Whether a delivery may begin.
    pub(super) fn admits(&self, now: Duration) -> bool {
        self.opened.as_ref().is_none_or(|opened| !opened.is_probed && now >= opened.until)
    }

    /// Whether every delivery of late was answered.
    pub(super) fn is_untouched(&self) -> bool {
        self.hangs == 0 && self.opened.is_none()
    }

    /// Returns when a delivery may begin that may not now, if that is only a question of time.
    pub(super) fn reopens_at(&self, now: Duration) -> Option<Duration> {
        self.opened.as_ref().filter(|opened| !opened.is_probed && opened.until > now).map(|opened| opened.until)
    }

    /// A delivery begins. Returns whether it is the one that shows whether the receiver still hangs.
    pub(super) fn begin(&mut self) -> bool {
        let Some(opened) = &mut self.opened else { return false };
        opened.is_probed = true;
        true
    }

    /// A delivery ended. Returns what that changed.
    pub(super) fn end(&mut self, ending: Ending, was_probe: bool, now: Duration) -> Option<Change> {
        match (ending, &mut self.opened) {
            (Ending::Taken(_) | Ending::Answered, _) => {
                self.hangs = 0;
                self.opened.take().map(|_| Change::Closed)
            }
            (Ending::Hung, None) => {
                self.hangs += 1;
                if self.hangs < HANGS {
                    return None;
                }
                self.opened = Some(Opened { until: now + FIRST_PAUSE, pause: FIRST_PAUSE, is_probed: false });
                Some(Change::Opened)
            }
            (Ending::Hung, Some(opened)) if was_probe => {
                let pause = (opened.pause * 2).min(LONGEST_PAUSE);
                *opened = Opened { until: now + pause, pause, is_probed: false };
                None
            }
            (Ending::Unsent, Some(opened)) if was_probe => {
                opened.is_probed = false;
                None
            }
            // What began before it opened says nothing new.
            (Ending::Hung | Ending::Unsent, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        let changes = [(); 3].map(|()| breaker.end(Ending::Hung, false, at(10)));
        assert_eq!(changes, [None, None, Some(Change::Opened)]);
        breaker
    }

    #[test]
    fn it_opens_after_three_deliveries_in_a_row_have_hung() {
        for answer in [Ending::Taken(at(1)), Ending::Answered] {
            let mut breaker = Breaker::default();
            for ending in [Ending::Hung, Ending::Hung, answer, Ending::Hung, Ending::Hung, Ending::Unsent] {
                assert_eq!(breaker.end(ending, false, at(10)), None, "{ending:?}");
            }
            assert!(breaker.admits(at(10)) && breaker.state(at(10)) == BreakerState::Closed);
            assert_eq!(breaker.end(Ending::Hung, false, at(10)), Some(Change::Opened));
        }
        let breaker = opened();
        assert!(!breaker.admits(at(14)) && breaker.state(at(14)) == BreakerState::Open);
        assert_eq!(breaker.reopens_at(at(14)), Some(at(15)));
    }

    #[test]
    fn one_delivery_shows_whether_it_may_close() {
        let mut breaker = opened();
        assert!(breaker.admits(at(15)) && breaker.state(at(15)) == BreakerState::HalfOpen);
        assert!(breaker.begin(), "it is the probe");
        assert!(!breaker.admits(at(16)), "one at a time");
        assert_eq!(breaker.end(Ending::Hung, false, at(16)), None, "an earlier delivery says nothing new");
        assert!(!breaker.admits(at(16)));
        assert_eq!(breaker.end(Ending::Unsent, true, at(16)), None);
        assert!(breaker.admits(at(16)) && breaker.begin(), "nothing was sent, so the next one is the probe");
        assert_eq!(breaker.end(Ending::Taken(at(1)), true, at(17)), Some(Change::Closed));
        assert!(breaker.is_untouched() && breaker.admits(at(17)) && !breaker.begin());
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let mut breaker = opened();
        let mut now = at(15);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            assert!(breaker.begin());
            assert_eq!(breaker.end(Ending::Hung, true, now), None, "only the first is a change");
            let until = breaker.reopens_at(now).expect("open");
            pauses.push((until - now).as_secs());
            now = until;
        }
        assert_eq!(pauses, [10, 20, 40, 60, 60, 60]);
    }

    #[test]
    fn an_earlier_delivery_that_arrives_closes_it() {
        let mut breaker = opened();
        assert_eq!(breaker.end(Ending::Taken(at(9)), false, at(12)), Some(Change::Closed));
    }
}
