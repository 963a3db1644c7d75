//! Deliver queued messages: immediately, again after failures, and never once they are useless. Notices count against a
//! budget of each address here, where nothing waits for them: over the budget, the notice is dropped and not the change.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::Timestamp;
use auth_domain::error_chain::ErrorChain;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::messages::{MessageId, QueuedMessage};
use auth_ports::{ClaimMessages, Clock, Entropy, Failure, FreePlaces, MessageQueue, MessageSender};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};
use tracing::{Instrument as _, Span};

use super::NoticeBudget;
use super::handover::{Handed, Handover, LEASE};
use super::pauses::latest_due;
use super::places::Place;
use super::removals::Removals;
use crate::kit::{MessageReach, Tally};

/// The longest sleep. Another instance may have queued a message and crashed.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);
/// The shortest sleep, in case a due message repeatedly cannot be claimed.
const POLL_FLOOR: Duration = Duration::from_millis(50);
/// How often to look for what a clock that ran ahead has put off.
const HASTENED_EVERY: Duration = Duration::from_secs(60);
/// How much of that goes at once.
const HASTENED_AT_ONCE: u16 = 500;
/// How long a write that nobody waits for any more may take, before the message is looked for.
const LATE_WRITE: Duration = Duration::from_secs(1);

/// The ways out, and the operator's rules for notices. Codes are decided upon when they are asked for.
#[derive(Clone)]
pub struct Outlets {
    /// One sender for each channel.
    pub senders: Arc<[Arc<dyn MessageSender>]>,
    /// What counts notices.
    pub notices: Arc<NoticeBudget>,
    /// Which addresses notices are sent to.
    pub reach: Arc<MessageReach>,
}

/// The worker that delivers what is handed over and drains the queue.
#[derive(Clone)]
pub struct DeliverMessages {
    pub(super) queue: Arc<dyn MessageQueue>,
    pub(super) removals: Removals,
    pub(super) outlets: Outlets,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) key: ServerKey,
    pub(super) tally: Tally,
    handover: Handover,
}

/// Deliveries under way. Each says when its message is due again, if it is.
type UnderWay = JoinSet<Option<Timestamp>>;

/// What is claimed at once, each with its place.
type Claimed = Vec<(QueuedMessage, Place)>;

/// What a look into the queue found.
enum Found {
    /// Messages, and perhaps there are more.
    Messages(Claimed),
    /// Nothing that can be claimed.
    Nothing {
        /// How long there will be nothing.
        pause: Duration,
        /// Whether messages may wait for a place.
        is_short: bool,
    },
}

impl DeliverMessages {
    /// Builds the use case from its ports and the rules in force; `key` is what codes are derived with.
    #[must_use]
    pub fn new(
        queue: Arc<dyn MessageQueue>,
        outlets: Outlets,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        key: ServerKey,
        handover: Handover,
    ) -> Self {
        Self {
            removals: Removals::new(queue.clone()),
            queue,
            outlets,
            clock,
            entropy,
            key,
            tally: Tally::default(),
            handover,
        }
    }

    /// The same, which also counts what it gives up.
    #[must_use]
    pub fn counting(self, tally: Tally) -> Self {
        Self { tally, ..self }
    }

