//! What extensions add to the stores.

use std::fmt;
use std::sync::Arc;

use auth_domain::vouchers::{VoucherKind, VoucherUse};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;

use crate::{MigrationError, Migrations, Spenders};

/// What an extension adds to the stores on PostgreSQL. It registers this value as a part of the store.
#[derive(Clone, Default)]
pub struct Parts {
    migrations: Vec<(&'static str, Steps)>,
    spenders: Spenders,
}

impl Parts {
    /// Creates an empty value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds migrations that `owner` registers. They run after ours, under the same lock, and `migrate`, `doctor` and
    /// readiness include them. [`diesel_migrations`](crate::diesel_migrations) makes them from a folder.
    #[must_use]
    pub fn migrations(mut self, owner: &'static str, steps: impl MigrationSource<Pg> + Send + Sync + 'static) -> Self {
        self.migrations.push((owner, Steps(Arc::new(steps))));
        self
    }

    /// Adds a spender for a kind of vouchers. It runs in the transaction that creates the account, and returns
    /// whether the voucher could be spent; if not, or if it fails, nothing is stored. [`diesel`](crate::diesel) is
    /// re-exported for its statements.
    ///
    /// - It spends by a statement that the database decides, such as `UPDATE … WHERE used_by IS NULL`.
    /// - It may run several times, each time in another transaction, and some of these are rolled back although the
    ///   voucher is good. So it must change nothing but rows of its own tables.
    /// - The user's row does not exist yet, so a foreign key to `users` must be `DEFERRABLE INITIALLY DEFERRED`.
    #[must_use]
    pub fn spender<F>(mut self, kind: VoucherKind, spend: F) -> Self
    where
        F: Fn(&mut PgConnection, &VoucherUse<'_>) -> QueryResult<bool> + Send + Sync + 'static,
    {
        self.spenders = self.spenders.with(kind, spend);
        self
    }

    /// Adds the parts of `more` after these.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.migrations.extend(more.migrations);
        self.spenders = self.spenders.and(more.spenders);
        self
    }

    /// Returns the spenders of vouchers.
    #[must_use]
    pub fn spenders(&self) -> &Spenders {
        &self.spenders
    }

    /// Returns all migrations: ours, then those of these parts.
    ///
    /// # Errors
    /// Returns [`MigrationError`] if two migrations have the same version.
    pub fn all_migrations(&self) -> Result<Migrations, MigrationError> {
        let mut parts = self.migrations.iter().cloned();
        parts.try_fold(Migrations::ours(), |all, (owner, steps)| all.with(owner, steps))
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owners: Vec<_> = self.migrations.iter().map(|(owner, _)| owner).collect();
        f.debug_struct("Parts").field("migrations", &owners).field("spenders", &self.spenders).finish()
    }
}

/// Migrations with their type erased.
#[derive(Clone)]
struct Steps(Arc<dyn MigrationSource<Pg> + Send + Sync>);

impl MigrationSource<Pg> for Steps {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        self.0.migrations()
    }
}
