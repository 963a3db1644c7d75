//! Events reach their subscribers: in order per user, again after failures, and never after a subscriber has
//! unsubscribed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use auth_application::events::{DeliverEvents, EventSignal, ReviewDeadLetters};
use auth_contracts::{ManualClock, samples};
use auth_domain::accounts::UserId;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::outbox::{DeadLetterPage, RetrySchedule};
use auth_memory::MemoryStores;
use auth_ports::{Clock as _, EventHandler as _, EventStore as _, Outbox as _};
use chrono::TimeDelta;
use tokio::time::Instant;
use uuid::Uuid;

use crate::fakes::{FakeHandler, Mood};
use crate::world::{World, operator};

struct Bench {
    world: World,
    stores: MemoryStores,
    clock: ManualClock,
    handler: Arc<FakeHandler>,
    signal: EventSignal,
    worker: DeliverEvents,
}

impl Bench {
    /// One subscriber, `crm`, to everything.
    fn new() -> Self {
        Self::with(vec![FakeHandler::new("crm")])
    }

    fn with(handlers: Vec<Arc<FakeHandler>>) -> Self {
        let mut world = World::new();
        world.subscribe(handlers);
        Self {
            stores: world.stores.clone(),
            clock: world.clock.clone(),
            handler: world.handlers[0].clone(),
            signal: world.event_signal.clone(),
            worker: world.deliver_events(),
            world,
        }
    }

    async fn happen(&self, user: UserId) -> Uuid {
        let event = NewEvent { at: self.clock.now(), ..samples::sample_event(user, EventKind::SignedIn) };
        let id = event.id;
        self.stores.record(event).await.expect("memory answers");
        id
    }

    async fn deliver(&self) -> usize {
        self.worker.deliver_due().await.expect("memory answers")
    }

    /// Delivers until nothing is due.
    async fn deliver_all(&self) {
        while self.deliver().await > 0 {}
    }

    /// The events that the subscriber has taken, in that order.
    fn taken(&self) -> Vec<Uuid> {
        self.handler.taken().into_iter().map(|event| event.id).collect()
    }

    async fn waiting(&self) -> u64 {
        self.stores.backlogs().await.expect("memory answers").iter().map(|backlog| backlog.waiting).sum()
    }

    async fn dead(&self) -> Vec<Uuid> {
        let page = DeadLetterPage { subscriber: None, event: None, before: None, limit: 100 };
        let letters = self.review().page(page, &operator()).await.expect("memory answers");
        letters.into_iter().map(|letter| letter.event.id).collect()
    }

    fn review(&self) -> ReviewDeadLetters {
        self.world.review_dead_letters()
    }
}

fn somebody() -> UserId {
    samples::SampleAccount::new().account.id
}

/// The acceptance bar of the outbox: whatever happens while the receiver is down arrives, each event under one id and
/// in order per user.
#[tokio::test]
async fn a_receiver_that_was_down_for_an_hour_misses_nothing() {
    const USERS: usize = 500;
    const EVENTS: usize = 10_000;
    let bench = Bench::new();
    let users: Vec<_> = (0..USERS).map(|_| somebody()).collect();
    let mut happened: BTreeMap<UserId, Vec<Uuid>> = BTreeMap::new();
    bench.handler.be(Mood::Away);
    for n in 0..EVENTS {
        let user = users[n * 7 % USERS];
        happened.entry(user).or_default().push(bench.happen(user).await);
        if n % 500 == 499 {
            bench.deliver_all().await;
            bench.clock.advance(TimeDelta::minutes(3));
        }
    }
    assert!(bench.handler.taken().is_empty() && bench.handler.asked() > USERS, "tried, and in vain");
    bench.handler.be(Mood::Well);
    for _ in 0..60 * 24 {
        bench.deliver_all().await;
        bench.clock.advance(TimeDelta::minutes(1));
    }
    let taken = bench.handler.taken();
    assert_eq!(taken.len(), EVENTS, "events that were taken");
    assert_eq!(taken.iter().map(|event| event.id).collect::<BTreeSet<_>>().len(), EVENTS, "different ones");
    let mut arrived: BTreeMap<UserId, Vec<Uuid>> = BTreeMap::new();
    for event in taken {
        arrived.entry(event.user.expect("a user's")).or_default().push(event.id);
    }
    assert!(arrived == happened, "each user's in order");
    assert_eq!((bench.waiting().await, bench.dead().await.len()), (0, 0), "left over");
}

