//! Who may be on the way by one channel.

use std::collections::HashMap;
use std::time::Duration;

use auth_domain::messages::Channel;
use auth_ports::ChannelPlaces;

use super::breaker::{Breaker, BreakerState, Change, Ending};

/// How many lanes of a channel are remembered: those with messages on the way always, others while there is room.
const REMEMBERED: usize = 1024;
/// How many slow deliveries a lane may have on the way.
const SLOW_IN_LANE: u16 = 2;
/// How many times as long as usual a delivery takes that is slow.
const SLOW_FACTOR: u32 = 4;
/// A delivery that takes less is never slow.
const LEAST_SLOW: Duration = Duration::from_millis(500);
/// A delivery that takes more is always slow.
const MOST_SLOW: Duration = Duration::from_secs(5);

/// The places of one channel, and who has them. Half of them at most are one lane's, and half of them at most are for
/// lanes that have not taken a message of late: so one receiver that hangs, or any number of strangers' that do, leaves
/// places for everybody else's. The only lane of a channel that has no others may have them all.
pub(super) struct PlacesOfChannel {
    all: u16,
    taken: u16,
    /// Those taken for lanes that have not taken a message of late.
    strangers: u16,
    /// Those of slow deliveries.
    slow: u16,
    /// How long a delivery takes that is neither fast nor slow.
    usual: Option<Duration>,
    lanes: HashMap<String, LanePlaces>,
    /// What is kept for messages that are being claimed.
    kept: Option<ChannelPlaces>,
}

#[derive(Default)]
struct LanePlaces {
    taken: u16,
    slow: u16,
    /// Whether it has taken a message of late.
    is_known: bool,
    /// Whether messages may wait for it in the queue.
    is_behind: bool,
    used_at: Duration,
    breaker: Breaker,
}

/// What somebody who has a place must remember about it.
#[derive(Debug, Default)]
pub(super) struct Taken {
    was_stranger: bool,
    was_probe: bool,
    is_slow: bool,
}

impl PlacesOfChannel {
    pub(super) fn new(all: u16) -> Self {
        Self { all: all.max(1), taken: 0, strangers: 0, slow: 0, usual: None, lanes: HashMap::new(), kept: None }
    }

    /// Takes a place for a message that was never in the queue, unless there is none, or others wait for one in the queue,
    /// or what is left is kept.
    pub(super) fn take_first(&mut self, receiver: &str, now: Duration) -> Option<Taken> {
        if self.lanes.get(receiver).is_some_and(|lane| lane.is_behind) || self.is_kept(receiver, now) {
            return None;
        }
        let taken = self.take(receiver, now);
        if let Some(lane) = self.lanes.get_mut(receiver).filter(|_| taken.is_none()) {
            lane.is_behind = true;
        }
        taken
    }

    /// Takes a place for a delivery to this receiver, if there is one.
    pub(super) fn take(&mut self, receiver: &str, now: Duration) -> Option<Taken> {
        if self.taken >= self.all || self.free_in(receiver, now) == 0 {
            return None;
        }
        if !self.lanes.contains_key(receiver) {
            self.make_room();
        }
        let lane = self.lanes.entry(receiver.to_owned()).or_default();
        lane.taken += 1;
        lane.used_at = now;
        let was_stranger = !receiver.is_empty() && !lane.is_known;
        let taken = Taken { was_stranger, was_probe: lane.breaker.begin(), is_slow: false };
        self.taken += 1;
        self.strangers += u16::from(taken.was_stranger);
        Some(taken)
    }

    /// How long a delivery is not slow.
    pub(super) fn slow_after(&self) -> Duration {
        self.usual.map_or(LEAST_SLOW, |usual| (usual * SLOW_FACTOR).clamp(LEAST_SLOW, MOST_SLOW))
    }

    /// A delivery has become slow. Returns whether it may go on: a few in a lane and a quarter of the places in all may,
    /// the others make room for whoever may be answered sooner.
    pub(super) fn becomes_slow(&mut self, receiver: &str, taken: &mut Taken) -> bool {
        let most = (self.all / 4).max(1);
        let Some(lane) = self.lanes.get_mut(receiver) else { return false };
        if !receiver.is_empty() && (lane.slow >= SLOW_IN_LANE || self.slow >= most) {
            return false;
        }
        lane.slow += 1;
        self.slow += 1;
        taken.is_slow = true;
        true
    }

