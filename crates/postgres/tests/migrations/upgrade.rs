//! From the layout in which the rows of accounts decide who owns what to the one in which claims do, while the program
//! before goes on running.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use auth_contracts::Stores;
use auth_contracts::samples::{
    SampleAccount, at, sample_claim, sample_email, sample_made_account, sample_operator_event, sample_provider_proof,
    sample_send_request, spelled_email, start,
};
use auth_domain::accounts::UserId;
use auth_domain::events::EventKind;
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::identifier::{EmailScheme, Identifier, IdentifierKind, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_domain::messages::MessageId;
use auth_domain::proofs::NewProof;
use auth_ports::{CreateProofRefusal, CreateRefusal, Halt, ImportOutcome, LatestDue, RegisterRefusal, SendOutcome};
use auth_postgres::testing::TestConnection;
use auth_postgres::{Database, DatabaseCondition, DatabaseOptions, Layout, Migrations, PostgresStores, Unfinished};
use auth_tests::TestDatabase;
use uuid::Uuid;

use super::WAITING;

/// The first step that the program before does not know.
const FIRST_STEP: &str = "20261203000001";

/// More than two batches.
const USERS: i64 = 2500;

/// A database as the program before has left it, with users of its own.
fn of_the_program_before() -> TestDatabase {
    let database = TestDatabase::without_schema();
    let mut connection = database.connect();
    let mut run = |sql: &str| connection.execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    run("CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp DEFAULT now())");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut steps: Vec<_> =
        std::fs::read_dir(folder).expect("steps").map(|step| step.expect("a step").path()).collect();
    steps.sort();
    for step in steps.iter().filter(|step| step.is_dir()) {
        let version = step.file_name().expect("a name").to_string_lossy()[..14].to_owned();
        if version.as_str() < FIRST_STEP {
            run(&std::fs::read_to_string(step.join("up.sql")).expect("a step"));
            run(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"));
        }
    }
    run(&format!(
        "INSERT INTO users (id, status, created_at, updated_at) SELECT n, 'ACTIVE', now(), now() \
         FROM generate_series(1, {USERS}) n; \
         INSERT INTO identifiers (kind, value, shown, user_id, created_at) \
         SELECT 'email', 'old' || n || '@example.com', 'old', n, now() FROM generate_series(1, {USERS}) n; \
         INSERT INTO external_identities (provider, subject, user_id, bound_at) \
         SELECT 'github', 'old' || n, n, now() FROM generate_series(1, {USERS}) n"
    ));
    database
}

/// What the program before does when somebody signs up.
fn sign_up_before(connection: &mut TestConnection, user: i64, email: &str) -> Result<(), String> {
    connection.execute(&format!(
        "BEGIN; INSERT INTO users (id, status, created_at, updated_at) VALUES ({user}, 'ACTIVE', now(), now()); \
         INSERT INTO identifiers (kind, value, shown, user_id, created_at) VALUES ('email', '{email}', '{email}', {user}, now()); \
         INSERT INTO external_identities (provider, subject, user_id, bound_at) VALUES ('github', '{email}', {user}, now()); \
         COMMIT"
    ))
}

fn stores(database: &TestDatabase) -> Stores {
    let options = DatabaseOptions {
        pool_size: 2,
        acquire_timeout: Duration::from_secs(30),
        ..DatabaseOptions::new(database.url())
    };
    let schemes = Schemes::new(vec![
        Arc::new(PhoneNumberScheme::default()),
        Arc::new(EmailScheme),
        Arc::new(UsernameScheme::default()),
    ]);
    Stores::of(PostgresStores::new(Database::new(&options), schemes))
}

fn old(number: i64) -> Identifier {
    spelled_email(&format!("old{number}@example.com"))
}

fn github(subject: String) -> ExternalProfile {
    let provider = ProviderId::parse("github").expect("a name");
    ExternalProfile { provider, subject, name: None, picture: None, email: None, phone_number: None }
}

fn with(address: &Identifier) -> SampleAccount {
    SampleAccount::new().with_address(address.clone())
}

/// Asserts that an address and an identity lead to this user, and that nobody else gets them.
async fn assert_owned(stores: &Stores, address: &Identifier, profile: ExternalProfile, user: i64, when: &str) {
    let id = Some(UserId::from_i64(user));
    let accounts = &stores.accounts;
    assert_eq!(accounts.find_owner(address).await.expect("it works"), id, "{when}");
    let found = accounts.find_by_identifier(address).await.expect("it works");
    assert_eq!(found.map(|account| account.id), id, "{when}");
    let found = accounts.find_by_external_identity(&profile.provider, &profile.subject).await.expect("it works");
    assert_eq!(found.map(|account| account.id), id, "{when}");

    let taken = stores.try_sign_up(&with(address)).await;
    let is_taken = matches!(taken, Err(Halt::Refused(RegisterRefusal::IdentifierTaken(IdentifierKind::EMAIL))));
    assert!(is_taken, "{when}: {taken:?}");
    let bound = stores.try_sign_up(&SampleAccount::new().with_email().with_external_profile(profile)).await;
    assert!(matches!(bound, Err(Halt::Refused(RegisterRefusal::ExternalIdentityTaken))), "{when}: {bound:?}");
    let mut made = sample_made_account();
    made.identifiers.clone_from(&with(address).account.identifiers);
    let event = || sample_operator_event(EventKind::UserCreated);
    let created = stores.users.create(made.clone(), event()).await;
    assert!(matches!(created, Err(Halt::Refused(CreateRefusal::IdentifierTaken(_)))), "{when}: {created:?}");
    let imported = stores.users.import(vec![made], event()).await.expect("it works");
    assert_eq!(imported, [ImportOutcome::IdentifierTaken(IdentifierKind::EMAIL)], "{when}");
}

async fn assert_free(stores: &Stores, address: &Identifier, when: &str) {
    assert_eq!(stores.accounts.find_owner(address).await.expect("it works"), None, "{when}");
    let outcome = stores.try_sign_up(&with(address)).await;
    assert!(outcome.is_ok(), "{when}: {outcome:?}");
}

fn unfinished(database: &TestDatabase) -> Option<Unfinished> {
    DatabaseCondition::of(&DatabaseOptions::new(database.url()), &Migrations::ours()).expect("a look").unfinished
}

/// Whether the claims are those that follow from the rows of accounts.
fn claims_in_step(database: &TestDatabase) -> bool {
    let differ = |claims: &str, held: &str| {
        let both = [(claims, held), (held, claims)];
        both.iter().any(|(one, other)| !database.rows(&format!("{one} EXCEPT {other}")).is_empty())
    };
    !differ("SELECT kind, value, user_id FROM identifier_claims", "SELECT kind, value, user_id FROM identifiers")
        && !differ(
            "SELECT provider, subject, user_id FROM identity_claims",
            "SELECT provider, subject, user_id FROM external_identities",
        )
}

#[tokio::test(flavor = "multi_thread")]
async fn from_one_layout_to_the_other_nobody_is_lost() {
    let database = of_the_program_before();
    let (url, ours) = (database.url(), Migrations::ours());
    ours.migrate(url).expect("expanded");
    assert!(matches!(unfinished(&database), Some(Unfinished::Backfill(_))));
    assert!(ours.contract(url).is_err(), "not all is copied");
    let (stores, mut before) = (stores(&database), database.connect());

    assert_owned(&stores, &old(7), github("old7".to_owned()), 7, "not copied").await;
    before.execute("DELETE FROM users WHERE id = 8").expect("deleted");
    assert_free(&stores, &old(8), "deleted before it was copied").await;

    // Whatever the program before adds, it owns, and whatever it removes is free.
    sign_up_before(&mut before, 5001, "beside1@example.com").expect("signed up");
    let beside = spelled_email("beside1@example.com");
    assert_owned(&stores, &beside, github("beside1@example.com".to_owned()), 5001, "by the program before").await;
    before.execute("DELETE FROM users WHERE id = 5001").expect("deleted");
    assert_free(&stores, &beside, "removed by the program before").await;
    let ours_now = sign_up_before(&mut before, 5002, "beside1@example.com").expect_err("it is taken");
    assert!(ours_now.contains("identifiers_pkey"), "{ours_now}");
    before.execute("ROLLBACK").expect("rolled back");
    before.execute("DELETE FROM identifiers WHERE value = 'beside1@example.com'").expect("replaced");
    assert_free(&stores, &beside, "ours, removed by the program before").await;

    interrupt_backfill(&database);
    let mut copied = 0;
    ours.backfill(url, &mut |rows| copied = rows).expect("the rest is copied");
    assert!(copied > 0 && copied < 2 * USERS as u64, "it goes on where it was interrupted: {copied} rows");
    assert!(claims_in_step(&database));
    assert_owned(&stores, &old(9), github("old9".to_owned()), 9, "copied").await;

    // A piece of evidence that the program before has used.
    let proof = sample_provider_proof(github("somebody".to_owned()));
    stores.proofs.create(proof.clone()).await.expect("unused");
    before.execute("DELETE FROM proof_evidence").expect("the program before does not claim it");
    before.execute("CREATE INDEX identifiers_account_idx ON identifiers (kind)").expect("left by an interrupted step");
    assert!(matches!(unfinished(&database), Some(Unfinished::Contract(steps)) if steps.len() == 10));
    let steps = ours.contract(url).expect("contracted");
    assert_eq!((steps.len(), unfinished(&database)), (10, None));
    assert_eq!(ours.contract(url).expect("nothing to do"), Vec::<String>::new());
    let another = NewProof { evidence: proof.evidence, ..sample_provider_proof(github("somebody".to_owned())) };
    let again = stores.proofs.create(another).await;
    assert!(matches!(again, Err(Halt::Refused(CreateProofRefusal::EvidenceUsed))), "{again:?}");
    assert_owned(&stores, &old(10), github("old10".to_owned()), 10, "contracted").await;
    before.execute("INSERT INTO identifiers SELECT kind, 'another', shown, 11, NULL, now() FROM identifiers WHERE user_id = 11")
        .expect_err("one of a kind");
    assert_free(&stores, &spelled_email("new@example.com"), "contracted").await;
    assert!(claims_in_step(&database));
}

/// What the program before writes when it queues a code, due long ago. The number is the id.
fn queue_before(connection: &mut TestConnection, number: u128) -> MessageId {
    let id = Uuid::from_u128(number);
    let sql = format!(
        "INSERT INTO messages (id, verification_id, channel, address_kind, address_value, address_shown, \
            address_as_sent, language, created_at, expires_at, due_at) \
         VALUES ('{id}', '{id}', 'email', 'email', 'a@example.com', 'a@example.com', 'a@example.com', 'en', \
            '2000-01-01', '2000-01-02', '2000-01-01')"
    );
    connection.execute(&sql).expect("queued");
    MessageId::from_uuid(id)
}

async fn queue_now(stores: &Stores) -> MessageId {
    let request = sample_send_request(&sample_email(), start());
    let id = request.message;
    let outcome = stores.verifications.request(request).await.expect("it works");
    assert!(matches!(outcome, SendOutcome::Queued(_)), "{outcome:?}");
    id
}

/// Claims all that is due at this second, for one second.
async fn claim_ids(stores: &Stores, second: i64) -> BTreeSet<Uuid> {
    let claimed = stores.messages.claim_due(sample_claim(at(second), at(second + 1))).await.expect("it works");
    claimed.into_iter().map(|message| message.id.as_uuid()).collect()
}

fn ids_of(messages: &[MessageId]) -> BTreeSet<Uuid> {
    messages.iter().map(|id| id.as_uuid()).collect()
}

/// Either program delivers what the other one has queued, and so does this one once it is alone.
#[tokio::test(flavor = "multi_thread")]
async fn messages_of_both_programs_are_delivered() {
    let database = of_the_program_before();
    let mut before = database.connect();
    let waiting = queue_before(&mut before, 1);
    Migrations::ours().migrate(database.url()).expect("expanded");
    let stores = stores(&database);
    let (beside, ours) = (queue_before(&mut before, 2), [queue_now(&stores).await, queue_now(&stores).await]);
    assert_eq!(claim_ids(&stores, 1).await, ids_of(&[waiting, beside, ours[0], ours[1]]), "claimed");

    // One that the other program has written is put off, made due and removed, alone and together with ours.
    stores.messages.retry_at(beside, at(90)).await.expect("it works");
    assert_eq!(claim_ids(&stores, 2).await, ids_of(&[waiting, ours[0], ours[1]]), "but for what is put off");
    let latest = LatestDue { codes: at(80), notices: at(80) };
    assert_eq!(stores.messages.hasten(at(3), latest, 9).await.expect("it works"), 1, "made due");
    assert!(claim_ids(&stores, 3).await.contains(&beside.as_uuid()));
    stores.messages.remove_all(&[waiting]).await.expect("it works");
    stores.messages.remove_all(&[beside, ours[0]]).await.expect("it works");
    assert_eq!(claim_ids(&stores, 4).await, ids_of(&[ours[1]]), "the others are removed");

    // The program before finds ours by the id alone.
    let id = ours[1].as_uuid();
    before.execute(&format!("UPDATE messages SET due_at = '2000-01-01' WHERE id = '{id}'")).expect("put off");
    before.execute(&format!("DELETE FROM messages WHERE id = ANY(ARRAY['{id}'::uuid])")).expect("removed");
    assert_eq!(database.count("messages"), 0);

    // What it leaves behind waits until it is delivered.
    let left = queue_before(&mut before, 3);
    Migrations::ours().backfill(database.url(), &mut |_| ()).expect("copied");
    Migrations::ours().contract(database.url()).expect("contracted");
    assert_eq!(claim_ids(&stores, 5).await, ids_of(&[left]), "contracted");
    stores.messages.remove_all(&[left]).await.expect("it works");
    assert_eq!(database.count("messages"), 0);
}

/// Ends a backfill after its first batch, as a kill would.
fn interrupt_backfill(database: &TestDatabase) {
    let interrupted = AssertUnwindSafe(|| {
        Migrations::ours().backfill(database.url(), &mut |_| std::panic::resume_unwind(Box::new(())))
    });
    assert!(catch_unwind(interrupted).is_err());
    let copied = database.count("identifier_claims");
    assert!(copied > 900 && copied < USERS, "one batch: {copied}");
}

#[test]
fn a_new_schema_is_contracted_and_serves_several_nodes() {
    let (new, old) = (TestDatabase::create(), of_the_program_before());
    let sharded = Migrations::ours().with_layout(Layout::Sharded);
    assert_eq!((unfinished(&new), sharded.pending(new.url()).expect("a look")), (None, Vec::new()));
    sharded.migrate(old.url()).expect("expanded");
    let pending = sharded.pending(old.url()).expect("a look");
    assert!(pending.len() == 10 && pending[0].ends_with("_stop_keeping_claims_in_step"), "{pending:?}");
    assert_eq!(Migrations::ours().pending(old.url()).expect("a look"), Vec::<String>::new());
}

/// A step that waits for somebody's long transaction lets others pass.
#[test]
fn whoever_writes_meanwhile_is_not_held_up() {
    let database = of_the_program_before();
    let (mut long, mut others) = (database.connect(), database.connect());
    long.execute("BEGIN; UPDATE identifiers SET verified_at = now() WHERE user_id = 1").expect("under way");
    std::thread::scope(|scope| {
        let migrating = scope.spawn(|| Migrations::ours().migrate(database.url()));
        others.execute("SET lock_timeout = '400ms'").expect("set");
        while database.rows(WAITING).is_empty() {}
        for user in 5001..5020 {
            sign_up_before(&mut others, user, &format!("beside{user}@example.com"))
                .expect("it waits for a moment at most");
        }
        long.execute("COMMIT").expect("done");
        assert!(!migrating.join().expect("no panic").expect("no failure").is_empty());
    });
}
