//! The places of deliveries, which requests and the worker take.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth_domain::messages::{Channel, Lane};
use auth_ports::{Clock, FreePlaces, MessageSender, USUAL_PLACES};

use super::breaker::{BreakerState, Change, Ending};
use super::channel_places::{PlacesOfChannel, Taken};

/// What is on the way, and what may be. Clones share it.
///
/// Each channel has places of its own, as many as its sender says. Within them [`Lane`]s have shares, and a lane whose
/// receiver hangs repeatedly is left alone for a while.
#[derive(Clone)]
pub struct Places {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

struct State {
    channels: BTreeMap<Channel, PlacesOfChannel>,
    /// Whether the worker is asking for as many messages as it keeps places for.
    is_claiming: bool,
}

/// A lane with messages on the way, or one that is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneState {
    /// The lane.
    pub lane: Lane,
    /// How many messages are on the way.
    pub on_the_way: u16,
    /// Whether messages are delivered.
    pub breaker: BreakerState,
}

impl Places {
    /// Makes the places of these senders.
    #[must_use]
    pub fn new(senders: &[Arc<dyn MessageSender>], clock: Arc<dyn Clock>) -> Self {
        let channels = senders.iter().map(|sender| (sender.channel(), PlacesOfChannel::new(sender.places())));
        Self { state: Arc::new(Mutex::new(State { channels: channels.collect(), is_claiming: false })), clock }
    }

    /// Returns the lanes that have messages on the way or are left alone.
    #[must_use]
    pub fn lanes(&self) -> Vec<LaneState> {
        let (state, now) = (self.lock(), self.clock.monotonic());
        let of_channel = |(channel, places): (&Channel, &PlacesOfChannel)| {
            let lanes = places.lanes(now).map(|(receiver, on_the_way, breaker)| LaneState {
                lane: Lane { channel: *channel, receiver: receiver.to_owned() },
                on_the_way,
                breaker,
            });
            lanes.collect::<Vec<_>>()
        };
        state.channels.iter().flat_map(of_channel).collect()
    }

    /// Takes a place, unless there is none or those that are left are kept for the worker, which is claiming messages.
    pub(super) fn take(&self, lane: &Lane) -> Option<Place> {
        let mut state = self.lock();
        // Nobody knows how many of its places the worker takes.
        if state.is_claiming && !state.channels.contains_key(&lane.channel) {
            return None;
        }
        self.place_of(&mut state, lane, PlacesOfChannel::take_first)
    }

    /// Keeps half of the free places of each channel and lane for what is claimed, until the claim is dropped. Requests may
    /// take the others meanwhile, so that a look into the queue, which takes as long as the database does, makes no
    /// message wait in it.
    pub(super) fn claim(&self) -> Claim<'_> {
        let (mut state, now) = (self.lock(), self.clock.monotonic());
        state.is_claiming = true;
        let kept = state.channels.iter_mut().map(|(channel, places)| places.keep(*channel, now));
        let free = FreePlaces { channels: kept.collect(), elsewhere: USUAL_PLACES };
        drop(state);
        Claim { places: self, free }
    }

    /// Returns how long it takes until the next lane that is left alone is tried again.
    pub(super) fn reopens_in(&self) -> Option<Duration> {
        let now = self.clock.monotonic();
        let reopens_at = self.lock().channels.values().filter_map(|places| places.reopens_at(now)).min();
        reopens_at.map(|at| at.saturating_sub(now))
    }

    fn place_of(
        &self,
        state: &mut State,
        lane: &Lane,
        take: fn(&mut PlacesOfChannel, &str, Duration) -> Option<Taken>,
    ) -> Option<Place> {
        let new = || PlacesOfChannel::new(USUAL_PLACES);
        let places = state.channels.entry(lane.channel).or_insert_with(new);
        let taken = take(places, &lane.receiver, self.clock.monotonic())?;
        Some(Place { places: self.clone(), lane: lane.clone(), taken, ending: Ending::Unsent })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The worker is claiming messages.
pub(super) struct Claim<'a> {
    places: &'a Places,
    free: FreePlaces,
}

