//! What the database says about its own schema. Everything here only reads.

use std::collections::BTreeSet;

use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

diesel::table! {
    /// The steps that ran. Diesel's own list, which its harness makes and writes.
    __diesel_schema_migrations (version) {
        /// The digits that a step's name begins with.
        version -> Text,
    }
}

/// The versions of the steps that ran. Where there is no list of them, none did.
pub(super) fn recorded(conn: &mut PgConnection) -> QueryResult<BTreeSet<String>> {
    if !exists(conn, "__diesel_schema_migrations")? {
        return Ok(BTreeSet::new());
    }
    let versions: Vec<String> =
        __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(conn)?;
    Ok(versions.into_iter().collect())
}

/// Whether a table of this name is there, where statements without a schema's name look for it.
pub(super) fn exists(conn: &mut PgConnection, table: &str) -> QueryResult<bool> {
    diesel::select(sql::<Bool>("to_regclass(").bind::<Text, _>(table).sql(") IS NOT NULL")).get_result(conn)
}
