//! The stores on PostgreSQL keep the promises of every store port, each test on a database of its own, in the layout of
//! this run.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::Stores;
use auth_contracts::samples::unique;
use auth_contracts::vouchers::Vouchers;
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_domain::vouchers::{Voucher, VoucherKind, VoucherUse};
use auth_postgres::diesel::prelude::*;
use auth_postgres::diesel::sql_types::{BigInt, Text};
use auth_postgres::{Database, DatabaseOptions, Layout, Parts, PostgresStores, Statements, diesel};
use auth_tests::{TestDatabase, layout_of_this_run};

auth_contracts::accounts!(make_stores);
auth_contracts::sessions!(make_stores);
auth_contracts::known_devices!(make_stores);
auth_contracts::verifications!(make_stores);
auth_contracts::proofs!(make_stores);
auth_contracts::provider_flows!(make_stores);
auth_contracts::messages!(make_stores);
auth_contracts::limits!(make_stores);
auth_contracts::users!(make_stores);
auth_contracts::admin_keys!(make_stores);
auth_contracts::client_keys!(make_stores);
auth_contracts::events!(make_stores);
auth_contracts::outbox!(make_stores);
auth_contracts::upkeep!(make_stores);
auth_contracts::vouchers!(make_vouchers);
auth_contracts::refresh_model!(make_stores, 0..300);

async fn make_stores() -> (Stores, TestDatabase) {
    make(Statements::Named, layout_of_this_run())
}

/// On the stand-in for an engine of several nodes, where accounts are registered row by row, and no statement joins tables
/// that are spread by different columns. `just sharded` runs all suites so.
mod sharded {
    use super::*;

    auth_contracts::accounts!(make_sharded);
    auth_contracts::sessions!(make_sharded);
    auth_contracts::verifications!(make_sharded);
    auth_contracts::proofs!(make_sharded);
    auth_contracts::users!(make_sharded);
    auth_contracts::vouchers!(make_vouchers);

    async fn make_sharded() -> (Stores, TestDatabase) {
        make(Statements::Named, Layout::Sharded)
    }

    async fn make_vouchers() -> (Vouchers, Arc<TestDatabase>) {
        make_vouchers_on(Layout::Sharded)
    }
}

/// What the layouts do differently, as for one node, on the stand-in: its constraints have other names, one in each partition,
/// and no refusal may depend on them.
mod single_on_partitions {
    use super::*;

    auth_contracts::accounts!(make_single);
    auth_contracts::verifications!(make_single);
    auth_contracts::proofs!(make_single);

    async fn make_single() -> (Stores, TestDatabase) {
        make_on(TestDatabase::laid_out(Layout::Sharded), Statements::Named, Layout::Single)
    }
}

/// Where every call is one transaction and nothing is prepared, for suites with races and with statements that otherwise
/// commit by themselves.
mod unnamed {
    use super::*;

    auth_contracts::sessions!(make_unnamed);
    auth_contracts::verifications!(make_unnamed);
    auth_contracts::proofs!(make_unnamed);
    auth_contracts::limits!(make_unnamed);
    auth_contracts::upkeep!(make_unnamed);

    async fn make_unnamed() -> (Stores, TestDatabase) {
        make(Statements::Unnamed, layout_of_this_run())
    }
}

/// Where the database looks for what is to be changed again and again, once for each row that may be: a plan that it chooses
/// at times.
mod in_loops {
    use super::*;

    auth_contracts::upkeep!(make_in_loops);

    const OTHER_PLANS: [&str; 8] =
        ["hashagg", "hashjoin", "mergejoin", "material", "memoize", "sort", "indexscan", "bitmapscan"];

    async fn make_in_loops() -> (Stores, TestDatabase) {
        let database = TestDatabase::laid_out(layout_of_this_run());
        let options = OTHER_PLANS.map(|plan| format!("-c%20enable_{plan}%3Doff")).join("%20");
        let url =
            format!("{}{}options={options}", database.url(), if database.url().contains('?') { '&' } else { '?' });
        make_at(url, database, Statements::Named, layout_of_this_run())
    }
}

fn make(statements: Statements, layout: Layout) -> (Stores, TestDatabase) {
    make_on(TestDatabase::laid_out(layout), statements, layout)
}

fn make_on(database: TestDatabase, statements: Statements, layout: Layout) -> (Stores, TestDatabase) {
    make_at(database.url().to_owned(), database, statements, layout)
}

/// The second pool stands for a second process.
fn make_at(url: String, database: TestDatabase, statements: Statements, layout: Layout) -> (Stores, TestDatabase) {
    let reopened = url.clone();
    let adapter = stores(&url, statements).with_layout(layout);
    let telling = adapter.clone();
    let reopen = move || Stores::of(stores(&reopened, statements).with_layout(layout));
    let stores = Stores::of(adapter).reopened_by(reopen);
    (stores.told_by(move |told| Stores::of(telling.clone().telling(told, Arc::new(|| {})))), database)
}

/// Opens stores with as many connections as racers use at once, and a long time to wait for one.
fn stores(url: &str, statements: Statements) -> PostgresStores {
    let options = DatabaseOptions { acquire_timeout: Duration::from_secs(30), statements, ..DatabaseOptions::new(url) };
    PostgresStores::new(Database::new(&options), schemes())
}

fn schemes() -> Schemes {
    Schemes::new(vec![
        Arc::new(PhoneNumberScheme::default()),
        Arc::new(EmailScheme),
        Arc::new(UsernameScheme::default()),
    ])
}

const INVITATION: VoucherKind = VoucherKind::new("invitation_code");

/// A table of a team's own. The reference is checked at the commit, when the user is there.
const INVITATIONS: &str = "CREATE TABLE invitations (code text PRIMARY KEY, used_by bigint); \
    ALTER TABLE invitations ADD CONSTRAINT invitations_used_by_fkey FOREIGN KEY (used_by) REFERENCES users (id) \
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED";

fn spend_invitation(conn: &mut PgConnection, of: &VoucherUse<'_>) -> QueryResult<bool> {
    let spend = diesel::sql_query("UPDATE invitations SET used_by = $2 WHERE code = $1 AND used_by IS NULL");
    let spend = spend.bind::<Text, _>(of.voucher.value()).bind::<BigInt, _>(of.user.as_i64());
    Ok(spend.execute(conn)? == 1)
}

async fn make_vouchers() -> (Vouchers, Arc<TestDatabase>) {
    make_vouchers_on(layout_of_this_run())
}

fn make_vouchers_on(layout: Layout) -> (Vouchers, Arc<TestDatabase>) {
    let database = Arc::new(TestDatabase::laid_out(layout));
    database.execute(INVITATIONS);
    let parts = Parts::new().spender(INVITATION, spend_invitation);
    let stores = stores(database.url(), Statements::Named).with_spenders(parts.spenders().clone()).with_layout(layout);
    let issuer = Arc::clone(&database);
    let issue = move || {
        let code = format!("WELCOME-{}", unique());
        issuer.execute(&format!("INSERT INTO invitations (code) VALUES ('{code}')"));
        Voucher::new(INVITATION, code)
    };
    (Vouchers::new(Stores::of(stores), issue), database)
}
