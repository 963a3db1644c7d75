//! What one connection is doing, as every thread can see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, AtomicU64, AtomicUsize, Ordering};

use auth_domain::origin::Network;
use futures_util::task::AtomicWaker;

use super::closing::Closing;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing has arrived since the last answer, or at all.
    Idle = 0,
    /// The head of a request is arriving, or has arrived and is not yet with the application.
    Receiving = 1,
    /// The application waits for the rest of a body.
    AwaitingBody = 2,
    /// The application makes an answer. Such a connection is never closed for the sake of others.
    Answering = 3,
    /// The client takes the answer more slowly than it comes.
    Sending = 4,
    /// The body is not awaited any longer. The application says so, and then the connection ends.
    GivenUp = 5,
    /// It ends, unless a request arrives before its task notices.
    ClosingIdle = 6,
    /// It ends.
    Closing = 7,
}

impl Stage {
    const ALL: [Self; 8] = [
        Self::Idle,
        Self::Receiving,
        Self::AwaitingBody,
        Self::Answering,
        Self::Sending,
        Self::GivenUp,
        Self::ClosingIdle,
        Self::Closing,
    ];
    const BITS: u32 = 3;

    /// Whether the connection will end, and counts no longer.
    fn is_over(self) -> bool {
        matches!(self, Self::GivenUp | Self::ClosingIdle | Self::Closing)
    }

    /// Whether it is up to the client that a request or its answer goes on.
    fn is_unfinished(self) -> bool {
        matches!(self, Self::Receiving | Self::AwaitingBody | Self::Sending)
    }

    /// Whether the client is to get an answer before anything else.
    pub(super) fn is_answer(self) -> bool {
        matches!(self, Self::Answering | Self::Sending)
    }

    /// The stage after the connection has been chosen to be closed; `None` if it may not be chosen.
    fn closed(self) -> Option<Self> {
        match self {
            Self::Idle => Some(Self::ClosingIdle),
            Self::AwaitingBody => Some(Self::GivenUp),
            Self::Receiving | Self::Sending => Some(Self::Closing),
            Self::Answering | Self::GivenUp | Self::ClosingIdle | Self::Closing => None,
        }
    }
}

/// How long an idle connection is not yet counted as one, in microseconds: longer than most requests take to arrive.
const MOMENT: u64 = 1_000_000;

/// A stage, and since when: microseconds since the listener began, above the bits of the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen(u64);

impl Seen {
    fn new(stage: Stage, since: u64) -> Self {
        Self(since << Stage::BITS | stage as u64)
    }

    pub(super) fn stage(self) -> Stage {
        Stage::ALL[(self.0 & ((1 << Stage::BITS) - 1)) as usize]
    }

    fn since(self) -> u64 {
        self.0 >> Stage::BITS
    }

    /// The order in which connections are closed for others: idle ones before unfinished requests, and then by age. Who
    /// has been idle only for a moment is about to send a request, or has just come to do so.
    pub(super) fn rank(self, now: u64) -> Option<(bool, u64)> {
        let is_idle = self.stage() == Stage::Idle && now.saturating_sub(self.since()) > MOMENT;
        self.stage().closed().map(|_| (!is_idle, self.since()))
    }
}

/// A number of connections, which all of them change. It may be below zero for a moment.
#[derive(Clone, Default)]
pub(super) struct Tally(Arc<AtomicIsize>);

impl Tally {
    pub(super) fn get(&self) -> usize {
        usize::try_from(self.0.load(Ordering::Relaxed)).unwrap_or(0)
    }

    pub(super) fn add(&self, more: isize) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// Whether it is held by one connection only, besides where it is kept.
    pub(super) fn is_of_one(&self) -> bool {
        Arc::strong_count(&self.0) <= 2
    }
}