impl Claim<'_> {
    /// Returns what to claim.
    pub(super) fn free(&self) -> FreePlaces {
        self.free.clone()
    }

    /// Takes the place of a claimed message. There is one, if no more was claimed than are kept.
    pub(super) fn take(&self, lane: &Lane) -> Option<Place> {
        self.places.place_of(&mut self.places.lock(), lane, PlacesOfChannel::take)
    }

    /// Messages of these lanes were claimed. If there was room for more in each of their lanes and channels, nothing was left
    /// to claim: otherwise, under a load that always brings another message, nobody would ever catch up.
    pub(super) fn found(&self, lanes: impl Iterator<Item = Lane>) {
        let (mut by_lane, mut by_channel) = (BTreeMap::<Lane, u16>::new(), BTreeMap::<Channel, u16>::new());
        for lane in lanes {
            *by_channel.entry(lane.channel).or_default() += 1;
            *by_lane.entry(lane).or_default() += 1;
        }
        let has_room = by_lane.iter().all(|(lane, found)| *found < self.free.in_lane(lane))
            && by_channel.iter().all(|(channel, found)| *found < self.free.in_channel(*channel));
        if has_room {
            let now = self.places.clock.monotonic();
            self.places.lock().channels.values_mut().for_each(|places| places.caught_up(now));
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut state = self.places.lock();
        state.is_claiming = false;
        state.channels.values_mut().for_each(PlacesOfChannel::keep_none);
    }
}

/// A place, until it is dropped.
pub(super) struct Place {
    places: Places,
    lane: Lane,
    taken: Taken,
    ending: Ending,
}

impl Place {
    /// How long the delivery is not slow.
    pub(super) fn slow_after(&self) -> Duration {
        let state = self.places.lock();
        state.channels.get(&self.lane.channel).map_or(Duration::MAX, PlacesOfChannel::slow_after)
    }

    /// The delivery has become slow. Returns whether it may go on.
    pub(super) fn becomes_slow(&mut self) -> bool {
        let Self { places, lane, taken, .. } = self;
        let mut state = places.lock();
        state.channels.get_mut(&lane.channel).is_some_and(|places| places.becomes_slow(&lane.receiver, taken))
    }

    /// The delivery has ended.
    pub(super) fn ended(mut self, ending: Ending) {
        self.ending = ending;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self { places, lane, taken, ending } = self;
        let now = places.clock.monotonic();
        let mut state = places.lock();
        let of_channel = state.channels.get_mut(&lane.channel);
        let change = of_channel.and_then(|of_channel| of_channel.end(&lane.receiver, taken, *ending, now));
        drop(state);
        match change {
            Some(Change::Opened) => tracing::warn!(%lane, "messages.receiver_hangs"),
            Some(Change::Closed) => tracing::info!(%lane, "messages.receiver_answers"),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use auth_contracts::ManualClock;

    use super::*;

    /// Messages that come while others wait in the queue go there as well, until a claim leaves room for more: under a load,
    /// none ever finds nothing.
    #[test]
    fn a_lane_has_caught_up_when_a_claim_leaves_room() {
        let places = Places::new(&[], Arc::new(ManualClock::new()));
        let lane = Lane { channel: Channel::SMS, receiver: String::new() };
        let taken: Vec<_> = std::iter::from_fn(|| places.take(&lane)).collect();
        taken.into_iter().for_each(|place| place.ended(Ending::Taken(Duration::ZERO)));
        for (found, has_caught_up) in [(8, false), (7, true)] {
            assert!(places.take(&lane).is_none(), "somebody waits in the queue");
            places.claim().found(std::iter::repeat_n(lane.clone(), found));
            assert_eq!(places.take(&lane).is_some(), has_caught_up, "eight are kept, and {found} were claimed");
        }
    }
}
