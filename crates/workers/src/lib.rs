//! Threads for work that blocks or computes, no more of them than the work can use, behind one queue.
//!
//! The runtime's own blocking threads behind a semaphore would also work. But each waiting call would then have to go
//! back through its runtime before it reached a thread that had become free, and on a busy machine connections and
//! cores are idle meanwhile: one queue is a tenth faster. One object serves all the runtimes of a process, because
//! each worker of the web server has a runtime of its own.
//!
//! The queue is first come, first served, or fair: then parties take turns, and when it is full, whoever has the most in
//! it gives way.

mod job;
mod line;
mod queue;

use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout_at};

use job::{Fate, Hand};
pub use job::{KeptPlace, WorkCaller};
pub use line::Party;
use line::{Fair, Fifo, Line};
pub use queue::Occupied;
use queue::{PushError, Queue, Threads};

/// Why work has no outcome.
#[derive(Debug, Error)]
pub enum WorkError {
    /// The work's turn did not come in time, so it never began.
    #[error("the work did not begin in time")]
    TooLate,
    /// Too much work is waiting, and nobody has more of it than this caller. The work never began.
    #[error("too much work is waiting")]
    Full,
    /// The work had to give way to that of others, who have less waiting. It never began.
    #[error("the work had to give way to that of others")]
    GaveWay,
    /// No thread could be started for the work, so it never began.
    #[error("no thread can be started")]
    NoThread(#[source] std::io::Error),
    /// The work began and did not end in time. It may still end, and nobody learns of it.
    #[error("the work took too long")]
    TookTooLong,
    /// The work panicked.
    #[error("the work panicked")]
    Panicked,
}

/// How long a caller waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until the work begins.
    pub to_begin: Duration,
    /// Until the work ends, counted from the call.
    pub in_all: Duration,
}

/// Runs work on threads of its own. They start when they are first needed, and end when this is dropped.
pub struct Workers<L: Line = Fifo> {
    queue: Arc<Queue<L>>,
    name: &'static str,
}

/// Workers with a bounded queue in which parties take turns.
pub type FairWorkers<K> = Workers<Fair<K>>;

impl Workers {
    /// Workers with at most `threads` threads (zero counts as one), each of this name. What comes first is done first.
    #[must_use]
    pub fn new(name: &'static str, threads: usize) -> Self {
        let threads = Threads { name, most: threads, most_waiting: None, niceness: 0 };
        Self { queue: Arc::new(Queue::new(threads)), name }
    }