#[tokio::test]
async fn comes_again_by_the_schedule_under_the_same_id_and_is_given_up_after_it() {
    let bench = Bench::new();
    let user = somebody();
    let (first, second) = (bench.happen(user).await, bench.happen(user).await);
    bench.handler.be(Mood::Away);
    let schedule = RetrySchedule::default();
    for failures in 1..=9 {
        assert_eq!(bench.deliver().await, 1, "attempt {failures}");
        let pause = schedule.pause(failures, 0).expect("a pause");
        bench.clock.advance(pause - TimeDelta::milliseconds(1));
        assert_eq!(bench.deliver().await, 0, "before the pause after attempt {failures} is over");
        bench.clock.advance(pause / 4 + TimeDelta::milliseconds(1));
    }
    assert_eq!(bench.deliver().await, 1, "the last attempt");
    assert_eq!(bench.dead().await, [first], "given up");
    assert!(bench.handler.seen().iter().all(|id| *id == first), "the later one waited");
    bench.handler.be(Mood::Well);
    assert_eq!(bench.deliver().await, 1, "the later one goes on");
    assert_eq!(bench.handler.taken()[0].id, second);
}

/// What was recorded or put off meanwhile would wait for a day. Pauses of the schedule are believed, however long.
#[tokio::test]
async fn a_clock_that_ran_ahead_holds_up_nothing() {
    let bench = Bench::new();
    let waits = bench.happen(somebody()).await;
    bench.handler.be(Mood::Away);
    for failures in 1..=8 {
        assert_eq!(bench.deliver().await, 1, "attempt {failures}");
        bench.clock.set(bench.clock.now() + RetrySchedule::default().pause(failures, 255).expect("a pause"));
    }
    assert_eq!(bench.deliver().await, 1, "attempt 9");
    let right = bench.clock.now();
    bench.clock.set(right + TimeDelta::days(1) - TimeDelta::minutes(1));
    let failed = bench.happen(somebody()).await;
    assert_eq!(bench.deliver().await, 1, "put off");
    let recorded = bench.happen(somebody()).await;
    bench.clock.set(right);
    bench.handler.be(Mood::Well);
    assert_eq!(bench.deliver().await, 2, "the clock was put right");
    let taken: BTreeSet<_> = bench.handler.taken().into_iter().map(|event| event.id).collect();
    assert_eq!(taken, BTreeSet::from([failed, recorded]));
    bench.clock.set(right + TimeDelta::hours(30));
    assert_eq!(bench.deliver().await, 1, "the pause is over");
    assert_eq!(bench.handler.taken().last().map(|event| event.id), Some(waits));
}

/// A look takes ten seconds here, and the one after five minutes fails.
#[tokio::test(start_paused = true)]
async fn looks_for_what_a_clock_had_put_off_hold_up_no_deliveries() {
    let (bench, started) = (Bench::new(), Instant::now());
    let worker = tokio::spawn(bench.world.deliver_events_slowly_hastened().run(std::future::pending()));
    let right = bench.clock.now();
    let happen_ahead = async || {
        bench.clock.set(right + TimeDelta::days(1));
        let id = bench.happen(somebody()).await;
        bench.clock.set(right);
        id
    };
    // The paused clock of the runtime moves on.
    let until = |second| tokio::time::sleep_until(started + Duration::from_secs(second));
    let mut expected = vec![];
    let ahead = happen_ahead().await;
    expected.push(bench.happen(somebody()).await);
    until(9).await;
    assert_eq!(bench.taken(), expected, "while it is looked for");
    expected.push(ahead);
    until(25).await;
    assert_eq!(bench.taken(), expected, "when it was found");
    let ahead = happen_ahead().await;
    until(310).await;
    bench.world.ports.outbox.set_failing(true);
    until(335).await;
    bench.world.ports.outbox.set_failing(false);
    expected.push(bench.happen(somebody()).await);
    until(345).await;
    assert_eq!(bench.taken(), expected, "after a look that failed");
    expected.push(ahead);
    until(650).await;
    assert_eq!(bench.taken(), expected, "when it was looked for again");
    worker.abort();
}

#[tokio::test]
async fn a_dead_letter_is_sent_again_when_an_operator_says_so() {
    let bench = Bench::new();
    let id = bench.happen(somebody()).await;
    bench.handler.be(Mood::Away);
    while bench.dead().await.is_empty() {
        bench.deliver().await;
        bench.clock.advance(TimeDelta::days(2));
    }
    bench.handler.be(Mood::Well);
    let crm = bench.handler.subscriber();
    assert_eq!(bench.review().send_again(crm, None, &operator()).await.expect("memory answers"), 1);
    bench.deliver().await;
    assert_eq!(bench.handler.taken()[0].id, id);
    assert!(bench.dead().await.is_empty(), "it is no dead letter any more");
}

