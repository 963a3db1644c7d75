//! The delivery line of one subscriber.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_ports::{ClaimEvents, DeliveryOutcome, EventHandler, Failure, SettledEvent};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::turn::{Turn, TurnEnd};
use super::worker::{LEASE, Worker};

/// How many users' events are on their way to one subscriber at once.
const IN_FLIGHT: usize = 32;
/// How many events one turn of a user takes at most.
const PER_TURN: u16 = 20;
/// How long to wait after a wake-up for more events, and after a finished turn for others to finish, so that one
/// statement serves them all.
const GATHER: Duration = Duration::from_millis(50);
/// The same while more events wait than one claim takes: then rarer statements leave more of the machine to those who
/// cause the events, and up to 250 events per second still go to each subscriber.
const GATHER_BEHIND: Duration = Duration::from_millis(120);
/// The longest sleep. Events may also come from another instance, or become due again.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// For how long the subscriber is assumed to be still subscribed before the store is asked again.
const TRUSTED: Duration = Duration::from_secs(5);

pub(super) struct Line {
    worker: Worker,
    handler: Arc<dyn EventHandler>,
    turns: JoinSet<TurnEnd>,
    /// Outcomes that are not stored yet.
    unsettled: Vec<SettledEvent>,
    /// When the subscriber was last known to be subscribed, by the monotonic clock.
    wanted_at: Option<Duration>,
    /// When an event that failed here is due again, by the monotonic clock.
    again_at: Option<Duration>,
    /// Whether the last claim took as many users' events as it could.
    is_behind: bool,
    stopping: Arc<AtomicBool>,
}

impl Line {
    pub(super) fn new(worker: Worker, handler: Arc<dyn EventHandler>) -> Self {
        Self {
            worker,
            handler,
            turns: JoinSet::new(),
            unsettled: Vec::new(),
            wanted_at: None,
            again_at: None,
            is_behind: false,
            stopping: Arc::default(),
        }
    }

    /// Delivers until `stopped` is closed.
    pub(super) async fn run(mut self, mut stopped: watch::Receiver<()>) {
        let mut signal = self.worker.signal.subscribe();
        loop {
            // A wake-up after this point is noticed by the next iteration.
            signal.mark_unchanged();
            if let Err(error) = self.advance().await {
                self.warn(&error);
            }
            let pause = self.pause();
            tokio::select! {
                _ = stopped.changed() => break,
                Some(end) = self.turns.join_next() => self.note(end.ok()).await,
                _ = signal.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
            tokio::time::sleep(if self.is_behind { GATHER_BEHIND } else { GATHER }).await;
            while let Some(end) = self.turns.try_join_next() {
                self.note(end.ok()).await;
            }
        }
        self.stopping.store(true, Ordering::Relaxed);
        self.finish().await;
        if let Err(error) = self.settle().await {
            self.warn(&error);
        }
    }

    /// Takes one turn per user and returns how many events were tried. What a clock had put off is looked for first.
    pub(super) async fn deliver_due(mut self) -> Result<usize, Failure> {
        self.worker.hasten(self.handler.subscriber()).await?;
        self.advance().await?;
        self.finish().await;
        let tried = self.unsettled.len();
        self.settle().await?;
        Ok(tried)
    }

    /// Stores the outcomes and claims new events.
    async fn advance(&mut self) -> Result<(), Failure> {
        self.settle().await?;
        if self.is_wanted().await? {
            return self.claim().await;
        }
        self.worker.discard(self.handler.subscriber()).await.map(drop)
    }

    async fn settle(&mut self) -> Result<(), Failure> {
        if self.unsettled.is_empty() {
            return Ok(());
        }
        self.worker.outbox.settle(self.handler.subscriber(), self.unsettled.clone()).await?;
        self.unsettled.clear();
        Ok(())
    }

    async fn is_wanted(&mut self) -> Result<bool, Failure> {
        let now = self.worker.clock.monotonic();
        if self.wanted_at.is_some_and(|at| now - at < TRUSTED) {
            return Ok(true);
        }
        let ended = self.worker.outbox.ended_at(self.handler.subscriber()).await?.is_some();
        self.wanted_at = (!ended).then_some(now);
        Ok(!ended)
    }

    async fn claim(&mut self) -> Result<(), Failure> {
        let (now, elapsed) = (self.worker.clock.now(), self.worker.clock.monotonic());
        self.again_at = self.again_at.filter(|at| *at > elapsed);
        let free = IN_FLIGHT.saturating_sub(self.turns.len());
        if free == 0 {
            return Ok(());
        }
        let leased_until = now + LEASE;
        let claim = ClaimEvents {
            subscriber: self.handler.subscriber().clone(),
            now,
            leased_until,
            keys: free as u16,
            per_key: PER_TURN,
        };
        let claimed = self.worker.outbox.claim(claim).await?;
        self.is_behind = claimed.len() == free;
        for claimed in claimed {
            let (worker, handler, stopping) = (self.worker.clone(), self.handler.clone(), self.stopping.clone());
            let turn = Turn { worker, handler, claimed, leased_until, stopping };
            self.turns.spawn(turn.run());
        }
        Ok(())
    }

    /// Waits for the turns that have begun.
    async fn finish(&mut self) {
        while let Some(end) = self.turns.join_next().await {
            self.note(end.ok()).await;
        }
    }

    /// A turn that was lost is taken again after its lease.
    async fn note(&mut self, end: Option<TurnEnd>) {
        let Some(TurnEnd { settled, unsubscribed }) = end else { return };
        let (now, elapsed) = (self.worker.clock.now(), self.worker.clock.monotonic());
        let failed = settled.iter().filter_map(|settled| match settled.outcome {
            DeliveryOutcome::Failed { again_at } => Some(elapsed + (again_at - now).to_std().unwrap_or_default()),
            _ => None,
        });
        self.again_at = failed.chain(self.again_at).min();
        self.unsettled.extend(settled);
        if unsubscribed {
            self.end().await;
        }
    }

    async fn end(&mut self) {
        let subscriber = self.handler.subscriber();
        tracing::warn!(%subscriber, "events.subscription_ended");
        self.wanted_at = None;
        if let Err(error) = self.worker.outbox.end(subscriber, self.worker.clock.now()).await {
            // It is not stored, but the subscriber will answer the same way to the next event.
            self.warn(&error);
        }
    }

    fn pause(&self) -> Duration {
        let until = self.again_at.map(|at| at.saturating_sub(self.worker.clock.monotonic()));
        until.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP)
    }

    fn warn(&self, error: &Failure) {
        tracing::warn!(subscriber = %self.handler.subscriber(), error = %ErrorChain(error), "events.stalled");
    }
}
