//! Every constraint has its name, and migrations run in both directions.

use std::collections::BTreeSet;

use auth_postgres::Migrations;
use auth_tests::TestDatabase;
use serde_json::Value;

/// One valid row per table.
const ROWS: &str = "
INSERT INTO users (id, status, created_at, updated_at) VALUES (1, 'ACTIVE', now(), now()), (2, 'ACTIVE', now(), now());
INSERT INTO identifiers (kind, value, shown, user_id, created_at) VALUES ('email', 'a@b', 'a@b', 1, now());
INSERT INTO identifier_claims (kind, value, user_id) VALUES ('email', 'a@b', 1);
INSERT INTO external_identities (provider, subject, user_id, bound_at) VALUES ('github', '1', 1, now());
INSERT INTO identity_claims (provider, subject, user_id) VALUES ('github', '1', 1);
INSERT INTO credentials (user_id, password_hash, updated_at) VALUES (1, 'x', now());
INSERT INTO sessions (user_id, id, client_id, network, scope, method, seed_hash, created_at, expires_at)
    VALUES (1, '00000000-0000-4000-8000-000000000001', 'c', 'n', 'user', 'email', 'x', now(), now());
INSERT INTO known_devices (user_id, mark, last_seen) VALUES (1, 'm', now());
INSERT INTO events (id, at, kind, user_id, actor)
    VALUES ('00000000-0000-4000-8000-000000000001', now(), 'k', -1, 'user');
INSERT INTO verifications (id, kind, value, shown, client_id, requester, created_at, expires_at, last_sent_at)
    VALUES ('00000000-0000-4000-8000-000000000001', 'email', 'a@b', 'a@b', 'c', 'r', now(), now(), now());
INSERT INTO send_budgets (kind, value, sent_at) VALUES ('email', 'a@b', '{}');
INSERT INTO proofs (hash, subject, client_id, created_at, expires_at, evidence, external_profile)
    VALUES ('1', 'external', 'c', now(), now(), 'e', '{}');
INSERT INTO proof_evidence (evidence, hash, expires_at) VALUES ('e', '1', now());
INSERT INTO messages (bucket, id, verification_id, channel, address_kind, address_value, address_shown, address_as_sent,
    language, created_at, expires_at, due_at) VALUES (1, '00000000-0000-4000-8000-000000000001',
    '00000000-0000-4000-8000-000000000001', 'email', 'email', 'a@b', 'a@b', 'a@b', 'en', now(), now(), now());
INSERT INTO rate_limits (key, full_at) VALUES ('1', now());
INSERT INTO provider_flows (key, id, expires_at) VALUES ('1', '00000000-0000-4000-8000-000000000001', now());
INSERT INTO admin_keys (id, name, hash, scopes, created_at)
    VALUES ('00000000-0000-4000-8000-000000000001', 'k', 'h', '{}', now());
INSERT INTO client_keys (key, client_id, created_at) VALUES ('pk_1', 'c', now());
INSERT INTO outbox (bucket, subscriber, ordering_key, id, due_at, kind, recorded_as, actor, at)
    VALUES (1, 's', 1, '00000000-0000-4000-8000-000000000001', now(), 'user.created', 'signed_up', 'user', now());
INSERT INTO dead_letters (bucket, subscriber, ordering_key, recorded_at, id, failures, kind, recorded_as, actor, at,
    problem, died_at) VALUES (1, 's', 1, now(), '00000000-0000-4000-8000-000000000001', 1, 'user.created', 'signed_up',
    'user', now(), 'p', now());
INSERT INTO ended_subscriptions (subscriber, ended_at) VALUES ('s', now());
INSERT INTO feeds (name, last_position) VALUES ('f', 1);
";

/// What each constraint forbids. A row that is inserted again violates a primary key.
const FORBIDDEN: &[(&str, &str)] = &[
    ("users_pkey", "INSERT INTO users SELECT * FROM users WHERE id = 1"),
    ("identifiers_pkey", "INSERT INTO identifiers SELECT kind, 'c@d', shown, 1, NULL, now() FROM identifiers"),
    ("identifier_claims_pkey", "INSERT INTO identifier_claims SELECT kind, value, 2 FROM identifier_claims"),
    ("identity_claims_pkey", "INSERT INTO identity_claims SELECT provider, subject, 2 FROM identity_claims"),
    ("proof_evidence_pkey", "INSERT INTO proof_evidence SELECT evidence, '2', now() FROM proof_evidence"),
    ("backfills_pkey", "INSERT INTO backfills SELECT * FROM backfills"),
    ("identifiers_user_id_fkey", "UPDATE identifiers SET user_id = 3"),
    (
        "external_identities_pkey",
        "INSERT INTO external_identities (provider, subject, user_id, bound_at) VALUES ('github', '2', 1, now())",
    ),
    ("external_identities_user_id_fkey", "UPDATE external_identities SET user_id = 3"),
    ("credentials_pkey", "INSERT INTO credentials SELECT * FROM credentials"),
    ("credentials_user_id_fkey", "UPDATE credentials SET user_id = 3"),
    ("sessions_pkey", "INSERT INTO sessions SELECT * FROM sessions"),
    ("sessions_user_id_fkey", "UPDATE sessions SET user_id = 3"),
    ("known_devices_pkey", "INSERT INTO known_devices SELECT * FROM known_devices"),
    ("known_devices_user_id_fkey", "UPDATE known_devices SET user_id = 3"),
    ("events_user_id_id_key", "INSERT INTO events SELECT * FROM events"),
    ("verifications_pkey", "INSERT INTO verifications SELECT * FROM verifications"),
    ("send_budgets_pkey", "INSERT INTO send_budgets SELECT * FROM send_budgets"),
    (
        "proofs_pkey",
        "INSERT INTO proofs (hash, subject, client_id, created_at, expires_at, external_profile)
            VALUES ('1', 'external', 'c', now(), now(), '{}')",
    ),
    ("messages_pkey", "INSERT INTO messages SELECT * FROM messages"),
    ("provider_flows_pkey", "INSERT INTO provider_flows SELECT * FROM provider_flows"),
    ("rate_limits_pkey", "INSERT INTO rate_limits SELECT * FROM rate_limits"),
    ("admin_keys_pkey", "UPDATE admin_keys SET hash = 'i'; INSERT INTO admin_keys SELECT * FROM admin_keys"),
    ("client_keys_pkey", "INSERT INTO client_keys SELECT * FROM client_keys"),
    ("outbox_pkey", "INSERT INTO outbox SELECT * FROM outbox"),
    ("dead_letters_pkey", "INSERT INTO dead_letters SELECT * FROM dead_letters"),
    ("ended_subscriptions_pkey", "INSERT INTO ended_subscriptions SELECT * FROM ended_subscriptions"),
    ("feeds_pkey", "INSERT INTO feeds SELECT * FROM feeds"),
    (
        "admin_keys_hash_key",
        "INSERT INTO admin_keys SELECT '00000000-0000-4000-8000-000000000002', name, hash, scopes, created_at FROM admin_keys",
    ),
];