    /// Gives a place back. Returns what the delivery changed.
    pub(super) fn end(&mut self, receiver: &str, taken: &Taken, ending: Ending, now: Duration) -> Option<Change> {
        self.taken -= 1;
        self.strangers -= u16::from(taken.was_stranger);
        self.slow -= u16::from(taken.is_slow);
        if let Ending::Taken(span) = ending {
            self.learn(span);
        }
        let lane = self.lanes.get_mut(receiver)?;
        lane.taken -= 1;
        lane.slow -= u16::from(taken.is_slow);
        let change = lane.breaker.end(ending, taken.was_probe, now);
        lane.is_known = match ending {
            Ending::Taken(_) => true,
            Ending::Hung => lane.is_known && lane.breaker.state(now) == BreakerState::Closed,
            Ending::Answered | Ending::Unsent => lane.is_known,
        };
        if lane.taken == 0 && !lane.is_known && lane.breaker.is_untouched() {
            self.lanes.remove(receiver);
        }
        change
    }

    /// Returns what may be claimed for the channel.
    pub(super) fn free(&self, channel: Channel, now: Duration) -> ChannelPlaces {
        let free = self.all - self.taken;
        let strangers = self.free_for_strangers();
        let per_lane = self.half().min(strangers);
        let own = |(receiver, lane): (&String, &LanePlaces)| {
            let free = self.free_of(receiver, lane, now);
            (free < per_lane || (per_lane == 0 && free > 0)).then(|| (receiver.clone(), free))
        };
        let lanes = self.lanes.iter().filter_map(own).collect();
        // As long as strangers have places, no more is claimed than they have, so that all of it may be theirs.
        ChannelPlaces { channel, free: if strangers == 0 { free } else { free.min(strangers) }, per_lane, lanes }
    }

    /// Keeps half of what is free, and returns it.
    pub(super) fn keep(&mut self, channel: Channel, now: Duration) -> ChannelPlaces {
        let free = self.free(channel, now);
        let half = |places: u16| places.div_ceil(2);
        let lanes = free.lanes.into_iter().map(|(receiver, free)| (receiver, half(free))).collect();
        let kept = ChannelPlaces { channel, free: half(free.free), per_lane: half(free.per_lane), lanes };
        self.kept = Some(kept.clone());
        kept
    }

    /// Nothing is kept any more.
    pub(super) fn keep_none(&mut self) {
        self.kept = None;
    }

    /// Whether the places that are left, in all, for strangers or in the lane, are no more than those that are kept.
    fn is_kept(&self, receiver: &str, now: Duration) -> bool {
        let Some(kept) = &self.kept else { return false };
        let own = kept.lanes.iter().find(|(lane, _)| lane == receiver);
        let in_lane = own.map_or(kept.per_lane, |(_, free)| *free);
        let is_stranger = !receiver.is_empty() && !self.lanes.get(receiver).is_some_and(|lane| lane.is_known);
        self.all - self.taken <= kept.free
            || (is_stranger && self.free_for_strangers() <= kept.free)
            || self.free_in(receiver, now) <= in_lane
    }

    /// There was nothing left to claim for lanes that have places.
    pub(super) fn caught_up(&mut self, now: Duration) {
        let has_caught_up =
            |(receiver, lane): &(&String, &LanePlaces)| lane.is_behind && self.free_of(receiver, lane, now) > 0;
        let caught_up: Vec<_> = self.lanes.iter().filter(has_caught_up).map(|(receiver, _)| receiver.clone()).collect();
        for receiver in caught_up {
            self.lanes.entry(receiver).and_modify(|lane| lane.is_behind = false);
        }
    }

    /// Returns when the next lane that is left alone is tried again.
    pub(super) fn reopens_at(&self, now: Duration) -> Option<Duration> {
        self.lanes.values().filter_map(|lane| lane.breaker.reopens_at(now)).min()
    }

    /// Returns each lane with its messages on the way, if it has any or is left alone.
    pub(super) fn lanes(&self, now: Duration) -> impl Iterator<Item = (&str, u16, BreakerState)> {
        let lanes = self.lanes.iter().map(move |(name, lane)| (name.as_str(), lane.taken, lane.breaker.state(now)));
        lanes.filter(|(_, taken, state)| *taken > 0 || *state != BreakerState::Closed)
    }

    fn half(&self) -> u16 {
        self.all.div_ceil(2)
    }

    fn free_for_strangers(&self) -> u16 {
        self.half().saturating_sub(self.strangers)
    }

