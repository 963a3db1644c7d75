//! Stores in place of PostgreSQL, and parts that are added to PostgreSQL.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_contracts::ManualClock;
use auth_domain::Timestamp;
use auth_domain::known_devices::DeviceMarks;
use auth_extension::{Extension, Kit, Storage, StorePart, StoreSetup, Stores};
use auth_memory::MemoryStores;
use auth_ports::{Failure, Halt, NotReady, UpkeepStore, refuse};
use auth_postgres::Parts;
use auth_postgres::diesel_migrations::{self, EmbeddedMigrations, embed_migrations};
use auth_senders::testing::FakeWebhook;
use auth_server::{OsEntropy, Server, World, doctor};
use auth_settings::{Environment, NoSection, Problem};
use auth_tests::{Caller as _, Flows as _, Messages, SignedIn, TestApp, unique_phone};
use serde_json::json;

/// Everything in this process.
struct InMemory(Arc<MemoryStores>);

impl Storage for InMemory {
    fn name(&self) -> &str {
        "memory"
    }

    fn stores(&self, setup: &StoreSetup) -> Result<Stores, Problem> {
        let stores = MemoryStores::clone(&self.0).telling(setup.subscribers.clone()).waking(Arc::clone(&setup.wake));
        Ok(Stores::of(Arc::new(stores)))
    }
}

pub(super) fn in_memory(stores: &Arc<MemoryStores>) -> Server {
    let stores = Arc::clone(stores);
    Server::new().storage("keep", move |_: NoSection, _: &[StorePart], _: &Kit| Ok(Box::new(InMemory(stores.clone()))))
}