/// Tables about the schema, which are not described here.
const OTHERS: &str = "('__diesel_schema_migrations', 'migration_lock', 'schema_requirements')";

#[test]
fn every_constraint_says_its_name() {
    let database = TestDatabase::create();
    let mut connection = database.connect();
    connection.execute(ROWS).expect("the rows are good");
    for (constraint, sql) in FORBIDDEN {
        let error = connection.execute(&format!("BEGIN; {sql}; COMMIT")).expect_err(constraint);
        assert!(error.contains(&format!("\"{constraint}\"")), "{constraint}: {error}");
        connection.execute("ROLLBACK").expect("a rollback");
    }
}

#[test]
fn every_constraint_is_provoked_here() {
    let in_schema = names(&TestDatabase::create(), "conname", "pg_constraint", "conrelid");
    let here: BTreeSet<String> = FORBIDDEN.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(here, in_schema, "left: provoked in this file, right: in the schema");
}

/// Names of objects in the public schema that belong to our tables.
fn names(database: &TestDatabase, column: &str, catalogue: &str, table: &str) -> BTreeSet<String> {
    let query = format!(
        "SELECT o.{column} AS name FROM {catalogue} o JOIN pg_class t ON t.oid = o.{table} \
         JOIN pg_namespace n ON n.oid = t.relnamespace \
         WHERE n.nspname = 'public' AND t.relname NOT IN {OTHERS} AND o.{column}::text NOT LIKE '%_not_null'"
    );
    database.rows(&query).iter().filter_map(|row| row["name"].as_str().map(str::to_owned)).collect()
}

/// Everything that migrations create: columns with their types and defaults, constraints, and indexes.
fn shape(database: &TestDatabase) -> Vec<Value> {
    let columns = format!(
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT IN {OTHERS} ORDER BY table_name, ordinal_position"
    );
    let indexes = format!(
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT IN {OTHERS} \
         ORDER BY indexname"
    );
    let constraints = "SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint \
         WHERE connamespace = 'public'::regnamespace ORDER BY conname";
    [columns.as_str(), &indexes, constraints].map(|query| database.rows(query)).concat()
}

#[test]
fn migrations_go_up_and_down_and_up_again() {
    let database = TestDatabase::without_schema();
    let url = database.url();
    assert!(shape(&database).is_empty());
    let steps = Migrations::ours().migrate(url).expect("up");
    let first = shape(&database);
    assert!(!steps.is_empty() && !first.is_empty());
    assert_eq!(Migrations::ours().pending(url).expect("a look"), Vec::<String>::new());
    assert_eq!(Migrations::ours().migrate(url).expect("nothing to do"), Vec::<String>::new());
    Migrations::ours().revert_all(url).expect("down");
    let ours = database.rows(&format!(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
         AND relname NOT IN {OTHERS}"
    ));
    assert_eq!(ours, Vec::<Value>::new(), "what down.sql leaves behind");
    assert_eq!(Migrations::ours().pending(url).expect("a look").len(), steps.len());
    assert_eq!(Migrations::ours().migrate(url).expect("up again"), steps);
    assert_eq!(shape(&database), first);
}

#[test]
fn down_works_on_tables_with_rows() {
    let database = TestDatabase::create();
    database.execute(ROWS);
    Migrations::ours().revert_all(database.url()).expect("down");
    Migrations::ours().migrate(database.url()).expect("up");
    assert_eq!(database.count("users"), 0);
}

/// Each start has an empty schema, without even the table of the lock.
const FIRST_STARTS: usize = 8;

#[test]
fn of_migrations_at_once_each_step_runs_once() {
    let database = TestDatabase::without_schema();
    let shape_of_one = shape(&TestDatabase::create());
    for _ in 0..FIRST_STARTS {
        database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        let runs: Vec<Vec<String>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| Migrations::ours().migrate(database.url()))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic").expect("no failure")).collect()
        });
        let ran: Vec<&String> = runs.iter().flatten().collect();
        let different: BTreeSet<&String> = ran.iter().copied().collect();
        assert_eq!(ran.len(), different.len(), "{runs:?}");
        assert_eq!(shape(&database), shape_of_one);
    }
}
