//! Sweeping: expired rows are removed, a batch at a time, and not too early.

use std::time::Duration;

use auth_application::upkeep::SweepExpired;
use auth_contracts::samples;
use auth_domain::admin::{EventFilter, EventPage};
use auth_domain::events::{EventKind, NewEvent};
use auth_ports::{Clock as _, EventStore as _};
use chrono::TimeDelta;

use crate::world::World;

const RETENTION: TimeDelta = TimeDelta::days(90);
/// How many rows of one kind are removed at once.
const BATCH: u64 = 1000;

struct Bench {
    world: World,
}

impl Bench {
    fn new() -> Self {
        let mut world = World::new();
        world.rules.retention = RETENTION;
        Self { world }
    }

    fn sweeper(&self) -> SweepExpired {
        self.world.sweep_expired()
    }

    async fn sweep(&self) -> u64 {
        self.sweeper().sweep().await.expect("memory answers")
    }

    async fn record_events(&self, count: u64) {
        for _ in 0..count {
            let user = samples::SampleAccount::new().account.id;
            let event = NewEvent { at: self.world.clock.now(), ..samples::sample_event(user, EventKind::SignedOut) };
            self.world.stores.record(event).await.expect("memory answers");
        }
    }

    async fn events(&self) -> usize {
        let page = EventPage { filter: EventFilter::default(), before: None, limit: u16::MAX };
        self.world.stores.list(page).await.expect("memory answers").len()
    }
}

#[tokio::test]
async fn sessions_go_a_day_after_their_end() {
    let bench = Bench::new();
    let account = samples::SampleAccount::new();
    let stores = auth_contracts::Stores::of(bench.world.stores.clone());
    stores.sign_up(&account).await;
    let life = account.account.session.expires_at - bench.world.clock.now();
    for (passed, swept) in [(life, 0), (TimeDelta::days(1), 0), (TimeDelta::microseconds(1), 1), (TimeDelta::zero(), 0)]
    {
        bench.world.clock.advance(passed);
        assert_eq!(bench.sweep().await, swept, "sessions that went {passed} later");
    }
}

#[tokio::test]
async fn events_go_after_their_retention() {
    let bench = Bench::new();
    bench.record_events(2).await;
    bench.world.clock.advance(RETENTION);
    bench.record_events(1).await;
    assert_eq!(bench.sweep().await, 0);
    bench.world.clock.advance(TimeDelta::microseconds(1));
    assert_eq!((bench.sweep().await, bench.events().await), (2, 1));
}

#[tokio::test]
async fn events_that_reached_no_subscriber_go_after_the_same_time() {
    let mut bench = Bench::new();
    bench.world.tell(samples::sample_subscribers());
    bench.record_events(2).await;
    bench.world.clock.advance(RETENTION + TimeDelta::microseconds(1));
    assert_eq!((bench.sweep().await, bench.sweep().await), (4, 0), "two events, which both waited for one subscriber");
}

#[tokio::test]
async fn no_more_than_a_batch_goes_at_once() {
    let bench = Bench::new();
    bench.record_events(BATCH + 1).await;
    bench.world.clock.advance(RETENTION + TimeDelta::seconds(1));
    assert_eq!((bench.sweep().await, bench.sweep().await, bench.sweep().await), (BATCH, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_worker_hurries_only_while_there_is_much_to_do_and_goes_on_after_a_failure() {
    let bench = Bench::new();
    bench.record_events(2 * BATCH + 1).await;
    bench.world.clock.advance(RETENTION + TimeDelta::seconds(1));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    bench.world.ports.set_failing(true);
    let worker = tokio::spawn(bench.sweeper().run(async { drop(stopped.await) }));
    // The paused clock moves on.
    tokio::time::sleep(Duration::from_secs(1)).await;
    bench.world.ports.set_failing(false);
    assert_eq!(bench.events().await as u64, 2 * BATCH + 1, "it failed");
    // The paused clock moves on.
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(bench.events().await, 0, "three batches within the seconds after the pause");
    stop.send(()).expect("it listens");
    worker.await.expect("it ends when it is told to");
}
