//! Reading forward while transactions stay open and are committed late, in any order.

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use auth_contracts::Random;
use auth_domain::admin::{EventFeed, EventFeedRequest, EventFilter, EventPosition};
use auth_domain::identifier::Schemes;
use auth_ports::EventStore as _;
use auth_postgres::testing::TestConnection;
use auth_postgres::{Database, DatabaseOptions, PostgresStores};
use auth_tests::TestDatabase;
use uuid::Uuid;

/// Finds connections that wait for another one in the database.
const WAITING: &str = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

fn stores(database: &TestDatabase) -> PostgresStores {
    let options = DatabaseOptions {
        pool_size: 4,
        acquire_timeout: Duration::from_secs(30),
        ..DatabaseOptions::new(database.url())
    };
    PostgresStores::new(Database::new(&options), Schemes::new(Vec::new()))
}

async fn read(stores: &PostgresStores, after: EventPosition, limit: u16) -> EventFeed {
    let request = EventFeedRequest { filter: EventFilter::default(), after, limit };
    stores.read_forward(request).await.expect("the store works")
}

fn ids(feed: &EventFeed) -> Vec<Uuid> {
    feed.events.iter().map(|event| event.id).collect()
}

/// Writes an event that happened this many seconds ago.
fn write(connection: &mut TestConnection, id: Uuid, seconds_ago: u64) {
    let at = format!("now() - interval '{seconds_ago} seconds'");
    connection
        .execute(&format!("INSERT INTO events (id, at, kind, actor) VALUES ('{id}', {at}, 'signed_in', 'user')"))
        .expect("a fresh id");
}

/// A connection, and the events that its open transaction has written.
struct Writer {
    connection: TestConnection,
    open: Option<Vec<Uuid>>,
}

impl Writer {
    fn of(database: &TestDatabase) -> Self {
        Self { connection: database.connect(), open: None }
    }

    fn write(&mut self, id: Uuid, seconds_ago: u64) {
        if self.open.is_none() {
            self.connection.execute("BEGIN").expect("begun");
        }
        write(&mut self.connection, id, seconds_ago);
        self.open.get_or_insert_default().push(id);
    }

    /// Ends the transaction, and returns what it wrote.
    fn end(&mut self, how: &str) -> Vec<Uuid> {
        let written = self.open.take().unwrap_or_default();
        if !written.is_empty() {
            self.connection.execute(how).expect("ended");
        }
        written
    }
}

/// In whatever order transactions begin, write, end and are observed: a reader that has reached the end has seen
/// exactly what was committed, each event once.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_late_is_read_late_and_once() {
    for seed in 0..12 {
        let database = TestDatabase::create();
        let (stores, mut numbers) = (stores(&database), Random::new(seed));
        let mut writers: Vec<_> = (0..4).map(|_| Writer::of(&database)).collect();
        let (mut committed, mut seen, mut after) = (BTreeSet::new(), Vec::new(), EventPosition::START);
        for step in 0_u128..120 {
            let writer = &mut writers[numbers.below(4) as usize];
            match numbers.below(8) {
                0..=3 => writer.write(Uuid::from_u128(step), numbers.below(1000)),
                4..=5 => committed.extend(writer.end("COMMIT")),
                6 => drop(writer.end("ROLLBACK")),
                _ => {
                    let feed = read(&stores, after, 1 + numbers.below(3) as u16).await;
                    seen.extend(ids(&feed));
                    after = feed.next;
                    if !feed.has_more {
                        assert_eq!(sorted(&seen), sorted(&committed), "seed {seed}, step {step}");
                    }
                }
            }
        }
        committed.extend(writers.iter_mut().flat_map(|writer| writer.end("COMMIT")));
        let rest = read(&stores, after, 500).await;
        assert!(!rest.has_more);
        seen.extend(ids(&rest));
        assert_eq!(sorted(&seen), sorted(&committed), "seed {seed}");
        assert_eq!(ids(&read(&stores, EventPosition::START, 500).await), seen, "seed {seed}, once more");
    }
}

fn sorted<'a>(ids: impl IntoIterator<Item = &'a Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<_> = ids.into_iter().copied().collect();
    ids.sort_unstable();
    ids
}

const WRITERS: usize = 4;
const ROUNDS: usize = 25;