    fn free_in(&self, receiver: &str, now: Duration) -> u16 {
        self.free_of(receiver, self.lanes.get(receiver).unwrap_or(&LanePlaces::default()), now)
    }

    /// Returns how many places a lane may still take, as far as it is concerned.
    fn free_of(&self, receiver: &str, lane: &LanePlaces, now: Duration) -> u16 {
        if !lane.breaker.admits(now) {
            return 0;
        }
        if lane.breaker.state(now) == BreakerState::HalfOpen {
            return 1;
        }
        if receiver.is_empty() {
            return self.all - lane.taken;
        }
        let is_slow = lane.slow > 0 || !lane.breaker.is_untouched();
        let most = if is_slow { SLOW_IN_LANE.min(self.half()) } else { self.half() };
        let free = most.saturating_sub(lane.taken);
        if lane.is_known { free } else { free.min(self.free_for_strangers()) }
    }

    /// Follows the median of what deliveries take: each moves it by an eighth, so those that hang, or a few that are made
    /// slow on purpose, do not.
    fn learn(&mut self, span: Duration) {
        let Some(usual) = self.usual else {
            self.usual = Some(span);
            return;
        };
        let step = usual / 8 + Duration::from_millis(1);
        self.usual = Some(if span > usual { usual + step } else { usual.saturating_sub(step) });
    }

