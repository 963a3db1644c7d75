//! The table of codes, and how one is spent.

use auth_domain::vouchers::VoucherUse;
use auth_postgres::Parts;
use auth_postgres::diesel::prelude::*;
use auth_postgres::diesel::sql_query;
use auth_postgres::diesel::sql_types::{BigInt, Text};
use auth_postgres::diesel_migrations::{self, EmbeddedMigrations, embed_migrations};

use crate::INVITATION_CODE;

const STEPS: EmbeddedMigrations = embed_migrations!("migrations");

/// What the extension adds to the stores on PostgreSQL: its table, and the spender.
#[must_use]
pub fn parts() -> Parts {
    Parts::new().migrations("acme-invitation", STEPS).spender(INVITATION_CODE, spend)
}

/// Of several transactions with one code, the database lets one change the row.
fn spend(connection: &mut PgConnection, of: &VoucherUse<'_>) -> QueryResult<bool> {
    let spent = sql_query("UPDATE acme_invitations SET used_by = $1 WHERE code = $2 AND used_by IS NULL")
        .bind::<BigInt, _>(of.user.as_i64())
        .bind::<Text, _>(of.voucher.value())
        .execute(connection)?;
    Ok(spent == 1)
}