    /// Runs `work` in the caller's span when its turn comes. `held` is something that work occupies while it waits or
    /// runs, such as a place in a bounded queue. It is dropped when the work is done, or when the caller goes away
    /// before the work has begun.
    ///
    /// # Errors
    /// [`WorkError::NoThread`] or [`WorkError::Panicked`].
    pub async fn run<T: Send + 'static>(
        &self,
        held: impl Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        self.run_in((), held, work).await
    }

    /// Like [`Workers::run`], for work that must begin and end in time. Work that has begun and takes too long is given
    /// up together with its thread, which another one replaces; the thread ends when the work does. That is for work
    /// which waits for something that may never answer. The work can ask whether it was given up, and `given_up` is
    /// called then, even if the caller goes away before the time is over.
    ///
    /// For each thread that there may be, sixteen may be given up and not have ended; beyond that, work waits in vain.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn run_within<T: Send + 'static>(
        &self,
        patience: Patience,
        work: impl FnOnce(&WorkCaller) -> T + Send + 'static,
        given_up: impl FnOnce() + Send + 'static,
    ) -> Result<T, WorkError> {
        let asked = Instant::now();
        let (turn, mut answered) = self.enqueue((), (), work)?;
        let mut watch = Watch { watched: Some((turn, given_up)), until: asked + patience.in_all };
        if let Ok(answer) = timeout_at(asked + patience.to_begin, &mut answered).await {
            return watch.ended(answer);
        }
        if watch.cancel() {
            return Err(WorkError::TooLate);
        }
        match timeout_at(watch.until, &mut answered).await {
            Ok(answer) => watch.ended(answer),
            Err(_) if watch.give_up() => Err(WorkError::TookTooLong),
            Err(_) => answered.await.unwrap_or(Err(WorkError::Panicked)),
        }
    }
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static> FairWorkers<K> {
    /// Workers with at most `threads` threads (zero counts as one), each of this name. While all are busy, at most
    /// `most_waiting` pieces of work wait.
    ///
    /// `niceness`, 0 to 19, says how far they give way to everything else that the processors could do; 0 is not at all
    /// (see nice(2)). It has an effect on Linux only.
    #[must_use]
    pub fn fair(name: &'static str, threads: usize, most_waiting: usize, niceness: u8) -> Self {
        let threads = Threads { name, most: threads, most_waiting: Some(most_waiting), niceness };
        Self { queue: Arc::new(Queue::new(threads)), name }
    }

    /// Keeps a place for work that is about to come, so that a caller for whom there is no room learns it before doing
    /// anything else. The place is to be given back, by dropping it, right before [`Self::run_for`] is called. Where
    /// the work would make another give way, none is taken, and it may still be refused.
    ///
    /// # Errors
    /// [`WorkError::Full`] if the work would be refused.
    pub fn keep_place(&self, party: Party<K>) -> Result<KeptPlace, WorkError> {
        self.queue.keep_place(party.lane()).ok_or(WorkError::Full)
    }

    /// Runs `work` in the caller's span when it is the party's turn. If the queue is full, the newest work of whoever
    /// has the most in it gives way, unless that is this party. Work whose caller goes away before it has begun leaves
    /// the queue; work that has begun keeps its thread.
    ///
    /// # Errors
    /// [`WorkError`], but not [`WorkError::TooLate`].
    pub async fn run_for<T: Send + 'static>(
        &self,
        party: Party<K>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        self.run_in(party.lane(), (), work).await
    }

    /// How many pieces of work wait or run, and how many places are kept.
    #[must_use]
    pub fn load(&self) -> usize {
        self.queue.load()
    }
}

impl<L: Line> Workers<L> {
    /// Tells `watch` of each piece of work that is done from now on: how long it waited for its turn, and how long it took,
    /// on the thread that has done it and in the caller's span. Only the first call counts.
    pub fn watch(&self, watch: impl Fn(Duration, Duration) + Send + Sync + 'static) {
        self.queue.watch(Box::new(watch));
    }

    /// What they do at this moment.
    #[must_use]
    pub fn occupied(&self) -> Occupied {
        self.queue.occupied()
    }

    async fn run_in<T: Send + 'static>(
        &self,
        lane: L::Lane,
        held: impl Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        let (turn, mut answered) = self.enqueue(lane, held, |_: &WorkCaller| work())?;
        let answer = (&mut answered).await;
        drop(turn);
        answer.unwrap_or(Err(WorkError::Panicked))
    }

    fn enqueue<T: Send + 'static>(
        &self,
        lane: L::Lane,
        held: impl Send + 'static,
        work: impl FnOnce(&WorkCaller) -> T + Send + 'static,
    ) -> Result<(Turn<L>, Answered<T>), WorkError> {
        let (answer, answered) = oneshot::channel();
        let place = Arc::new(Place::new(held));
        let taken = Arc::clone(&place);
        let job = move |fate: Fate| {
            // Before it begins: from then on the caller may give it up, until it has ended in whatever way.
            let running = Running(&taken);
            if let Fate::Turn(hand, _) = &fate {
                taken.runs_on(Arc::clone(hand));
            }
            let Some(held) = taken.begin() else { return };
            let (outcome, busy) = match fate {
                Fate::Turn(hand, busy) => (Ok(work(&WorkCaller::on(hand))), busy),
                Fate::GivesWay => (Err(WorkError::GaveWay), None),
            };
            drop(running);
            // Before the answer, so that the place is free by the time the answer is read.
            drop((held, busy));
            let _ = answer.send(outcome); // the caller may have gone meanwhile
        };
        let number = self.queue.push(lane, job).map_err(|error| match error {
            PushError::Full => WorkError::Full,
            PushError::NoThread(error) => WorkError::NoThread(error),
        })?;
        Ok((Turn { place, queue: Arc::clone(&self.queue), lane, number }, answered))
    }
}