#[tokio::test]
async fn a_program_runs_on_its_own_stores_and_no_database_is_started() {
    let stores = Arc::new(MemoryStores::new());
    let app = TestApp::builder().server(in_memory(&stores)).start().await;
    let phone = unique_phone();
    let made = app.device().sign_up(&phone, json!({ "password": "a long pass phrase" })).await;
    let body = json!({ "username": phone.text(), "password": "a long pass phrase" });
    let other = app.beside().start().await;
    let device = other.device();
    let signed_in = SignedIn::by(device.line(), &device.post("/auth/v1/signin", body).await);
    assert_eq!(signed_in.sub(), made.sub(), "two instances, one store");
    assert_eq!(app.anonymous().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_program_on_its_own_stores_tells_webhooks_too() {
    let receiver = FakeWebhook::start().await;
    let app = TestApp::builder()
        .server(in_memory(&Arc::default()))
        .set("AUTH__WEBHOOKS__CRM__URL", &receiver.url())
        .set("AUTH__WEBHOOKS__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .start()
        .await;
    let user = app.device().sign_up_by_phone().await;
    let told = receiver.next_request().await.json();
    assert_eq!((&told["type"], &told["data"]["user_id"]), (&json!("user.created"), &json!(user.sub())));
}

/// Stores in this process that are good for nothing before a step has run.
#[derive(Clone, Default)]
struct InSteps {
    stores: Arc<MemoryStores>,
    is_migrated: Arc<AtomicBool>,
}

const STEP: &str = "1_prepare_memory";

impl InSteps {
    fn server(&self) -> Server {
        let stores = self.clone();
        let open = move |_: NoSection, _: &[StorePart], _: &Kit| -> Result<Box<dyn Storage>, Problem> {
            Ok(Box::new(stores.clone()))
        };
        Server::new().storage("keep", open)
    }
}

impl Storage for InSteps {
    fn name(&self) -> &str {
        "memory in steps"
    }

    fn migrate(&self) -> Result<Vec<String>, Problem> {
        let pending = self.pending()?;
        self.is_migrated.store(true, Ordering::SeqCst);
        Ok(pending)
    }

    fn pending(&self) -> Result<Vec<String>, Problem> {
        Ok(if self.is_migrated.load(Ordering::SeqCst) { Vec::new() } else { vec![STEP.to_owned()] })
    }

    fn stores(&self, setup: &StoreSetup) -> Result<Stores, Problem> {
        let stores = InMemory(Arc::clone(&self.stores)).stores(setup)?;
        let upkeep = UpkeepInSteps { upkeep: Arc::clone(&stores.upkeep), is_migrated: Arc::clone(&self.is_migrated) };
        Ok(Stores { upkeep: Arc::new(upkeep), ..stores })
    }
}

struct UpkeepInSteps {
    upkeep: Arc<dyn UpkeepStore>,
    is_migrated: Arc<AtomicBool>,
}

#[async_trait]
impl UpkeepStore for UpkeepInSteps {
    async fn sweep(&self, before: Timestamp, limit: u16, marks: &DeviceMarks) -> Result<u64, Failure> {
        self.upkeep.sweep(before, limit, marks).await
    }

    async fn check_ready(&self) -> Result<(), Halt<NotReady>> {
        if self.is_migrated.load(Ordering::SeqCst) { Ok(()) } else { refuse(NotReady::SchemaIsBehind) }
    }
}

#[tokio::test]
async fn a_program_on_its_own_stores_is_ready_when_their_steps_have_run() {
    let server = InSteps::default().server();
    let app = TestApp::builder().server(server.clone()).start().await;
    let unready = app.anonymous().get("/readyz").await;
    assert_eq!(unready.status, 503, "{unready}");
    let other = TestApp::builder().server(server).migrated().start().await;
    for app in [&app, &other] {
        assert_eq!(app.anonymous().get("/readyz").await.status, 200);
    }
}

#[test]
fn doctor_looks_at_its_own_stores_and_their_steps() {
    let (server, folder) = (InSteps::default().server(), tempfile::tempdir().expect("a folder"));
    let environment = Environment::new([
        ("AUTH_PROFILE", "test"),
        ("AUTH__DATABASE__DATA_DIR", folder.path().to_str().expect("a folder named in UTF-8")),
    ]);
    let out = Messages::default();
    let world = World {
        clock: Arc::new(ManualClock::new()),
        entropy: Arc::new(OsEntropy),
        out: Arc::new(Mutex::new(out.clone())),
    };
    let configured = server.configure(&environment, world).expect("nothing is missing");
    doctor(&configured).expect("the start runs what is missing");
    let storage = configured.open_storage().expect("it is here");
    assert_eq!(storage.migrate().expect("the step runs"), [STEP]);
    doctor(&configured).expect("nothing is missing");
    let text = out.text();
    let told: Vec<_> = text.lines().filter(|line| line.starts_with("memory in steps")).collect();
    let current = "memory in steps: reachable, schema is current";
    assert_eq!(told, ["memory in steps: reachable, 1 migrations are pending", current]);
}

#[test]
fn production_asks_for_no_database_then() {
    let production = [
        ("AUTH_PROFILE", "production"),
        ("AUTH__TOKENS__KEY_FILES", "/run/secrets/signing.pem"),
        ("AUTH__SECRETS__SERVER_KEY", "Z/YMw40cZlJ/K52YL4brMDUitv0uUFgYrQ/b7kV/5Nw="),
    ];
    let configure = |server: Server| server.configure(&Environment::new(production), World::of_this_machine());
    configure(in_memory(&Arc::default())).expect("everything is set");
    let message = configure(Server::new()).map(drop).expect_err("PostgreSQL needs an address").to_string();
    assert!(message.starts_with("database.url"), "{message}");
}

#[test]
fn a_part_for_another_store_stops_the_start() {
    let extension = Extension::new("team-keep").store_part("something that PostgreSQL has never heard of");
    let configured = Server::new().with(extension).configure(&Environment::default(), World::of_this_machine());
    let refused = configured.expect("its settings are fine").open_storage().map(drop).expect_err("an unknown part");
    assert_eq!(refused.to_string(), "team-keep adds to a store that is not PostgreSQL");
}

const BADGES: EmbeddedMigrations = embed_migrations!("e2e/extensions/migrations");

#[tokio::test]
async fn tables_of_its_own_are_migrated_with_ours_and_the_service_is_ready_only_then() {
    let parts = Parts::new().migrations("team-badge", BADGES);
    let server = Server::new().with(Extension::new("team-badge").store_part(parts));
    let app = TestApp::builder().server(server.clone()).start().await;
    let unready = app.anonymous().get("/readyz").await;
    assert_eq!(unready.status, 503, "{unready}");
    let url = app.database().url().to_owned();
    let migrated = tokio::task::spawn_blocking(move || {
        let environment = Environment::new([("AUTH__DATABASE__URL", url)]);
        let configured = server.configure(&environment, World::of_this_machine()).expect("nothing else is set");
        let storage = configured.open_storage().expect("there is a database");
        assert_eq!(storage.pending().expect("it can be asked"), ["20270101000000_create_badges"]);
        let migrated = storage.migrate().expect("the step runs");
        assert!(storage.pending().expect("it can be asked").is_empty());
        migrated
    });
    assert_eq!(migrated.await.expect("no panic").len(), 1);
    assert_eq!(app.database().count("badges"), 0);
    assert_eq!(app.anonymous().get("/readyz").await.status, 200);
    // The clone is used again by nobody.
    app.database().execute("DROP TABLE badges");
}
