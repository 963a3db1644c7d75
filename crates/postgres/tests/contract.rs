//! The stores on PostgreSQL keep the promises of every store port, each test on a database of its own.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::Stores;
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_postgres::{Database, DatabaseOptions, PostgresStores};
use auth_tests::TestDatabase;

auth_contracts::accounts!(make_stores);
auth_contracts::sessions!(make_stores);
auth_contracts::verifications!(make_stores);
auth_contracts::proofs!(make_stores);
auth_contracts::messages!(make_stores);
auth_contracts::limits!(make_stores);
auth_contracts::users!(make_stores);
auth_contracts::admin_keys!(make_stores);
auth_contracts::events!(make_stores);
auth_contracts::outbox!(make_stores);
auth_contracts::upkeep!(make_stores);
auth_contracts::refresh_model!(make_stores, 0..300);

/// The second pool stands for a second process.
async fn make_stores() -> (Stores, TestDatabase) {
    let database = TestDatabase::create();
    let url = database.url().to_owned();
    let reopened = url.clone();
    let adapter = stores(&url);
    let telling = adapter.clone();
    let stores = Stores::of(adapter).reopened_by(move || Stores::of(stores(&reopened)));
    (stores.told_by(move |told| Stores::of(telling.clone().telling(told, Arc::new(|| {})))), database)
}

/// Opens stores with as many connections as racers use at once, and a long time to wait for one.
fn stores(url: &str) -> PostgresStores {
    let options = DatabaseOptions { url: url.to_owned(), pool_size: 8, acquire_timeout: Duration::from_secs(30) };
    PostgresStores::new(Database::new(&options), schemes())
}

fn schemes() -> Schemes {
    Schemes::new(vec![
        Arc::new(PhoneNumberScheme::default()),
        Arc::new(EmailScheme),
        Arc::new(UsernameScheme::default()),
    ])
}