/// In each round every writer has a transaction open when the first one is committed.
#[tokio::test(flavor = "multi_thread")]
async fn readers_meet_transactions_that_are_committed_at_once() {
    let database = TestDatabase::create();
    let barrier = Arc::new(Barrier::new(WRITERS));
    let threads: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (mut connection, barrier) = (database.connect(), Arc::clone(&barrier));
            std::thread::spawn(move || {
                for round in 0..ROUNDS {
                    connection.execute("BEGIN").expect("begun");
                    write(&mut connection, Uuid::from_u128((round * WRITERS + writer) as u128), writer as u64);
                    barrier.wait();
                    connection.execute("COMMIT").expect("committed");
                }
            })
        })
        .collect();
    let readers: Vec<_> = [1, 3, 50]
        .map(|limit| {
            let stores = stores(&database);
            tokio::spawn(async move {
                let (mut seen, mut after) = (Vec::new(), EventPosition::START);
                while seen.len() < WRITERS * ROUNDS {
                    let feed = read(&stores, after, limit).await;
                    seen.extend(ids(&feed));
                    after = feed.next;
                }
                seen
            })
        })
        .into();
    for thread in threads {
        thread.join().expect("no panic");
    }
    let all: Vec<_> = (0..WRITERS * ROUNDS).map(|n| Uuid::from_u128(n as u128)).collect();
    let mut first: Option<Vec<Uuid>> = None;
    for reader in readers {
        let seen = reader.await.expect("no panic");
        assert_eq!(sorted(&seen), all, "left: seen, right: written");
        assert_eq!(*first.get_or_insert_with(|| seen.clone()), seen, "left: seen by one, right: seen by another");
    }
}

/// Nobody reads past positions that another reader is about to assign, because those events would appear behind them.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_gives_positions_is_waited_for() {
    let database = TestDatabase::create();
    let stores = stores(&database);
    let (one, other, later) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let mut connection = database.connect();
    write(&mut connection, one, 9);
    let before = read(&stores, EventPosition::START, 10).await;
    write(&mut connection, other, 8);
    connection
        .execute(&format!(
            "BEGIN; UPDATE feeds SET last_position = last_position + 1; \
             UPDATE events SET feed_position = (SELECT last_position FROM feeds) WHERE id = '{other}'"
        ))
        .expect("another reader, half way");
    database.execute(&format!("INSERT INTO events (id, at, kind, actor) VALUES ('{later}', now(), 'k', 'user')"));
    let reading = tokio::spawn({
        let (stores, after) = (stores.clone(), before.next);
        async move { read(&stores, after, 10).await }
    });
    while database.rows(WAITING).is_empty() {
        tokio::task::yield_now().await;
    }
    connection.execute("COMMIT").expect("the other reader is done");
    assert_eq!(ids(&reading.await.expect("no panic")), [other, later]);
}

/// An event that is being changed, for example by the deletion of its user, holds nobody up.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_being_changed_is_read_later() {
    let database = TestDatabase::create();
    let stores = stores(&database);
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (mut connection, mut changing) = (database.connect(), database.connect());
    write(&mut connection, one, 9);
    write(&mut connection, other, 8);
    changing.execute(&format!("BEGIN; UPDATE events SET network = NULL WHERE id = '{one}'")).expect("under way");
    let feed = read(&stores, EventPosition::START, 10).await;
    assert_eq!(ids(&feed), [other]);
    changing.execute("COMMIT").expect("changed");
    assert_eq!(ids(&read(&stores, feed.next, 10).await), [one]);
}

/// A database that was restored to an earlier state assigns no position a second time.
#[tokio::test(flavor = "multi_thread")]
async fn positions_grow_although_the_feed_was_set_back() {
    let database = TestDatabase::create();
    let stores = stores(&database);
    let mut connection = database.connect();
    write(&mut connection, Uuid::from_u128(1), 9);
    let before = read(&stores, EventPosition::START, 10).await;
    connection.execute("DELETE FROM events; UPDATE feeds SET last_position = 0").expect("set back");
    write(&mut connection, Uuid::from_u128(2), 9);
    assert_eq!(ids(&read(&stores, before.next, 10).await), [Uuid::from_u128(2)]);
}

/// For a rare kind, a reader reaches the end in steps, with a position to continue from at each of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_rare_kind_is_looked_for_in_steps() {
    let database = TestDatabase::create();
    let stores = stores(&database);
    database.execute(
        "INSERT INTO events (id, at, kind, actor, feed_position) SELECT gen_random_uuid(), now(), \
         CASE n WHEN 25000 THEN 'user_blocked' ELSE 'signed_in' END, 'user', n FROM generate_series(1, 26000) n; \
         INSERT INTO feeds (name, last_position) VALUES ('events', 26000)",
    );
    let filter = EventFilter { kinds: vec![auth_domain::events::EventKind::UserBlocked], ..EventFilter::default() };
    let (mut after, mut steps) = (EventPosition::START, Vec::new());
    loop {
        let feed = stores.read_forward(EventFeedRequest { filter: filter.clone(), after, limit: 10 });
        let feed = feed.await.expect("the store works");
        steps.push(feed.events.len());
        after = feed.next;
        if !feed.has_more {
            break;
        }
    }
    assert_eq!((steps, after.as_i64()), (vec![0, 0, 1], 26000));
}