/// A connection. Its own task says what it is doing; any thread may choose to close it.
pub(super) struct Connection {
    /// The network that it comes from; `None` if it comes from a trusted proxy.
    pub(super) network: Option<Network>,
    /// Where it is counted.
    pub(super) tallies: [Tally; 2],
    /// Its place in the list of its network.
    pub(super) place: AtomicUsize,
    /// The bytes of memory that are counted for it.
    pub(super) memory: AtomicUsize,
    /// The bytes that its end will free, once it has been chosen to be closed.
    pub(super) to_free: AtomicUsize,
    /// Where its thread learns that it has been chosen.
    pub(super) closing: Arc<Closing>,
    /// Wakes its task.
    pub(super) task: Arc<AtomicWaker>,
    seen: AtomicU64,
}

impl Connection {
    pub(super) fn new(network: Option<Network>, tallies: [Tally; 2], closing: Arc<Closing>, now: u64) -> Self {
        Self {
            network,
            tallies,
            place: AtomicUsize::new(0),
            memory: AtomicUsize::new(0),
            to_free: AtomicUsize::new(0),
            closing,
            task: Arc::default(),
            seen: AtomicU64::new(Seen::new(Stage::Idle, now).0),
        }
    }

    pub(super) fn seen(&self) -> Seen {
        Seen(self.seen.load(Ordering::Acquire))
    }

    pub(super) fn is_over(&self) -> bool {
        self.seen().stage().is_over()
    }

    /// Whether a request is on its way whose rest is still to come, or an answer that the client does not take.
    pub(super) fn is_unfinished(&self) -> bool {
        self.seen().stage().is_unfinished()
    }

    /// Bytes have arrived. Returns the stage in which they found the connection.
    pub(super) fn has_received(&self, now: u64) -> Stage {
        self.step(|seen| match seen.stage() {
            Stage::Idle | Stage::ClosingIdle => Some(Seen::new(Stage::Receiving, now)),
            _ => None,
        })
    }

    /// The application waits for the rest of a body. The age of the request counts from its first byte.
    pub(super) fn awaits_body(&self, now: u64) -> Stage {
        self.step(|seen| match seen.stage() {
            Stage::Receiving => Some(Seen::new(Stage::AwaitingBody, seen.since())),
            Stage::Idle | Stage::Sending | Stage::Answering => Some(Seen::new(Stage::AwaitingBody, now)),
            _ => None,
        })
    }

    /// A request is with the application and needs nothing more from the client.
    pub(super) fn has_request(&self, now: u64) -> Stage {
        self.step(|seen| (!seen.stage().is_over()).then(|| Seen::new(Stage::Answering, now)))
    }

    /// Everything there was to send has been sent, and now the connection is doing this.
    pub(super) fn has_sent(&self, now: u64, then: Stage) -> Stage {
        self.step(|seen| match seen.stage() {
            // `100 Continue`, or the beginning of an answer to a body that is still arriving.
            Stage::AwaitingBody => None,
            Stage::GivenUp => Some(Seen::new(Stage::Closing, now)),
            stage => (!stage.is_over()).then(|| Seen::new(then, now)),
        })
    }

    /// The client does not take what there is to send.
    pub(super) fn is_sending(&self, now: u64) -> Stage {
        self.step(|seen| match seen.stage() {
            Stage::Idle | Stage::Receiving | Stage::Answering => Some(Seen::new(Stage::Sending, now)),
            // The last word of a body that was given up is not waited for.
            Stage::GivenUp => Some(Seen::new(Stage::Closing, now)),
            _ => None,
        })
    }

    /// Chooses the connection to be closed, unless it is doing something else by now. Its task must then be woken.
    pub(super) fn close(&self, seen: Seen) -> bool {
        let Some(closed) = seen.stage().closed() else { return false };
        let next = Seen::new(closed, seen.since());
        self.seen.compare_exchange(seen.0, next.0, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Goes to the next stage, where there is one, and returns the stage before.
    fn step(&self, next: impl Fn(Seen) -> Option<Seen>) -> Stage {
        let stepped = self.seen.fetch_update(Ordering::AcqRel, Ordering::Acquire, |seen| Some(next(Seen(seen))?.0));
        let (Ok(before) | Err(before)) = stepped;
        Seen(before).stage()
    }
}
