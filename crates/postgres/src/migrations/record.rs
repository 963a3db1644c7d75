//! What the database says about its own schema. Everything here only reads.

use std::collections::BTreeSet;

use diesel::dsl::{max, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

diesel::table! {
    /// The migrations that have run. This is Diesel's own list, which its harness creates and writes.
    __diesel_schema_migrations (version) {
        /// The digits at the beginning of a migration's name.
        version -> Text,
    }
}

/// Returns the versions of the migrations that have run. If there is no list of them, none has.
pub(super) fn recorded(conn: &mut PgConnection) -> QueryResult<BTreeSet<String>> {
    if !exists(conn, "__diesel_schema_migrations")? {
        return Ok(BTreeSet::new());
    }
    let versions: Vec<String> =
        __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(conn)?;
    Ok(versions.into_iter().collect())
}

/// Returns the version of the newest migration that has run.
pub(crate) fn newest_migration(conn: &mut PgConnection) -> QueryResult<Option<String>> {
    use __diesel_schema_migrations::{table, version};
    if exists(conn, "__diesel_schema_migrations")? { table.select(max(version)).first(conn) } else { Ok(None) }
}

/// Whether a table of this name exists on the search path.
pub(super) fn exists(conn: &mut PgConnection, table: &str) -> QueryResult<bool> {
    diesel::select(sql::<Bool>("to_regclass(").bind::<Text, _>(table).sql(") IS NOT NULL")).get_result(conn)
}
