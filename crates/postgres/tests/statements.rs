//! What calls cost the database, and what subscribers add: nothing where there are none, and no statement of its own where
//! there is one.
//!
//! The statements of the whole process are counted, so these tests run one after the other.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use auth_contracts::Stores;
use auth_contracts::samples::{SampleAccount, sample_begin, sample_session, sample_subscriber};
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_domain::outbox::{OutgoingKinds, Subscriber, Subscribers};
use auth_postgres::{Database, DatabaseOptions, PostgresStores};
use auth_tests::{
    AccountFlows as _, Address, Caller as _, Flows as _, INVALID_ARGUMENT, OnDevice, PASSWORD, SignedIn, TestApp,
    TestAppBuilder, TestDatabase, eventually, unique_phone, unique_username,
};
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use serde_json::json;

/// Every statement of this process, in order.
static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Held by the test that counts.
static COUNTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Counts from now on, until the guard is dropped.
async fn count() -> tokio::sync::MutexGuard<'static, ()> {
    static ONCE: Once = Once::new();
    let guard = COUNTING.lock().await;
    ONCE.call_once(|| set_default_instrumentation(|| Some(Box::new(note))).expect("nobody else sets one"));
    guard
}

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

#[tokio::test]
async fn nobody_pays_for_subscribers_that_are_not_there() {
    let _counting = count().await;
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

/// What one call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    round_trips: usize,
    /// Without those that begin and end transactions.
    statements: usize,
}

impl Cost {
    fn of<'a>(statements: impl Iterator<Item = &'a String> + Clone) -> Self {
        let ends_or_begins = |statement: &&String| ["BEGIN", "COMMIT", "ROLLBACK"].contains(&statement.as_str());
        let round_trips = statements.clone().count();
        Self { round_trips, statements: round_trips - statements.filter(ends_or_begins).count() }
    }
}

/// What calls cost a service, in the order in which they were made.
#[derive(Default)]
struct Costs(Vec<(&'static str, Cost)>);

const DELIVERY: &str = "deliver a code";

impl Costs {
    /// Makes a call, and counts what it costs. What else the service does now and then may come in between, so a call is
    /// made several times, and the least counts.
    async fn of<T>(&mut self, call: &'static str, making: impl Future<Output = T>) -> T {
        statements();
        let answer = making.await;
        self.note(call, Cost::of(statements().iter()));
        answer
    }

    /// Has a code sent and delivered.
    async fn of_send(&mut self, call: &'static str, device: &OnDevice, to: &Address) -> auth_tests::SentCode {
        statements();
        let sent = device.send_code(to).await;
        let mut all = Vec::new();
        let is_delivery = |statement: &String| statement.starts_with("DELETE FROM messages");
        eventually("the message is removed", || {
            all.extend(statements());
            all.iter().any(is_delivery)
        })
        .await;
        self.note(call, Cost::of(all.iter().filter(|statement| !is_delivery(statement))));
        self.note(DELIVERY, Cost::of(all.iter().filter(|statement| is_delivery(statement))));
        sent
    }

    fn note(&mut self, call: &'static str, cost: Cost) {
        match self.0.iter_mut().find(|(known, _)| *known == call) {
            Some((_, least)) => *least = cost.min(*least),
            None => self.0.push((call, cost)),
        }
    }

    fn least(&self, call: &str) -> Cost {
        self.0.iter().find(|(known, _)| *known == call).expect("every call is made").1
    }
}

/// Counts what calls cost a service with or without limits.
async fn costs(builder: TestAppBuilder) -> Costs {
    let app = builder.start().await;
    let mut costs = Costs::default();
    for _ in 0..3 {
        let (user, name) = newcomer(&app, &mut costs).await;
        owner(&app, &mut costs, &user, &name).await;
        stranger(&app, &mut costs, &user).await;
        app.wait_seconds(7200);
    }
    costs
}

struct User {
    phone: Address,
    device: OnDevice,
    session: SignedIn,
}

async fn newcomer(app: &TestApp, costs: &mut Costs) -> (User, String) {
    let (device, phone, name) = (app.device(), unique_phone(), unique_username());
    let sent = costs.of_send("send a code to a new address", &device, &phone).await;
    let wrong = device.post("/auth/v1/verification/verify", sent.wrong());
    costs.of("check a wrong code", wrong).await.refused(INVALID_ARGUMENT);
    app.wait_seconds(61);
    let sent = costs.of_send("send it again", &device, &phone).await;
    let token = costs.of("check a code", device.verify(&sent)).await;
    let body = phone.with(json!({ "verification_token": token, "username": name, "password": PASSWORD }));
    let answer = costs.of("sign up by code, with username and password", device.post("/auth/v1/signup", body)).await;
    let session = SignedIn::by(device.line(), &answer);
    let (device_2, phone_2) = (app.device(), unique_phone());
    let body = device_2.sign_up_body(&phone_2, json!({})).await;
    costs.of("sign up by code", device_2.post("/auth/v1/signup", body)).await.ok();
    (User { phone, device, session }, name)
}

async fn owner(app: &TestApp, costs: &mut Costs, user: &User, name: &str) {
    let User { phone, device, session } = user;
    costs.of("sign in by password", device.sign_in(name, PASSWORD)).await.ok();
    app.wait_seconds(3600);
    let sent = costs.of_send("send a code to a user on a known device", device, phone).await;
    let token = device.verify(&sent).await;
    let by_code = device.post("/auth/v1/signin", json!({ "verification_token": token }));
    costs.of("sign in by code", by_code).await.ok();
    costs.of("refresh", device.refresh(session.refresh_token())).await.ok();
    costs.of("read the account (`/auth/v1/user/me`)", session.me()).await;
}

async fn stranger(app: &TestApp, costs: &mut Costs, user: &User) {
    let device = app.device();
    let sent = costs.of_send("send a code to a user on another device", &device, &user.phone).await;
    costs.of("check such a code", device.verify(&sent)).await;
}

/// The table of docs/performance.md.
fn table(without: &Costs, with: &Costs) -> String {
    let mut table = String::from(
        "| call | statements | round trips | with limits: statements | round trips |\n| --- | --- | --- | --- | --- |\n",
    );
    for (call, off) in &without.0 {
        let on = with.least(call);
        let (off, on) = ((off.statements, off.round_trips), (on.statements, on.round_trips));
        writeln!(table, "| {call} | {} | {} | {} | {} |", off.0, off.1, on.0, on.1).expect("a text takes everything");
    }
    table
}

#[tokio::test]
async fn calls_cost_what_the_paper_says() {
    let _counting = count().await;
    let (without, with) = (costs(TestApp::builder().without_limits()).await, costs(TestApp::builder()).await);
    let paper = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/performance.md");
    let paper = std::fs::read_to_string(paper).expect("the paper");
    let table = table(&without, &with);
    assert!(paper.contains(&table), "docs/performance.md has another table. It would be\n\n{table}");
}
