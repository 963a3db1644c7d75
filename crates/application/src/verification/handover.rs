//! The short way of a code: from the request that asks for it straight to the worker of the same process.

use std::sync::{Arc, Mutex, PoisonError};

use auth_domain::Timestamp;
use auth_domain::messages::{Lane, MessageId, QueuedMessage};
use chrono::TimeDelta;
use tracing::Span;

use super::places::{Place, Places};
use crate::kit::MessageSignal;

/// How long a message is leased at first. It is longer than any delivery that is not slow, and short enough for whoever
/// waits for a code while a process crashes: when it runs out, the message is tried again.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(10);

/// Hands messages over. Clones share it.
///
/// A request takes a place first. With one, its message is *born leased*: it is written as if it had been claimed, goes
/// to the worker with the place, and the queue sees it again only if the process crashes. Without one it is queued for
/// whichever instance has a place first.
#[derive(Clone)]
pub struct Handover {
    pub(super) places: Places,
    pub(super) signal: MessageSignal,
    handed: Arc<Mutex<Vec<Handed>>>,
}

/// What the worker is given.
pub(super) enum Handed {
    /// A message to deliver, in the span of the request that has caused it.
    Message(Box<QueuedMessage>, Place, Span),
    /// A message whose request was given up half-way, so nobody knows whether it was written.
    Unknown(MessageId),
}

impl Handover {
    /// Builds it from what may be on the way and what wakes the worker.
    #[must_use]
    pub fn new(places: Places, signal: MessageSignal) -> Self {
        Self { places, signal, handed: Arc::default() }
    }

    /// Returns what is on the way, and what may be.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Begins with a message that is about to be written.
    pub(super) fn begin(&self, message: MessageId, lane: &Lane) -> Begun<'_> {
        Begun { handover: self, message, place: self.places.take(lane) }
    }

    /// Takes what was handed over.
    pub(super) fn take(&self) -> Vec<Handed> {
        std::mem::take(&mut *self.handed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn hand(&self, handed: Handed) {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner).push(handed);
        self.signal.hand_over();
    }
}

/// A message that is about to be written.
pub(super) struct Begun<'a> {
    handover: &'a Handover,
    message: MessageId,
    place: Option<Place>,
}

impl Begun<'_> {
    /// Until when it must be leased when it is written at `now`.
    pub(super) fn leased_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.place.as_ref().map(|_| now + LEASE)
    }

    /// It was written.
    pub(super) fn written(mut self, message: QueuedMessage) {
        match self.place.take() {
            Some(place) => self.handover.hand(Handed::Message(Box::new(message), place, Span::current())),
            None => self.handover.signal.wake(),
        }
    }

    /// Nothing was written.
    pub(super) fn refused(mut self) {
        self.place = None;
    }
}

impl Drop for Begun<'_> {
    /// The client went away, or the store failed: perhaps the message was written, and is leased to nobody.
    fn drop(&mut self) {
        if self.place.take().is_some() {
            self.handover.hand(Handed::Unknown(self.message));
        }
    }
}

#[cfg(test)]
mod tests {
    use auth_contracts::{ManualClock, samples};
    use auth_domain::messages::Channel;

    use super::*;

    /// What becomes of a message after these steps, and how many places are taken then.
    fn after(step: impl FnOnce(Begun<'_>)) -> (Vec<Handed>, usize) {
        let handover = Handover::new(Places::new(&[], Arc::new(ManualClock::new())), MessageSignal::default());
        let message = MessageId::new(samples::unique_bytes());
        step(handover.begin(message, &Lane { channel: Channel::EMAIL, receiver: "a.example".to_owned() }));
        (handover.take(), handover.places().lanes().len())
    }

    #[test]
    fn a_request_that_is_given_up_leaves_its_message_to_be_looked_for() {
        let (handed, taken) = after(|begun| {
            assert_eq!(begun.leased_until(samples::start()), Some(samples::at(10)));
            drop(begun);
        });
        assert!(matches!(handed[..], [Handed::Unknown(_)]) && taken == 0);
    }

    #[test]
    fn a_request_takes_a_place_while_the_worker_looks_into_the_queue() {
        let handover = Handover::new(Places::new(&[], Arc::new(ManualClock::new())), MessageSignal::default());
        let lane = Lane { channel: Channel::SMS, receiver: String::new() };
        let begin = || handover.begin(MessageId::new(samples::unique_bytes()), &lane);
        begin().refused();
        let claim = handover.places.claim();
        let begun: Vec<_> = std::iter::repeat_with(begin).take_while(|begun| begun.place.is_some()).collect();
        assert_eq!(begun.len(), 24, "eight are kept: half of what strangers have");
        drop(claim);
        assert!(begin().place.is_some(), "and not any more");
    }

    #[test]
    fn a_request_that_is_refused_leaves_nothing() {
        let (handed, taken) = after(|begun| {
            assert!(begun.leased_until(samples::start()).is_some());
            begun.refused();
        });
        assert!(handed.is_empty() && taken == 0);
    }
}