    /// Forgets a lane if there are too many, strangers' and what was used the longest ago first.
    fn make_room(&mut self) {
        if self.lanes.len() < REMEMBERED {
            return;
        }
        let idle = self.lanes.iter().filter(|(_, lane)| lane.taken == 0);
        let forgotten = idle.min_by_key(|(_, lane)| (lane.is_known, lane.used_at)).map(|(name, _)| name.clone());
        if let Some(name) = forgotten {
            self.lanes.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);
    const SOON: Ending = Ending::Taken(Duration::from_millis(10));

    /// Eight places, of which these receivers have taken messages of late.
    fn eight(known: &[&str]) -> PlacesOfChannel {
        let mut places = PlacesOfChannel::new(8);
        for receiver in known {
            let taken = places.take(receiver, NOW).expect("a place");
            places.end(receiver, &taken, SOON, NOW);
        }
        places
    }

    fn take_all(places: &mut PlacesOfChannel, receiver: &str) -> Vec<Taken> {
        std::iter::from_fn(|| places.take(receiver, NOW)).collect()
    }

    #[test]
    fn one_domain_has_half_of_the_places_and_a_vendor_all() {
        let mut places = eight(&["a.example", "b.example"]);
        assert_eq!(take_all(&mut places, "a.example").len(), 4);
        assert_eq!(take_all(&mut places, "b.example").len(), 4);
        assert!(places.take("c.example", NOW).is_none(), "there are eight");
        assert_eq!(take_all(&mut eight(&[]), "").len(), 8);
    }

    #[test]
    fn strangers_have_half_of_the_places_together() {
        let mut places = eight(&["known.example"]);
        let strangers = (0..9).filter(|number| places.take(&format!("{number}.example"), NOW).is_some());
        assert_eq!(strangers.count(), 4);
        let free = places.free(Channel::EMAIL, NOW);
        assert_eq!((free.free, free.per_lane, free.lanes), (4, 0, vec![("known.example".to_owned(), 4)]));
        assert_eq!(take_all(&mut places, "known.example").len(), 4);
    }

    #[test]
    fn no_more_is_claimed_than_strangers_have_places_as_long_as_it_may_be_theirs() {
        let mut places = eight(&["known.example"]);
        let taken = places.take("a.example", NOW);
        let free = places.free(Channel::EMAIL, NOW);
        assert_eq!((free.free, free.per_lane, free.lanes), (3, 3, vec![]), "{taken:?}");
    }

    #[test]
    fn few_slow_deliveries_may_go_on() {
        let mut places = eight(&["a.example", "b.example"]);
        let [mut a, mut b] = ["a.example", "b.example"].map(|receiver| take_all(&mut places, receiver));
        let going_on: Vec<_> = a.iter_mut().map(|taken| places.becomes_slow("a.example", taken)).collect();
        assert_eq!(going_on, [true, true, false, false], "two of one domain, and a quarter of the places");
        assert!(!places.becomes_slow("b.example", &mut b[0]));
        places.end("a.example", &a[0], SOON, NOW);
        assert!(places.becomes_slow("b.example", &mut b[0]));
        for taken in &a[1..] {
            places.end("a.example", taken, Ending::Unsent, NOW);
        }
        assert_eq!(take_all(&mut places, "a.example").len(), 4, "none of them is slow any more");
    }

    #[test]
    fn a_slow_domain_gets_two_places() {
        let mut places = eight(&["a.example"]);
        let mut first = places.take("a.example", NOW).expect("a place");
        assert!(places.becomes_slow("a.example", &mut first));
        assert_eq!(take_all(&mut places, "a.example").len(), 1);
        let free = places.free(Channel::EMAIL, NOW);
        assert_eq!(free.lanes, [("a.example".to_owned(), 0)]);
    }

    #[test]
    fn what_is_usual_follows_the_median() {
        let mut places = eight(&[]);
        assert_eq!(places.slow_after(), LEAST_SLOW, "nothing is known yet");
        places.learn(Duration::from_secs(1));
        assert_eq!(places.slow_after(), Duration::from_secs(4));
        for _ in 0..40 {
            places.learn(Duration::from_millis(20));
            places.learn(Duration::from_millis(20));
            places.learn(Duration::from_secs(29));
        }
        assert_eq!(places.slow_after(), LEAST_SLOW, "one in three does not make it slow");
        for _ in 0..40 {
            places.learn(Duration::from_secs(29));
        }
        assert_eq!(places.slow_after(), MOST_SLOW);
    }

    #[test]
    fn whoever_waits_in_the_queue_is_not_overtaken() {
        let mut places = eight(&["a.example"]);
        let taken = take_all(&mut places, "a.example");
        assert!(places.take_first("a.example", NOW).is_none(), "full");
        places.end("a.example", &taken[0], SOON, NOW);
        assert!(places.take_first("a.example", NOW).is_none(), "somebody waits in the queue");
        assert!(places.take("a.example", NOW).is_some(), "who gets the place");
        places.caught_up(NOW);
        places.end("a.example", &taken[1], SOON, NOW);
        assert!(places.take_first("a.example", NOW).is_none(), "it was full, so nobody looked for more");
        places.caught_up(NOW);
        assert!(places.take_first("a.example", NOW).is_some());
    }

    /// While messages are claimed, requests take half of what is free, and what was kept is there for what was claimed.
    #[test]
    fn a_claim_leaves_half_of_the_places_to_requests() {
        let mut places = eight(&["known.example", "other.example"]);
        let kept = places.keep(Channel::EMAIL, NOW);
        assert_eq!((kept.free, kept.per_lane, kept.lanes), (2, 2, vec![]), "half of what strangers have");
        let requests = std::iter::from_fn(|| places.take_first("known.example", NOW)).count();
        assert_eq!(requests, 2, "half of the lane's");
        let strangers = (0..9).filter(|number| places.take_first(&format!("{number}.example"), NOW).is_some()).count();
        assert_eq!(strangers, 2, "half of what strangers have");
        assert!(places.take_first("other.example", NOW).is_some() && places.take_first("other.example", NOW).is_some());
        assert!(places.take_first("other.example", NOW).is_none(), "the last two are kept");
        assert!(places.take("known.example", NOW).is_some() && places.take("8.example", NOW).is_some());
        places.keep_none();
        assert!(places.take_first("other.example", NOW).is_none(), "all eight are taken");
    }

    #[test]
    fn the_only_place_is_kept_for_what_waits() {
        let mut places = PlacesOfChannel::new(1);
        assert_eq!(places.keep(Channel::EMAIL, NOW).free, 1);
        assert!(places.take_first("", NOW).is_none());
        places.keep_none();
        assert!(places.take_first("", NOW).is_some(), "it was not full, so nobody waits");
    }

    /// Somebody names more domains than can be remembered, and all of them hang.
    #[test]
    fn memory_is_bounded_and_who_takes_messages_is_remembered() {
        let mut places = eight(&["known.example"]);
        for number in 0..u32::try_from(REMEMBERED).expect("few") * 3 {
            let (receiver, now) = (format!("{number}.example"), NOW + Duration::from_secs(number.into()));
            let taken = places.take(&receiver, now).expect("a place");
            places.end(&receiver, &taken, Ending::Hung, now);
        }
        assert_eq!(places.lanes.len(), REMEMBERED);
        assert!(places.lanes["known.example"].is_known);
        let gone = places.take("5000.example", NOW).expect("a place");
        places.end("5000.example", &gone, Ending::Answered, NOW);
        assert_eq!(places.lanes.len(), REMEMBERED - 1, "nothing is kept about who answered but took nothing");
    }
}