#[tokio::test]
async fn whoever_wants_no_more_is_told_no_more_until_resumed() {
    let bench = Bench::new();
    bench.happen(somebody()).await;
    bench.handler.be(Mood::Gone);
    bench.deliver().await;
    assert_eq!(bench.handler.asked(), 1);
    bench.handler.be(Mood::Well);
    bench.happen(somebody()).await;
    assert_eq!(bench.deliver().await, 0, "the subscription has ended");
    assert_eq!((bench.handler.asked(), bench.waiting().await), (1, 0), "what waited is gone");
    let manage = bench.world.manage_subscriptions();
    let listed = manage.list().await.expect("memory answers");
    assert_eq!(listed[0].backlog.ended_at, Some(bench.clock.now()));
    assert!(manage.resume(bench.handler.subscriber(), &operator()).await.expect("memory answers"));
    let id = bench.happen(somebody()).await;
    bench.deliver().await;
    assert_eq!(bench.handler.taken().iter().map(|event| event.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn a_panic_is_a_failure() {
    let bench = Bench::new();
    bench.happen(somebody()).await;
    bench.handler.be(Mood::Panicking);
    assert_eq!(bench.deliver().await, 1);
    bench.handler.be(Mood::Well);
    assert_eq!(bench.deliver().await, 0, "not yet");
    bench.clock.advance(TimeDelta::seconds(10));
    assert_eq!(bench.deliver().await, 1);
    assert_eq!(bench.handler.taken().len(), 1);
}

/// The clock of the runtime advances only while everything sleeps.
#[tokio::test(start_paused = true)]
async fn a_hanging_subscriber_fails_after_a_while_and_holds_up_no_other() {
    let (hanging, well) = (FakeHandler::new("hanging"), FakeHandler::new("well"));
    hanging.be(Mood::Hanging);
    let bench = Bench::with(vec![hanging.clone(), well.clone()]);
    bench.happen(somebody()).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(bench.worker.clone().run(async move { drop(stopped.await) }));
    // The paused clock of the runtime moves on.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((hanging.asked(), well.taken().len()), (1, 1));
    // The paused clock of the runtime moves on.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(hanging.asked(), 1, "it waits for the manual clock");
    bench.clock.advance(TimeDelta::seconds(10));
    // The paused clock of the runtime moves on.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(hanging.asked(), 2, "it is tried again");
    drop(stop);
    worker.await.expect("the worker stops");
}

#[tokio::test(start_paused = true)]
async fn a_signal_wakes_the_worker() {
    let bench = Bench::new();
    let worker = tokio::spawn(bench.worker.clone().run(std::future::pending()));
    tokio::time::sleep(Duration::from_secs(1)).await; // until it sleeps
    bench.signal.wake(); // a moment before the commit
    bench.happen(somebody()).await;
    // The paused clock of the runtime moves on.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bench.handler.taken().len(), 1, "delivered by a worker that would have slept for seconds");
    worker.abort();
}

/// There is no signal, because another instance may have queued the event.
#[tokio::test(start_paused = true)]
async fn the_worker_looks_by_itself() {
    let bench = Bench::new();
    let worker = tokio::spawn(bench.worker.clone().run(std::future::pending()));
    // The paused clock of the runtime moves on.
    tokio::time::sleep(Duration::from_secs(1)).await;
    bench.happen(somebody()).await;
    // The paused clock of the runtime moves on.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(bench.handler.taken().len(), 1);
    worker.abort();
}

/// Events that it had claimed but not begun to deliver are due at once for another instance.
#[tokio::test(start_paused = true)]
async fn a_worker_that_stops_lets_go_of_what_it_holds() {
    let bench = Bench::new();
    let user = somebody();
    for _ in 0..3 {
        bench.happen(user).await;
    }
    bench.handler.be(Mood::Slow);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(bench.worker.clone().run(async move { drop(stopped.await) }));
    // The paused clock of the runtime moves on.
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(stop);
    worker.await.expect("the worker stops");
    assert_eq!(bench.handler.taken().len(), 1, "the event that was on its way");
    bench.handler.be(Mood::Well);
    assert_eq!(bench.deliver().await, 2, "the others, at once");
}

#[tokio::test]
async fn what_waits_for_somebody_who_is_configured_no_more_goes_after_a_month() {
    let bench = Bench::with(vec![FakeHandler::new("crm"), FakeHandler::new("gone")]);
    bench.happen(somebody()).await;
    let mut world = bench.world.clone();
    world.handlers.pop();
    let without = world.deliver_events();
    let forget = async || without.discard_forgotten().await.expect("memory answers");
    bench.clock.advance(TimeDelta::days(30));
    assert_eq!(forget().await, 0, "it may come back");
    bench.clock.advance(TimeDelta::seconds(1));
    bench.happen(somebody()).await;
    assert_eq!(forget().await, 2, "all of it");
    assert_eq!(bench.waiting().await, 2, "what waits for somebody who is configured stays");
}
