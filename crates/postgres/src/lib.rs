//! The stores on PostgreSQL. The only crate that knows Diesel and the schema.
//!
//! [`PostgresStores`] implements every store port. Files are named after the same nouns as in `ports`: `accounts`,
//! `sessions`, `verifications`, `proofs`, `provider_flows`, `messages`, `limits`, `outbox`. Helpers that run
//! inside a transaction take a connection and end in `_in_txn`.

mod account_query;
mod account_rows;
mod accounts;
mod admin_keys;
mod call_limits;
mod claims;
mod client_keys;
mod condition;
mod database;
mod distribution;
mod events;
mod examination;
mod import;
mod kept;
mod known_devices;
mod layout;
mod limits;
mod messages;
mod migrations;
mod options;
mod outbox;
mod owner;
mod parts;
mod pool;
mod proofs;
mod provider_flows;
mod rows;
mod schema;
mod sessions;
#[cfg(feature = "testing")]
pub mod testing;
mod upkeep;
mod user_search;
mod users;
mod values;
mod verifications;
mod vouchers;

use std::sync::Arc;

use auth_domain::identifier::Schemes;
use auth_domain::outbox::Subscribers;

pub use condition::DatabaseCondition;
pub use database::{Database, PoolUsage};
pub use distribution::{DISTRIBUTIONS, Distribution, Spread};
pub use examination::{Examination, HAS_TLS};
pub use layout::Layout;
pub use migrations::{MigrationError, Migrations, SchemaStanding, Unfinished};
pub use options::{DatabaseOptions, Statements};
pub use parts::Parts;
pub use pool::ConnectError;
pub use vouchers::{SpendVoucher, Spenders};

/// For crates with statements of their own, in the version that matches.
pub use diesel;
/// For crates that add tables: `use auth_postgres::diesel_migrations::{self, embed_migrations};` makes migrations
/// from a folder, for [`Migrations::with`], in the version that matches.
pub use diesel_migrations;

use crate::outbox::Listeners;

/// Every store port on one PostgreSQL database.
#[derive(Clone)]
pub struct PostgresStores {
    database: Database,
    schemes: Schemes,
    migrations: Migrations,
    listeners: Listeners,
    spenders: Spenders,
    layout: Layout,
}

impl PostgresStores {
    /// Creates the stores on this database. `schemes` rebuild identifiers from rows; a row whose kind is no longer
    /// registered is left out of answers and stays in the table.
    #[must_use]
    pub fn new(database: Database, schemes: Schemes) -> Self {
        Self {
            database,
            schemes,
            migrations: Migrations::ours(),
            listeners: Listeners::none(),
            spenders: Spenders::none(),
            layout: Layout::default(),
        }
    }

    /// Returns the same stores, which queue what this handle records for these subscribers. `wake` is called shortly
    /// before the commit of a transaction that has queued something.
    #[must_use]
    pub fn telling(self, subscribers: Subscribers, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { listeners: Listeners::new(subscribers, wake), ..self }
    }

    /// Sets on how many nodes the tables are. By default they are on one.
    #[must_use]
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout, migrations: self.migrations.with_layout(layout), ..self }
    }

    /// Sets the spenders of vouchers.
    #[must_use]
    pub fn with_spenders(self, spenders: Spenders) -> Self {
        Self { spenders, ..self }
    }

    /// Adds migrations, without which the stores are not ready either.
    #[must_use]
    pub fn with_migrations(self, migrations: Migrations) -> Self {
        Self { migrations: migrations.with_layout(self.layout), ..self }
    }
}