    /// Delivers until `stop` completes, then waits for the deliveries under way. What is handed over does not wait for
    /// looks into the queue.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let (mut under_way, mut looking, mut when) = (UnderWay::new(), JoinSet::new(), Looks::at_once());
        let mut hastening = interval(HASTENED_EVERY);
        hastening.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.start_handed(&mut under_way);
            if looking.is_empty() && when.begins() {
                looking.spawn(self.clone().look());
            }
            tokio::select! {
                () = &mut stop => break,
                () = self.handover.signal.woken() => when.is_wanted |= self.handover.signal.take_queued(),
                Some(found) = looking.join_next() => match found {
                    Ok(Found::Messages(claimed)) => {
                        self.start_claimed(claimed, &mut under_way);
                        when.is_wanted = true;
                    }
                    Ok(Found::Nothing { pause, is_short }) => when.found_nothing(pause, is_short),
                    Err(_) => when.found_nothing(LONGEST_SLEEP, false),
                },
                Some(ended) = under_way.join_next() => when.ended(ended.ok().flatten().map(|due| self.until(due))),
                _ = hastening.tick() => drop(under_way.spawn(self.clone().hasten_again())),
                () = sleep_until(when.next), if looking.is_empty() => when.is_wanted = true,
            }
        }
        self.start_handed(&mut under_way);
        while let Some(found) = looking.join_next().await {
            if let Ok(Found::Messages(claimed)) = found {
                self.start_claimed(claimed, &mut under_way);
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Delivers what is due now, as far as there are places, and returns how many messages were tried. Tests call it;
    /// `run` does the same repeatedly.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the queue cannot be read.
    pub async fn deliver_due(&self) -> Result<usize, Failure> {
        let mut under_way = UnderWay::new();
        self.start_handed(&mut under_way);
        self.hasten().await?;
        loop {
            let (claimed, _) = self.claim().await?;
            if claimed.is_empty() {
                break;
            }
            self.start_claimed(claimed, &mut under_way);
        }
        let count = under_way.len();
        while under_way.join_next().await.is_some() {}
        Ok(count)
    }

    fn start_handed(&self, under_way: &mut UnderWay) {
        for handed in self.handover.take() {
            match handed {
                Handed::Message(message, place, span) => self.start(*message, place, span, under_way),
                Handed::Unknown(message) => drop(under_way.spawn(self.clone().put_back(message))),
            }
        }
    }

    fn start_claimed(&self, claimed: Claimed, under_way: &mut UnderWay) {
        for (message, place) in claimed {
            self.start(message, place, Span::none(), under_way);
        }
    }

    fn start(&self, message: QueuedMessage, place: Place, span: Span, under_way: &mut UnderWay) {
        under_way.spawn(self.clone().deliver(message, place).instrument(span));
    }

    async fn look(self) -> Found {
        let next = match self.claim().await {
            Ok((claimed, _)) if !claimed.is_empty() => return Found::Messages(claimed),
            Ok((_, places)) => self.queue.next_due(places.clone()).await.map(|due| (due, places.are_short())),
            Err(error) => Err(error),
        };
        let (pause, is_short) = match next {
            Ok((due, is_short)) => (due.map_or(LONGEST_SLEEP, |due| self.until(due)), is_short),
            Err(error) => {
                tracing::warn!(error = %ErrorChain(&error), "messages.claim_failed");
                (LONGEST_SLEEP, false)
            }
        };
        let reopens_in = self.handover.places.reopens_in().unwrap_or(LONGEST_SLEEP);
        Found::Nothing { pause: pause.min(reopens_in).clamp(POLL_FLOOR, LONGEST_SLEEP), is_short }
    }

    /// Claims what there are places for, and returns it with the places there were.
    async fn claim(&self) -> Result<(Claimed, FreePlaces), Failure> {
        let claim = self.handover.places.claim();
        let (now, places) = (self.clock.now(), claim.free());
        let request = ClaimMessages { now, leased_until: now + LEASE, places: places.clone() };
        let messages = self.queue.claim_due(request).await?;
        claim.found(messages.iter().map(QueuedMessage::lane));
        let placed = messages.into_iter().filter_map(|message| {
            let place = claim.take(&message.lane());
            if place.is_none() {
                tracing::error!(message.id = %message.id, "messages.claimed_too_many");
            }
            Some((message, place?))
        });
        Ok((placed.collect(), places))
    }

    /// Makes due what a clock that ran ahead has put off: it would otherwise wait until that time comes, though the clock
    /// was put right. Returns how many messages there were.
    async fn hasten(&self) -> Result<u64, Failure> {
        let mut hastened = 0;
        loop {
            let now = self.clock.now();
            let batch = self.queue.hasten(now, latest_due(now), HASTENED_AT_ONCE).await?;
            hastened += batch;
            if batch < u64::from(HASTENED_AT_ONCE) {
                return Ok(hastened);
            }
        }
    }

    /// Does the same now and then. Returns when what was found is due.
    async fn hasten_again(self) -> Option<Timestamp> {
        match self.hasten().await {
            Ok(0) => None,
            Ok(messages) => {
                tracing::warn!(messages, "messages.hastened");
                Some(self.clock.now())
            }
            Err(error) => {
                tracing::warn!(error = %ErrorChain(&error), "messages.not_hastened");
                None
            }
        }
    }

    /// Puts back what is leased to nobody, if it was written at all.
    async fn put_back(self, message: MessageId) -> Option<Timestamp> {
        sleep(LATE_WRITE).await;
        let now = self.clock.now();
        match self.queue.retry_at(message, now).await {
            Ok(()) => Some(now),
            Err(error) => {
                tracing::warn!(message.id = %message, error = %ErrorChain(&error), "message.outcome_not_stored");
                None
            }
        }
    }

    fn until(&self, due: Timestamp) -> Duration {
        (due - self.clock.now()).to_std().unwrap_or_default().max(POLL_FLOOR)
    }
}

/// When to look into the queue.
struct Looks {
    is_wanted: bool,
    next: Instant,
    /// Whether messages may wait for a place.
    is_short: bool,
    /// Whether a delivery has ended since the last look began.
    has_ended: bool,
}

impl Looks {
    fn at_once() -> Self {
        Self { is_wanted: true, next: Instant::now(), is_short: false, has_ended: false }
    }

    /// Whether a look begins now.
    fn begins(&mut self) -> bool {
        let begins = self.is_wanted;
        if begins {
            // What ended before is seen by the look.
            *self = Self { is_wanted: false, next: Instant::now() + LONGEST_SLEEP, has_ended: false, ..*self };
        }
        begins
    }

    /// The next look is due after this pause, or when there is a place.
    fn found_nothing(&mut self, pause: Duration, is_short: bool) {
        (self.next, self.is_short) = (self.next.min(Instant::now() + pause), is_short);
        self.is_wanted |= is_short && self.has_ended;
    }

    /// A delivery has ended. Its message is due again after this pause, if it is.
    fn ended(&mut self, again_in: Option<Duration>) {
        self.has_ended = true;
        self.is_wanted |= self.is_short;
        if let Some(pause) = again_in {
            self.next = self.next.min(Instant::now() + pause);
        }
    }
}
