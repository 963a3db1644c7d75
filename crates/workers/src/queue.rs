//! The queue, and what its threads do.

use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Span;

use crate::job::{Busy, Fate, Hand, Job, KeptPlace, Release};
use crate::line::Line;

/// What is told of each piece of work that was done: how long it waited, and how long it took.
type Watch = Box<dyn Fn(Duration, Duration) + Send + Sync>;

/// How many threads may be given up for each that a queue may have. They wait for something that does not answer, so
/// they cost some memory and no work.
const LOST_FOR_EACH: usize = 16;

/// Why no job was added.
pub(crate) enum PushError {
    Full,
    NoThread(io::Error),
}

/// What a queue does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occupied {
    /// How many pieces of work wait for their turn.
    pub waiting: usize,
    /// How many threads do a piece of work.
    pub running: usize,
}

/// The threads of a queue.
pub(crate) struct Threads {
    pub(crate) name: &'static str,
    pub(crate) most: usize,
    /// How many jobs may wait while all threads are busy. `None`: as many as come.
    pub(crate) most_waiting: Option<usize>,
    /// How far they give way to everything else on the machine: what is added to their nice value.
    pub(crate) niceness: u8,
}

impl Threads {
    /// Lets the thread that calls this give way.
    #[cfg(target_os = "linux")]
    fn give_way(&self) {
        // On Linux, this is about one thread. It cannot fail: everybody may give way.
        let _ = (self.niceness > 0).then(|| rustix::process::nice(self.niceness.into()));
    }

    /// Where a thread has no priority of its own, the process must keep its.
    #[cfg(not(target_os = "linux"))]
    fn give_way(&self) {}
}

pub(crate) struct Queue<L> {
    state: Mutex<State<L>>,
    changed: Condvar,
    threads: Threads,
    watch: OnceLock<Watch>,
}

#[derive(Default)]
struct State<L> {
    line: L,
    /// The number of the next job.
    number: u64,
    /// Jobs that have begun and are not done, and places that are kept, in a bounded queue.
    busy: usize,
    /// Those that may take jobs.
    threads: usize,
    /// Those that were given up and have not ended.
    lost: usize,
    idle: usize,
    closed: bool,
}

impl<L: Line> Queue<L> {
    pub(crate) fn new(threads: Threads) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            threads: Threads { most: threads.most.max(1), ..threads },
            watch: OnceLock::new(),
        }
    }

    /// Adds a job, and starts a thread if all others are busy and one more is allowed. Returns the job's number.
    pub(crate) fn push(
        self: &Arc<Self>,
        lane: L::Lane,
        work: impl FnOnce(Fate) + Send + 'static,
    ) -> Result<u64, PushError> {
        let span = Span::current();
        let mut state = self.lock();
        let displaced =
            if self.is_full(&state) { Some(state.line.give_way(lane).ok_or(PushError::Full)?) } else { None };
        let number = state.number;
        state.number += 1;
        state.line.push(lane, Job::new(number, span, work));
        let started = self.start_thread(&mut state);
        let refused = started.err().map(|error| (state.line.remove(lane, number), error));
        drop(state);
        // Outside the lock, because what callers passed in is dropped here.
        if let Some(job) = displaced {
            job.meet(Fate::GivesWay);
        }
        if let Some((_job, error)) = refused {
            return Err(PushError::NoThread(error));
        }
        self.changed.notify_one();
        Ok(number)
    }

    /// Keeps a place for a job that is about to come. `None` if the job would be refused.
    pub(crate) fn keep_place(self: &Arc<Self>, lane: L::Lane) -> Option<KeptPlace> {
        let mut state = self.lock();
        if self.is_full(&state) {
            // The job will take the place of another.
            return state.line.would_give_way(lane).then_some(KeptPlace { _counted: None });
        }
        state.busy += 1;
        Some(KeptPlace { _counted: Some(Busy::new(Arc::<Self>::clone(self))) })
    }

    /// Takes a job out that nobody waits for any more.
    pub(crate) fn remove(&self, lane: L::Lane, number: u64) {
        let removed = self.lock().line.remove(lane, number);
        // Outside the lock, because what callers passed in is dropped here.
        drop(removed);
    }

    /// Says that no more jobs will come. Threads end once the jobs that wait are done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Tells `watch` of each job from now on, unless another one is told already.
    pub(crate) fn watch(&self, watch: Watch) {
        let _ = self.watch.set(watch);
    }

    /// How many jobs wait, and how many threads work. Those that were given up do not count.
    pub(crate) fn occupied(&self) -> Occupied {
        let state = self.lock();
        Occupied { waiting: state.line.waiting(), running: state.threads.saturating_sub(state.idle) }
    }

    /// How many jobs wait.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().line.waiting()
    }

    /// How many jobs wait or run, and how many places are kept, in a bounded queue.
    pub(crate) fn load(&self) -> usize {
        let state = self.lock();
        state.busy + state.line.waiting()
    }

    fn is_full(&self, state: &State<L>) -> bool {
        let Some(most_waiting) = self.threads.most_waiting else { return false };
        state.busy + state.line.waiting() >= self.threads.most.saturating_add(most_waiting)
    }

    /// Gives up a thread that is stuck: another one may take its place, and it ends itself when its work is done.
    pub(crate) fn lose(self: &Arc<Self>, hand: &Hand) {
        let mut state = self.lock();
        hand.lose();
        state.threads -= 1;
        state.lost += 1;
        // What waits gets no answer otherwise; whoever waits has a limit on that.
        let _ = self.start_thread(&mut state);
    }

    fn start_thread(self: &Arc<Self>, state: &mut State<L>) -> io::Result<()> {
        let is_enough = state.line.waiting() <= state.idle || state.threads >= self.threads.most;
        if is_enough || state.lost >= self.threads.most.saturating_mul(LOST_FOR_EACH) {
            return Ok(());
        }
        let queue = Arc::clone(self);
        match thread::Builder::new().name(self.threads.name.to_owned()).spawn(move || queue.work()) {
            Ok(_) => state.threads += 1,
            Err(error) if state.threads == 0 => return Err(error),
            Err(_) => {} // the threads that run will get to it
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State<L>> {
        // Nothing that can panic happens under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(self: Arc<Self>) {
        self.threads.give_way();
        let hand = Arc::new(Hand::default());
        while let Some(mut job) = self.next() {
            let is_bounded = self.threads.most_waiting.is_some();
            let busy = is_bounded.then(|| Busy::new(Arc::<Self>::clone(&self)));
            // The caller notices that its channel is closed, and the panic hook has reported where it happened.
            let turn = Fate::Turn(Arc::clone(&hand), busy);
            let (asked, began, span) = (job.asked, Instant::now(), mem::replace(&mut job.span, Span::none()));
            let _ = catch_unwind(AssertUnwindSafe(|| span.in_scope(|| job.meet(turn))));
            if let Some(watch) = self.watch.get() {
                span.in_scope(|| watch(began - asked, began.elapsed()));
            }
            if hand.is_lost() {
                let mut state = self.lock();
                state.lost -= 1;
                // There may have been too many like this one.
                let _ = self.start_thread(&mut state);
                return;
            }
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.line.next() {
                state.busy += usize::from(self.threads.most_waiting.is_some());
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

impl<L: Line> Release for Queue<L> {
    fn release(&self) {
        self.lock().busy -= 1;
    }
}
