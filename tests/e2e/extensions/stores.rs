//! Stores in place of PostgreSQL, and parts that are added to PostgreSQL.

use std::sync::Arc;

use auth_domain::identifier::Schemes;
use auth_extension::{Extension, Kit, Storage, StorePart, Stores};
use auth_memory::MemoryStores;
use auth_server::{Server, World};
use auth_settings::{Environment, NoSection, Problem};
use auth_tests::{Caller as _, Flows as _, SignedIn, TestApp, unique_phone};
use serde_json::json;

/// Everything in this process.
struct InMemory(Arc<MemoryStores>);

impl Storage for InMemory {
    fn name(&self) -> &str {
        "memory"
    }

    fn stores(&self, _schemes: &Schemes) -> Result<Stores, Problem> {
        Ok(Stores::of(Arc::clone(&self.0)))
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
