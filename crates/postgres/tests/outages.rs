//! A database that goes away, comes back, is too busy, or is behind a pooler.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::{race, samples};
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_ports::{
    Failure, FreePlaces, Halt, MessageQueue as _, NotReady, ProofStore, SendOutcome, UpkeepStore as _,
    VerificationStore as _,
};
use auth_postgres::{
    ConnectError, Database, DatabaseCondition, DatabaseOptions, Migrations, PostgresStores, Statements,
};
use auth_tests::{Pooler, Relay, TestDatabase};
use tokio::time::Instant;

const POOL_SIZE: u32 = 8;

fn stores(database: &TestDatabase, pool_size: u32, patience: Duration) -> PostgresStores {
    let options = DatabaseOptions { pool_size, acquire_timeout: patience, ..DatabaseOptions::new(database.url()) };
    stores_with(&options)
}

/// The same behind a relay, where no call takes longer than this.
fn stores_behind(relay: &Relay, longest: Duration) -> PostgresStores {
    let url = format!("{}&connect_timeout=2", relay.url());
    let options = DatabaseOptions { pool_size: POOL_SIZE, ..DatabaseOptions::new(url) };
    stores_with(&DatabaseOptions { acquire_timeout: longest, call_timeout: longest, ..options })
}

fn stores_with(options: &DatabaseOptions) -> PostgresStores {
    let schemes: Schemes = Schemes::new(vec![
        Arc::new(PhoneNumberScheme::default()),
        Arc::new(EmailScheme),
        Arc::new(UsernameScheme::default()),
    ]);
    PostgresStores::new(Database::new(options), schemes)
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

/// A call that commits by itself runs again when its answer is lost, and recognises what it has stored.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_although_its_answer_was_lost_is_not_stored_again() {
    let database = TestDatabase::create();
    let relay = Relay::to(&database);
    let stores = stores_with(&DatabaseOptions { pool_size: 1, ..DatabaseOptions::new(relay.url()) });
    let requests = [(); 2].map(|()| samples::sample_send_request(&samples::sample_email(), samples::start()));
    let proofs = requests.clone().map(|request| samples::sample_address_proof(request.address));
    // The first time, a statement is prepared.
    for (number, request) in requests.iter().enumerate() {
        lose_the_second(&relay, number);
        let outcome = stores.request(request.clone()).await.expect("an answer");
        assert!(matches!(&outcome, SendOutcome::Queued(sent) if sent.id == request.id), "{number}: {outcome:?}");
    }
    for (number, (request, proof)) in requests.iter().zip(&proofs).enumerate() {
        lose_the_second(&relay, number);
        let proved = stores.prove(request.id, proof.clone(), samples::start()).await;
        assert!(proved.expect("an answer"), "{number}");
    }
    for (request, proof) in requests.iter().zip(&proofs) {
        let again = stores.prove(request.id, samples::sample_proof(), samples::start()).await;
        assert!(!again.expect("an answer"), "it has earned a proof");
        assert!(ProofStore::find(&stores, &proof.hash).await.expect("an answer").is_some());
    }
    assert_eq!((database.count("messages"), database.count("proofs")), (2, 2));
}

fn lose_the_second(relay: &Relay, number: usize) {
    if number == 1 {
        relay.lose_an_answer();
    }
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
    assert!(matches!(stores.check_ready().await, Err(Halt::Failed(Failure::Unavailable { .. }))));
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
    assert!(matches!(stores.check_ready().await, Err(Halt::Refused(NotReady::SchemaIsBehind))));
    assert!(is_unavailable(look(&stores).await), "no table is there");
    Migrations::ours().migrate(database.url()).expect("up");
    stores.check_ready().await.expect("ready");
}

fn is_unavailable<T>(outcome: Result<T, Failure>) -> bool {
    matches!(outcome, Err(Failure::Unavailable { .. }))
}

/// The calls that meet the silence are answered in time, and nobody else meets it.
#[tokio::test(flavor = "multi_thread")]
async fn packets_that_are_swallowed_cost_those_who_wait_for_them_and_nobody_else() {
    let database = TestDatabase::create();
    let relay = Relay::to(&database);
    let longest = Duration::from_secs(2);
    let stores = stores_behind(&relay, longest);
    for _ in 0..2 {
        // A connection that is just being opened would go silent too, and whoever waits for it would meet that.
        fill_the_pool(&stores, &database).await;
        relay.swallow();
        let began = Instant::now();
        let first = look(&stores).await;
        assert!(is_unavailable(first), "its connection is silent");
        assert!(began.elapsed() < longest * 2, "{:?}", began.elapsed());
        let began = Instant::now();
        let calls = (0..2 * POOL_SIZE).map(|_| {
            let stores = stores.clone();
            async move { look(&stores).await }
        });
        for outcome in race(calls).await {
            outcome.expect("the neighbours of a silent connection are not used");
        }
        assert!(began.elapsed() < longest, "{:?}", began.elapsed());
    }
}

