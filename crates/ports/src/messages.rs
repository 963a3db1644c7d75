//! Messages: the queue in which they wait, and the senders that deliver them.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::messages::{Channel, Lane, MessageBacklog, MessageId, OutgoingMessage, QueuedMessage};
use thiserror::Error;

use crate::{Cause, Failure};

/// Messages that other ports' transactions have written, until they are delivered or given up.
#[async_trait]
pub trait MessageQueue: Send + Sync {
    /// Claims messages that are due and for which there are places, and leases them, so that no other call gets them
    /// before the lease ends. Codes that nobody has tried to send come first, in each group what is due the longest. Each
    /// claim counts as one attempt.
    ///
    /// It claims no more than there are places for, in any channel and in any lane. It may claim fewer, because of
    /// other claims at the same moment or because there is much to claim: whoever has places left asks again, until
    /// nothing is claimed.
    async fn claim_due(&self, claim: ClaimMessages) -> Result<Vec<QueuedMessage>, Failure>;

    /// Removes messages that were delivered or given up. Unknown ids are no error.
    async fn remove_all(&self, ids: &[MessageId]) -> Result<(), Failure>;

    /// Puts a message back, due at `at`. Unknown ids are no error.
    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure>;

    /// Makes up to `limit` messages due at `now` that are due after `latest`, leased or not, and returns how many there
    /// were. Only a clock that ran ahead can have stored such an instant, and they would wait until that time comes.
    async fn hasten(&self, now: Timestamp, latest: LatestDue, limit: u16) -> Result<u64, Failure>;

    /// Returns what is in the queue, leased or not, of channels that the store knows: one backlog for the codes of each
    /// channel that has any, and one for its notices.
    async fn backlogs(&self) -> Result<Vec<MessageBacklog>, Failure>;

    /// Returns when the next message is due for which there are places, including leased ones.
    async fn next_due(&self, places: FreePlaces) -> Result<Option<Timestamp>, Failure>;
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimMessages {
    /// The present time.
    pub now: Timestamp,
    /// How long nobody else gets what is claimed.
    pub leased_until: Timestamp,
    /// What to claim.
    pub places: FreePlaces,
}

/// Until when messages wait at most, for a lease to end or for another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatestDue {
    /// Codes.
    pub codes: Timestamp,
    /// Notices.
    pub notices: Timestamp,
}

/// How many messages a worker has places for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreePlaces {
    /// The channels that the worker knows.
    pub channels: Vec<ChannelPlaces>,
    /// The places of every other channel, in whatever lanes.
    pub elsewhere: u16,
}

/// The free places of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelPlaces {
    /// The channel.
    pub channel: Channel,
    /// How many messages in all.
    pub free: u16,
    /// How many in each lane.
    pub per_lane: u16,
    /// How many in the lanes of these receivers, instead.
    pub lanes: Vec<(String, u16)>,
}

impl FreePlaces {
    /// This many in every channel, in whatever lanes.
    #[must_use]
    pub fn of_each_channel(places: u16) -> Self {
        Self { channels: Vec::new(), elsewhere: places }
    }

    /// Returns how many messages there are places for in the whole channel of a lane.
    #[must_use]
    pub fn in_channel(&self, channel: Channel) -> u16 {
        self.of(channel).map_or(self.elsewhere, |places| places.free)
    }

    /// Returns how many messages there are places for in a lane, as far as that lane is concerned.
    #[must_use]
    pub fn in_lane(&self, lane: &Lane) -> u16 {
        let Some(places) = self.of(lane.channel) else { return self.elsewhere };
        let own = places.lanes.iter().find(|(receiver, _)| *receiver == lane.receiver);
        own.map_or(places.per_lane, |(_, free)| *free)
    }

    /// Whether a message of this lane can be claimed.
    #[must_use]
    pub fn has_one_for(&self, lane: &Lane) -> bool {
        self.in_channel(lane.channel) > 0 && self.in_lane(lane) > 0
    }

    /// Whether there are channels or lanes without any.
    #[must_use]
    pub fn are_short(&self) -> bool {
        let is_short = |places: &ChannelPlaces| {
            places.free == 0 || places.per_lane == 0 || places.lanes.iter().any(|(_, free)| *free == 0)
        };
        self.elsewhere == 0 || self.channels.iter().any(is_short)
    }

    fn of(&self, channel: Channel) -> Option<&ChannelPlaces> {
        self.channels.iter().find(|places| places.channel == channel)
    }
}

/// Why a message was not delivered.
#[derive(Debug, Error)]
pub enum SendError {
    /// Trying again may help: there was no connection, a timeout, or a temporary refusal.
    #[error("delivery failed for now")]
    Temporary(#[source] Cause),
    /// The message will never be accepted.
    #[error("delivery was refused")]
    Permanent(#[source] Cause),
}

/// How many messages a sender delivers at once that does not say otherwise.
pub const USUAL_PLACES: u16 = 32;

/// Delivers messages by one channel.
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// Returns the channel.
    fn channel(&self) -> Channel;

    /// Returns how many messages it delivers at once, at least 1. No more are given to it, so that none waits inside.
    fn places(&self) -> u16 {
        USUAL_PLACES
    }

    /// Delivers the message within a time limit of the adapter's own. It may be called again with the same id if an
    /// answer was lost; the id is sent with the message so that the receiver can recognise duplicates.
    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError>;

    /// Finds out whether the receiver would take messages, without giving it one: it is reached, TLS is made, and what needs a
    /// password is signed in to. Operators ask for it. `None`: there is no way to tell.
    ///
    /// # Errors
    /// Returns a [`Cause`], for the operator, if the receiver cannot be reached or refuses.
    async fn try_receiver(&self) -> Option<Result<(), Cause>> {
        None
    }
}
