//! Migrations: everything they create is created under their lock, asking for them creates nothing, and others can
//! add their own.

mod upgrade;

use std::time::Duration;

use auth_domain::identifier::Schemes;
use auth_ports::{Halt, NotReady, UpkeepStore as _};
use auth_postgres::diesel_migrations::{self, EmbeddedMigrations, embed_migrations};
use auth_postgres::{Database, DatabaseCondition, DatabaseOptions, Migrations, PostgresStores, SchemaStanding};
use auth_tests::{RowsOnly, TestDatabase};

const BADGES: EmbeddedMigrations = embed_migrations!("tests/migrations_of_a_team");

/// Finds connections that wait for another one in the database.
const WAITING: &str = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

fn tables(database: &TestDatabase) -> Vec<String> {
    let tables = database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");
    tables.iter().filter_map(|row| row["tablename"].as_str().map(str::to_owned)).collect()
}

fn stores(url: &str) -> PostgresStores {
    let options =
        DatabaseOptions { pool_size: 1, acquire_timeout: Duration::from_secs(30), ..DatabaseOptions::new(url) };
    PostgresStores::new(Database::new(&options), Schemes::new(Vec::new()))
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_what_is_missing_makes_nothing() {
    let database = TestDatabase::without_schema();
    let pending = Migrations::ours().pending(database.url()).expect("an answer");
    assert!(pending.len() > 5 && pending[0].ends_with("_create_accounts"), "{pending:?}");
    assert!(stores(database.url()).check_ready().await.is_err());
    assert_eq!(stores(database.url()).schema_version().await.expect("an answer"), None);
    assert_eq!(tables(&database), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_only_touch_rows_can_ask_and_start() {
    let rows_only = RowsOnly::of(TestDatabase::create());
    let url = rows_only.url();
    assert_eq!(Migrations::ours().pending(&url).expect("an answer"), Vec::<String>::new());
    stores(&url).check_ready().await.expect("ready");
    let newest = stores(&url).schema_version().await.expect("an answer").expect("a schema");
    assert!(newest.starts_with("2026") && newest.bytes().all(|byte| byte.is_ascii_digit()), "{newest}");
    assert_eq!(Migrations::ours().migrate(&url).expect("nothing to do"), Vec::<String>::new());
}

#[test]
fn whoever_may_not_create_the_schema_is_told_so() {
    let rows_only = RowsOnly::of(TestDatabase::without_schema());
    assert!(!Migrations::ours().pending(&rows_only.url()).expect("an answer").is_empty());
    let refused = Migrations::ours().migrate(&rows_only.url()).expect_err("refused");
    let cause = std::error::Error::source(&refused).expect("a cause").to_string();
    assert!(cause.contains("permission denied"), "{cause}");
    assert_eq!(tables(rows_only.database()), Vec::<String>::new());
}

#[test]
fn whoever_makes_the_lock_at_the_same_time_and_wins_is_waited_for() {
    let database = TestDatabase::without_schema();
    let mut winner = database.connect();
    winner.execute("BEGIN; CREATE TABLE migration_lock (id integer PRIMARY KEY)").expect("nobody else is there");
    std::thread::scope(|scope| {
        let loser = scope.spawn(|| Migrations::ours().migrate(database.url()));
        while database.rows(WAITING).is_empty() {}
        winner.execute("COMMIT").expect("a commit");
        assert!(!loser.join().expect("no panic").expect("no failure").is_empty());
    });
}

#[test]
fn a_limit_of_the_database_does_not_end_the_wait_for_the_lock() {
    let database = TestDatabase::without_schema();
    database.execute(&format!("ALTER DATABASE \"{}\" SET lock_timeout = '1ms'", database.name()));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Migrations::ours().migrate(database.url()))).collect();
        for thread in threads {
            thread.join().expect("no panic").expect("no failure");
        }
    });
    assert_eq!(Migrations::ours().pending(database.url()).expect("an answer"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_of_a_team_run_after_ours_and_are_missed_like_ours() {
    let database = TestDatabase::create();
    let url = database.url();
    let all = Migrations::ours().with("badges", BADGES).expect("versions of their own");
    let pending = all.pending(url).expect("an answer");
    assert_eq!(pending, ["20200101000001_create_badges"]);
    let stores = stores(url).with_migrations(all.clone());
    assert!(stores.check_ready().await.is_err());
    all.migrate(url).expect("up");
    stores.check_ready().await.expect("ready");
    database.execute("INSERT INTO badges (id) VALUES (1)");

    assert!(Migrations::ours().revert_all(url).is_err(), "what is built on ours is unknown to ours");
    all.revert_all(url).expect("down");
    assert_eq!(tables(&database), ["__diesel_schema_migrations", "migration_lock"]);
    let from_nothing = all.migrate(url).expect("up again");
    assert_eq!(from_nothing.last().map(String::as_str), Some("20200101000001"), "{from_nothing:?}");
}

/// What a newer program's `migrate` leaves behind, and what it adds where older programs would go wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_served_unless_a_step_of_it_needs_a_newer_program() {
    // A database of its own, because the list of steps stays as this test leaves it.
    let database = TestDatabase::without_schema();
    Migrations::ours().migrate(database.url()).expect("the migrations run");
    let standing =
        || DatabaseCondition::of(&DatabaseOptions::new(database.url()), &Migrations::ours()).expect("reached").schema;
    assert_eq!(standing(), SchemaStanding::default());
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001'), ('20990101000002')");
    let stores = stores(database.url());
    for (step, oldest, needs) in [
        ("20990101000001", "0.0.1", None),
        // Of a step that this program knows, whatever it says.
        ("20261123000001", "99.0.0", None),
        ("20990101000002", "98.0.0", Some("98.0.0")),
        ("20990101000001", "98.1.0", Some("98.1.0")),
    ] {
        database.execute(&format!(
            "INSERT INTO schema_requirements VALUES ('{step}', '{oldest}') \
             ON CONFLICT (step) DO UPDATE SET oldest_program = EXCLUDED.oldest_program"
        ));
        let found = standing();
        assert_eq!((found.pending.len(), found.unknown.len(), found.needs.as_deref()), (0, 2, needs), "{step}");
        let ready = stores.check_ready().await;
        let is_refused = matches!(ready, Err(Halt::Refused(NotReady::ProgramIsBehind)));
        assert_eq!((ready.is_ok(), is_refused), (needs.is_none(), needs.is_some()), "{step}");
    }
}

#[test]
fn a_version_that_is_taken_is_refused() {
    let once = Migrations::ours().with("badges", BADGES).expect("versions of their own");
    let refused = once.with("medals", BADGES).err().expect("the same again");
    let cause = std::error::Error::source(&refused).expect("a cause").to_string();
    let named = ["20200101000001_create_badges of medals", "20200101000001_create_badges of badges"];
    assert!(named.iter().all(|name| cause.contains(name)), "{cause}");
}