/// As many calls at once as there are connections: all of them meet the silence.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_pool_of_silent_connections_is_replaced() {
    let database = TestDatabase::create();
    let relay = Relay::to(&database);
    let longest = Duration::from_secs(1);
    let stores = stores_behind(&relay, longest);
    fill_the_pool(&stores, &database).await;
    relay.swallow();
    let began = Instant::now();
    let calls = (0..3 * POOL_SIZE).map(|_| {
        let stores = stores.clone();
        async move { look(&stores).await }
    });
    let outcomes = race(calls).await;
    let met = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    assert!(met >= POOL_SIZE as usize, "{met}");
    assert!(began.elapsed() < longest * 3, "{:?}", began.elapsed());
    look(&stores).await.expect("an answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_accepts_and_is_mute_is_unavailable_until_it_speaks() {
    let database = TestDatabase::create();
    let relay = Relay::to(&database);
    relay.be_mute(true);
    let stores = stores_behind(&relay, Duration::from_secs(1));
    assert!(is_unavailable(look(&stores).await));
    assert!(matches!(stores.check_ready().await, Err(Halt::Failed(Failure::Unavailable { .. }))));
    relay.be_mute(false);
    let answered = async { while look(&stores).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(25), answered).await.expect("it speaks");
}

/// Runs this on the database although it is read only by default.
fn execute_writing(database: &TestDatabase, sql: &str) {
    database.execute(&format!("BEGIN READ WRITE; {sql}; COMMIT"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_become_read_only_is_left() {
    let database = TestDatabase::create();
    let stores = stores(&database, POOL_SIZE, Duration::from_secs(5));
    let read_only = format!("ALTER DATABASE \"{}\" SET default_transaction_read_only = on", database.name());
    database.execute(&read_only);
    fill_the_pool(&stores, &database).await;
    let proof = samples::sample_proof();
    for _ in 0..2 {
        assert!(matches!(stores.create(proof.clone()).await, Err(Halt::Failed(Failure::Unavailable { .. }))));
        assert!(matches!(stores.check_ready().await, Err(Halt::Refused(NotReady::ReadOnly))));
    }
    look(&stores).await.expect("it can be read");
    let found =
        DatabaseCondition::of(&DatabaseOptions::new(database.url()), &Migrations::ours()).expect("it is reached");
    assert_eq!(found, DatabaseCondition { is_read_only: true, ..DatabaseCondition::default() });
    fill_the_pool(&stores, &database).await;
    execute_writing(&database, &read_only.replace(" SET default_transaction_read_only = on", " RESET ALL"));
    stores.create(proof).await.expect("a connection that was open is not used, although it works");
    stores.check_ready().await.expect("ready again");
}

/// What the database says is in the operator's language, and the driver hides most of its codes.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_tested_statement_meets_is_the_surroundings_fault_in_every_language() {
    let database = TestDatabase::create();
    let stores = stores(&database, 2, Duration::from_secs(5));
    database.execute(
        "CREATE TABLE trouble (code text, times integer); CREATE SEQUENCE met; INSERT INTO trouble VALUES ('53100', 1000); \
         CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF nextval('met') <= (SELECT times FROM trouble) THEN \
             RAISE EXCEPTION '设备上没有空间' USING ERRCODE = (SELECT code FROM trouble); END IF; RETURN NEW; END $$; \
         CREATE TRIGGER meet BEFORE INSERT ON proofs FOR EACH ROW EXECUTE FUNCTION meet()",
    );
    let met = |code: &str, times: u32| {
        database
            .execute(&format!("UPDATE trouble SET code = '{code}', times = {times}; SELECT setval('met', 1, false)"));
    };
    // A full disk, no memory, no connections, a limit on statements, one on locks, a missing right, a shutdown.
    for code in ["53100", "53200", "53300", "57014", "55P03", "42501", "57P01", "XX000"] {
        met(code, 1_000);
        let outcome = stores.create(samples::sample_proof()).await;
        assert!(matches!(outcome, Err(Halt::Failed(Failure::Unavailable { .. }))), "{code}: {outcome:?}");
    }
    for code in ["40P01", "40001"] {
        met(code, 2);
        stores.create(samples::sample_proof()).await.expect("the third attempt succeeds");
    }
    assert_eq!(database.count("proofs"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_released_in_time_is_no_fault_of_the_service() {
    let database = TestDatabase::create();
    let second = Duration::from_secs(1);
    let options = DatabaseOptions { pool_size: 2, ..DatabaseOptions::new(database.url()) };
    let stores = stores_with(&DatabaseOptions { acquire_timeout: second, call_timeout: second, ..options });
    look(&stores).await.expect("an answer");
    let mut lock = database.connect();
    lock.execute("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE").expect("a lock");
    let before = database.rows(BACKENDS);
    for _ in 0..2 {
        assert!(is_unavailable(look(&stores).await));
    }
    lock.execute("COMMIT").expect("the end of the lock");
    look(&stores).await.expect("an answer");
    assert_eq!(database.rows(BACKENDS), before, "the server ended the wait, so the connection is kept");
}

/// The processes of the server that have asked when messages are due.
const BACKENDS: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
    AND query LIKE 'SELECT m.due_at FROM %' ORDER BY pid";

#[test]
fn a_pooler_by_transaction_is_refused_where_statements_get_names() {
    let database = TestDatabase::create();
    let (relay, pooler) = (Relay::to(&database), Pooler::to(&database));
    for (to, url, statements, is_refused) in [
        ("the server itself", database.url(), Statements::Named, false),
        ("one connection for each client", relay.url(), Statements::Named, false),
        ("one connection for each transaction", pooler.url(), Statements::Named, true),
        ("one connection for each transaction, and no names", pooler.url(), Statements::Unnamed, false),
    ] {
        let options = DatabaseOptions { statements, ..DatabaseOptions::new(url) };
        match DatabaseCondition::of(&options, &Migrations::ours()) {
            Err(ConnectError::Shared) => assert!(is_refused, "{to}"),
            Ok(_) => assert!(!is_refused, "{to}"),
            Err(error) => panic!("{to}: {error}"),
        }
    }
}