impl<L: Line> Drop for Workers<L> {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl<L: Line> std::fmt::Debug for Workers<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the work has come to, once it has.
type Answered<T> = oneshot::Receiver<Result<T, WorkError>>;

/// Work that is waiting for its turn. If the caller goes away, the work does not begin and leaves the queue.
struct Turn<L: Line> {
    place: Arc<Place>,
    queue: Arc<Queue<L>>,
    lane: L::Lane,
    number: u64,
}

/// Sees to it that work which takes too long is given up, whether or not its caller still waits.
struct Watch<F: FnOnce() + Send + 'static> {
    /// Until the work has ended.
    watched: Option<(Turn<Fifo>, F)>,
    until: Instant,
}

impl<F: FnOnce() + Send + 'static> Watch<F> {
    fn ended<T>(&mut self, answer: Result<Result<T, WorkError>, oneshot::error::RecvError>) -> Result<T, WorkError> {
        self.watched = None;
        answer.unwrap_or(Err(WorkError::Panicked))
    }

    /// Cancels work that has not begun. Returns whether it had not.
    fn cancel(&mut self) -> bool {
        let is_cancelled = self.watched.as_ref().is_some_and(|(turn, _)| turn.cancel());
        if is_cancelled {
            self.watched = None;
        }
        is_cancelled
    }

    /// Gives up work that has begun. Returns whether it had not ended.
    fn give_up(&mut self) -> bool {
        self.watched.take().is_some_and(give_up)
    }
}

impl<F: FnOnce() + Send + 'static> Drop for Watch<F> {
    fn drop(&mut self) {
        let Some((turn, given_up)) = self.watched.take() else { return };
        if turn.cancel() || !turn.is_running() {
            return;
        }
        let until = self.until;
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                sleep_until(until).await;
                give_up((turn, given_up));
            })),
            Err(_) => drop(give_up((turn, given_up))),
        }
    }
}

fn give_up((turn, given_up): (Turn<Fifo>, impl FnOnce())) -> bool {
    let was_running = turn.give_up();
    if was_running {
        given_up();
    }
    was_running
}

/// Whether the work has begun or was given up, whichever happened first.
struct Place {
    is_taken: AtomicBool,
    held: Mutex<Option<Box<dyn Send>>>,
    /// The thread on which the work runs. Whoever takes it out decides whether the work has ended or is given up.
    hand: Mutex<Option<Arc<Hand>>>,
}

/// Work that may be given up until this is dropped, be it because the work has ended, panicked or never begun.
struct Running<'a>(&'a Place);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.has_run();
    }
}

impl<L: Line> Turn<L> {
    /// Gives the work up. Returns whether it had not begun, in which case it never will.
    fn cancel(&self) -> bool {
        let is_cancelled = self.place.begin().is_some();
        if is_cancelled {
            self.queue.remove(self.lane, self.number);
        }
        is_cancelled
    }

    /// Gives up work that has begun, and the thread on which it runs. Returns whether it had not ended.
    fn give_up(&self) -> bool {
        let hand = self.place.has_run();
        if let Some(hand) = &hand {
            self.queue.lose(hand);
        }
        hand.is_some()
    }

    fn is_running(&self) -> bool {
        self.place.hand.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl<L: Line> Drop for Turn<L> {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl Place {
    fn new(held: impl Send + 'static) -> Self {
        Self { is_taken: AtomicBool::new(false), held: Mutex::new(Some(Box::new(held))), hand: Mutex::default() }
    }

    fn runs_on(&self, hand: Arc<Hand>) {
        *self.hand.lock().unwrap_or_else(PoisonError::into_inner) = Some(hand);
    }

    fn has_run(&self) -> Option<Arc<Hand>> {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn begin(&self) -> Option<Box<dyn Send>> {
        if self.is_taken.swap(true, Ordering::AcqRel) {
            return None;
        }
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests;
