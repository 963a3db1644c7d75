//! The promises about vouchers, on PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use acme_invitation::INVITATION_CODE;
use auth_contracts::Stores;
use auth_contracts::samples::unique;
use auth_contracts::vouchers::Vouchers;
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_domain::vouchers::Voucher;
use auth_postgres::{Database, DatabaseOptions, PostgresStores};
use auth_tests::TestDatabase;

auth_contracts::vouchers!(make_vouchers);

async fn make_vouchers() -> (Vouchers, Arc<TestDatabase>) {
    let database = tokio::task::spawn_blocking(migrated).await.expect("the database is made");
    let options = DatabaseOptions {
        pool_size: 8,
        acquire_timeout: Duration::from_secs(30),
        ..DatabaseOptions::new(database.url())
    };
    let schemes = Schemes::new(vec![
        Arc::new(PhoneNumberScheme::default()),
        Arc::new(EmailScheme),
        Arc::new(UsernameScheme::default()),
    ]);
    let stores = PostgresStores::new(Database::new(&options), schemes);
    let stores = Stores::of(stores.with_spenders(acme_invitation::parts().spenders().clone()));
    let invites = Arc::clone(&database);
    let issue = move || {
        let code = format!("WELCOME-{}", unique());
        invites.connect().execute(&format!("INSERT INTO acme_invitations (code) VALUES ('{code}')")).expect("stored");
        Voucher::new(INVITATION_CODE, code)
    };
    (Vouchers::new(stores, issue), database)
}

fn migrated() -> Arc<TestDatabase> {
    let database = TestDatabase::create();
    drop(database.connect());
    let steps = acme_invitation::parts().all_migrations().expect("no step is there twice");
    steps.migrate(database.url()).expect("the steps run");
    Arc::new(database)
}
