//! A database that goes away, comes back, or is too busy.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::{race, samples};
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_ports::{Failure, FreePlaces, MessageQueue as _, ProofStore, UpkeepStore as _, VerificationStore as _};
use auth_postgres::{Database, DatabaseOptions, Migrations, PostgresStores};
use auth_tests::TestDatabase;
use tokio::time::Instant;

const POOL_SIZE: u32 = 8;

fn stores(database: &TestDatabase, pool_size: u32, patience: Duration) -> PostgresStores {
    let options = DatabaseOptions { url: database.url().to_owned(), pool_size, acquire_timeout: patience };
    let schemes: Schemes = Schemes::new(vec![
        Arc::new(PhoneNumberScheme::default()),
        Arc::new(EmailScheme),
        Arc::new(UsernameScheme::default()),
    ]);
    PostgresStores::new(Database::new(&options), schemes)
}

/// Any statement.
async fn look(stores: &PostgresStores) -> Result<(), Failure> {
    stores.next_due(FreePlaces::of_each_channel(1)).await.map(drop)
}

/// Opens every connection of the pool.
async fn fill_the_pool(stores: &PostgresStores, database: &TestDatabase) {
    let mut lock = database.connect();
    lock.execute("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE").expect("a lock");
    let waiting: Vec<_> = (0..POOL_SIZE)
        .map(|_| {
            let stores = stores.clone();
            tokio::spawn(async move { look(&stores).await })
        })
        .collect();
    let blocked = format!("pg_stat_activity WHERE datname = '{}' AND wait_event_type = 'Lock'", database.name());
    auth_tests::eventually("every connection waits", || database.count(&blocked) == i64::from(POOL_SIZE)).await;
    lock.execute("COMMIT").expect("the end of the lock");
    for call in waiting {
        call.await.expect("no panic").expect("an answer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_of_the_server_the_next_call_succeeds() {
    let database = TestDatabase::create();
    let stores = stores(&database, POOL_SIZE, Duration::from_secs(10));
    for _ in 0..2 {
        fill_the_pool(&stores, &database).await;
        database.disconnect_everybody();
        look(&stores).await.expect("a statement");
        fill_the_pool(&stores, &database).await;
        database.disconnect_everybody();
        let request = samples::sample_send_request(&samples::sample_email(), samples::start());
        stores.request(request).await.expect("a transaction");
        fill_the_pool(&stores, &database).await;
        database.disconnect_everybody();
        stores.check_ready().await.expect("ready");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_loses_its_connection_runs_again() {
    let database = TestDatabase::create();
    let stores = stores(&database, 2, Duration::from_secs(10));
    let proof = samples::sample_proof();
    let mut lock = database.connect();
    lock.execute("BEGIN; LOCK TABLE proofs IN ACCESS EXCLUSIVE MODE").expect("a lock");
    let call = tokio::spawn({
        let (stores, proof) = (stores.clone(), proof.clone());
        async move { stores.create(proof).await }
    });
    let blocked = format!(
        "SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE datname = '{}' AND wait_event_type = 'Lock'",
        database.name()
    );
    auth_tests::eventually("the waiting connection is ended", || !database.rows(&blocked).is_empty()).await;
    lock.execute("COMMIT").expect("the end of the lock");
    call.await.expect("no panic").expect("the call runs again");
    assert!(ProofStore::find(&stores, &proof.hash).await.expect("an answer").is_some());
    assert_eq!(database.count("proofs"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_pool_says_so_in_time() {
    let database = TestDatabase::create();
    let patience = Duration::from_secs(1);
    let stores = stores(&database, 2, patience);
    let mut lock = database.connect();
    lock.execute("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE").expect("a lock");
    let holding: Vec<_> = (0..2)
        .map(|_| {
            let stores = stores.clone();
            tokio::spawn(async move { look(&stores).await })
        })
        .collect();
    let blocked = format!("pg_stat_activity WHERE datname = '{}' AND wait_event_type = 'Lock'", database.name());
    auth_tests::eventually("both connections wait", || database.count(&blocked) == 2).await;
    let began = Instant::now();
    let others = (0..30).map(|_| {
        let stores = stores.clone();
        async move { look(&stores).await }
    });
    for outcome in race(others).await {
        assert!(matches!(outcome, Err(Failure::Unavailable { .. })), "{outcome:?}");
    }
    assert!(began.elapsed() < patience * 3, "{:?}", began.elapsed());
    lock.execute("COMMIT").expect("the end of the lock");
    for call in holding {
        call.await.expect("no panic").expect("an answer");
    }
    look(&stores).await.expect("afterwards all is well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_reached_is_unavailable() {
    let database = TestDatabase::create();
    let stores = stores(&database, 2, Duration::from_secs(1));
    look(&stores).await.expect("an answer");
    database.let_in(false);
    assert!(matches!(look(&stores).await, Err(Failure::Unavailable { .. })));
    assert!(matches!(stores.check_ready().await, Err(Failure::Unavailable { .. })));
    let request = samples::sample_send_request(&samples::sample_email(), samples::start());
    assert!(matches!(stores.request(request.clone()).await, Err(Failure::Unavailable { .. })));
    database.let_in(true);
    stores.check_ready().await.expect("ready again");
    stores.request(request).await.expect("an answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_behind_is_not_ready() {
    let database = TestDatabase::without_schema();
    let stores = stores(&database, 2, Duration::from_secs(1));
    assert!(stores.check_ready().await.is_err());
    Migrations::ours().migrate(database.url()).expect("up");
    stores.check_ready().await.expect("ready");
}
