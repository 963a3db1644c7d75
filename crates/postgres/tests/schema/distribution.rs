//! What the catalogue says about tables whose rows lie on several nodes.

use std::collections::BTreeMap;

use auth_postgres::{DISTRIBUTIONS, Distribution, Layout, Spread};
use auth_tests::TestDatabase;
use serde_json::Value;

/// Tables about migrations, which stay on one node.
const OTHERS: &str = "('__diesel_schema_migrations', 'migration_lock', 'schema_requirements')";

/// The paper, which is compared with the tables of this program.
pub(crate) const PAPER: &str = include_str!("../../../../docs/operation/sharded.md");

fn text<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_else(|| panic!("{column} is no text in {row}"))
}

#[test]
fn every_table_is_distributed_once() {
    let database = TestDatabase::create();
    let in_schema = database.rows(&format!(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
         AND relname NOT IN {OTHERS} ORDER BY relname"
    ));
    let in_schema: Vec<&str> = in_schema.iter().map(|row| text(row, "relname")).collect();
    let mut here: Vec<&str> = DISTRIBUTIONS.iter().map(|one| one.table).collect();
    here.sort_unstable();
    assert_eq!(here, in_schema, "left: DISTRIBUTIONS, right: the schema");
    for (table, column) in DISTRIBUTIONS.iter().filter_map(|one| Some((one.table, one.column()?))) {
        let found = database
            .rows(&format!("SELECT 1 FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = '{column}'"));
        assert_eq!(found.len(), 1, "{table} has no column {column}");
    }
}

/// Where rows lie apart, no node can see that another one has the same value.
#[test]
fn what_is_unique_is_so_among_rows_that_lie_together() {
    let indexes = TestDatabase::create().rows(
        "SELECT t.relname AS table, i.relname AS index, \
            (SELECT json_agg(a.attname) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY(x.indkey)) \
            AS columns \
         FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid \
         WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace",
    );
    assert!(indexes.len() > DISTRIBUTIONS.len() / 2, "most tables have one");
    for index in &indexes {
        let Some(distribution) = Distribution::of(text(index, "table")) else { continue };
        let columns = index["columns"].as_array().expect("a list");
        let is_there = |column: &str| columns.contains(&Value::from(column));
        assert!(
            distribution.column().is_none_or(is_there),
            "{} lacks the column by which its table is spread",
            index["index"]
        );
    }
}

#[test]
fn foreign_keys_join_rows_that_lie_together() {
    let columns = TestDatabase::create().rows(
        "SELECT c.conname AS name, c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent, \
            a.attname AS child_column, f.attname AS parent_column \
         FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k (child, parent) \
         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.child \
         JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.parent WHERE c.contype = 'f'",
    );
    let mut keys: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for column in &columns {
        keys.entry(text(column, "name")).or_default().push(column);
    }
    assert!(!keys.is_empty(), "there are foreign keys");
    for (name, columns) in keys {
        let of = |column| Distribution::of(text(columns[0], column)).unwrap_or_else(|| panic!("{name} joins ours"));
        let (child, parent) = (of("child"), of("parent"));
        let by_both = |row: &Value| {
            Some(text(row, "child_column")) == child.column() && Some(text(row, "parent_column")) == parent.column()
        };
        let lie_together = child.lies_with(&parent) && columns.iter().copied().any(by_both);
        assert!(parent.spread == Spread::Everywhere || lie_together, "{name} joins rows on different nodes");
    }
}

/// What the tables of a database are, apart from names and partitions.
fn shape(layout: Layout) -> Vec<Value> {
    let database = TestDatabase::laid_out(layout);
    let whole = format!(
        "(SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND NOT relispartition \
          AND relkind IN ('r', 'p') AND relname NOT IN {OTHERS})"
    );
    let columns = format!(
        "SELECT attrelid::regclass::text AS table, attname, format_type(atttypid, atttypmod) AS type, attnotnull, \
            pg_get_expr(adbin, adrelid) AS default FROM pg_attribute \
         LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum \
         WHERE attnum > 0 AND NOT attisdropped AND attrelid IN {whole} ORDER BY attrelid::regclass::text, attname"
    );
    let constraints = format!(
        "SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS constraint FROM pg_constraint \
         WHERE conparentid = 0 AND conrelid IN {whole} ORDER BY 1, 2"
    );
    let indexes = format!(
        "SELECT indrelid::regclass::text AS table, split_part(pg_get_indexdef(indexrelid), ' USING ', 2) AS index \
         FROM pg_index WHERE indrelid IN {whole} ORDER BY 1, 2"
    );
    [columns, constraints, indexes].iter().flat_map(|query| database.rows(query)).collect()
}

#[test]
fn the_stand_in_differs_in_its_partitions_alone() {
    assert_eq!(shape(Layout::Sharded), shape(Layout::Single), "left: the stand-in, right: the schema");
    let keys = TestDatabase::laid_out(Layout::Sharded).rows(
        "SELECT partrelid::regclass::text AS table, pg_get_partkeydef(partrelid) AS key FROM pg_partitioned_table \
         ORDER BY 1",
    );
    let keys: Vec<(&str, &str)> = keys.iter().map(|row| (text(row, "table"), text(row, "key"))).collect();
    let spread = DISTRIBUTIONS.iter().filter_map(|one| Some((one.table, format!("HASH ({})", one.column()?))));
    let mut spread: Vec<_> = spread.collect();
    spread.sort_unstable();
    assert_eq!(keys, spread.iter().map(|(table, key)| (*table, key.as_str())).collect::<Vec<_>>());
}

#[test]
fn the_paper_has_the_statements() {
    let statements: Vec<String> = DISTRIBUTIONS.iter().map(Distribution::statement).collect();
    let block = format!("```sql\n{}\n```\n", statements.join("\n"));
    assert!(PAPER.contains(&block), "docs/operation/sharded.md is to have this block:\n{block}");
}
