//! What subscribers cost: nothing where there are none, and no statement of its own where there is one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth_contracts::Stores;
use auth_contracts::samples::{SampleAccount, sample_begin, sample_session, sample_subscriber};
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_domain::outbox::{OutgoingKinds, Subscriber, Subscribers};
use auth_postgres::{Database, DatabaseOptions, PostgresStores};
use auth_tests::TestDatabase;
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

/// Every statement of this process, in order.
static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note(event: InstrumentationEvent<'_>) {
    if let InstrumentationEvent::StartQuery { query, .. } = event {
        let text = query.to_string();
        // The parameters come after two dashes.
        let text = text.split(" -- binds").next().unwrap_or_default().to_owned();
        STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}

/// Returns the statements since the last call, without those that begin a new connection.
fn statements() -> Vec<String> {
    let mut all = std::mem::take(&mut *STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner));
    all.retain(|statement| !statement.starts_with("SET "));
    all
}

fn inserts(statement: &str) -> usize {
    statement.matches("INSERT INTO ").count()
}

struct Told {
    sign_up: Vec<String>,
    sign_in: Vec<String>,
}

/// Measures a sign-up and a sign-in while somebody subscribes to these kinds, or nobody to any.
async fn measure(database: &TestDatabase, kinds: Option<&str>) -> Told {
    let options = DatabaseOptions {
        pool_size: 1,
        acquire_timeout: Duration::from_secs(30),
        ..DatabaseOptions::new(database.url())
    };
    let schemes = Schemes::new(vec![
        Arc::new(PhoneNumberScheme::default()),
        Arc::new(EmailScheme),
        Arc::new(UsernameScheme::default()),
    ]);
    let subscriber = |kinds| Subscriber {
        id: sample_subscriber("crm"),
        kinds: OutgoingKinds::parse(kinds).expect("names of kinds"),
    };
    let subscribers = Subscribers::new(kinds.map(subscriber).into_iter().collect()).expect("one name");
    let stores = PostgresStores::new(Database::new(&options), schemes).telling(subscribers, Arc::new(|| {}));
    let stores = Stores::of(stores);
    let sample = SampleAccount::new().with_email().with_password();
    stores.keep_proofs(&sample).await;
    statements();
    stores.accounts.register(sample.account.clone()).await.expect("registered");
    let sign_up = statements();
    stores.sessions.begin(sample_begin(sample_session(sample.account.id))).await.expect("begun");
    Told { sign_up, sign_in: statements() }
}

/// This is a single test because the statements of the whole process are counted.
#[tokio::test]
async fn nobody_pays_for_subscribers_that_are_not_there() {
    set_default_instrumentation(|| Some(Box::new(note))).expect("nobody else sets one");
    let database = TestDatabase::create();
    let (none, other, one) = (
        measure(&database, None).await,
        measure(&database, Some("security.*")).await,
        measure(&database, Some("*")).await,
    );
    assert_eq!(none.sign_up.len(), 1, "a sign-up is one statement: {:?}", none.sign_up);
    assert!(!none.sign_up[0].contains("outbox"), "{}", none.sign_up[0]);
    assert_eq!(other.sign_up, none.sign_up, "left: somebody wants other kinds, right: nobody wants any");
    assert_eq!(other.sign_in, none.sign_in, "left: somebody wants other kinds, right: nobody wants any");
    assert_eq!(one.sign_up.len(), 1, "it still is one: {:?}", one.sign_up);
    assert_eq!(inserts(&one.sign_up[0]), inserts(&none.sign_up[0]) + 1, "with one part more: {}", one.sign_up[0]);
    assert_eq!(one.sign_in.len(), none.sign_in.len(), "statements of a sign-in");
    let parts = |told: &Told| told.sign_in.iter().map(|statement| inserts(statement)).sum::<usize>();
    assert_eq!(parts(&one), parts(&none) + 1, "parts of a sign-in: {:?}", one.sign_in);
}
