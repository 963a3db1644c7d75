//! The stand-in for an engine of several nodes: every table becomes one that is partitioned by a hash of its
//! distribution column, with the same columns, checks, indexes and foreign keys. It is made from the catalogue and from
//! [`DISTRIBUTIONS`], and knows nothing else of the tables.

use auth_postgres::DISTRIBUTIONS;
use auth_postgres::testing::TestConnection;
use serde_json::Value;

/// How many partitions a table has: enough for several rows to lie apart, and few, because each is some more files.
pub(super) const PARTITIONS: u32 = 3;

/// What refers to others, with what it takes to refer to them again.
struct ForeignKey {
    table: String,
    name: String,
    definition: String,
}

/// Partitions the tables of a database with the current schema and without rows.
pub(super) fn partition(connection: &mut TestConnection) -> Result<(), String> {
    let foreign_keys = foreign_keys(connection)?;
    let mut sql = String::from("BEGIN;\n");
    for ForeignKey { table, name, .. } in &foreign_keys {
        sql += &format!("ALTER TABLE {table} DROP CONSTRAINT \"{name}\";\n");
    }
    for (table, column) in DISTRIBUTIONS.iter().filter_map(|one| Some((one.table, one.column()?))) {
        sql += &remake(table, column);
    }
    for ForeignKey { table, name, definition } in &foreign_keys {
        sql += &format!("ALTER TABLE {table} ADD CONSTRAINT \"{name}\" {definition};\n");
    }
    connection.execute(&(sql + "COMMIT"))
}

/// The new table gets names of its own for its constraints and indexes, because the old ones are still in use.
fn remake(table: &str, column: &str) -> String {
    let partitions: String = (0..PARTITIONS)
        .map(|number| {
            format!(
                "CREATE TABLE {table}_p{number} PARTITION OF {table} \
                 FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number});\n"
            )
        })
        .collect();
    format!(
        "ALTER TABLE {table} RENAME TO {table}_whole;\n\
         CREATE TABLE {table} (LIKE {table}_whole INCLUDING ALL) PARTITION BY HASH ({column});\n\
         {partitions}DROP TABLE {table}_whole;\n"
    )
}

fn foreign_keys(connection: &mut TestConnection) -> Result<Vec<ForeignKey>, String> {
    let rows = connection.rows(
        "SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition \
         FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY conname",
    )?;
    let text = |row: &Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let of =
        |row| ForeignKey { table: text(row, "table"), name: text(row, "name"), definition: text(row, "definition") };
    Ok(rows.iter().map(of).collect())
}

/// Returns the table that this is, or that it is a partition of.
pub(super) fn table_of(relation: &str) -> &str {
    let table = relation.rsplit_once("_p").filter(|(_, number)| number.parse::<u32>().is_ok());
    table.map_or(relation, |(table, _)| table)
}
