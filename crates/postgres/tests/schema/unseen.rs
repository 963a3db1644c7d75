//! What partitions do not show, and engines of several nodes refuse or pay for.

use std::collections::BTreeSet;

use auth_tests::{ExplainedStatement, TestDatabase};

use super::calls::Call;

/// Returns which rules the statements break, and in which calls.
pub(crate) fn broken(database: &TestDatabase, calls: &[Call]) -> BTreeSet<(String, &'static str)> {
    let mut found: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut functions = BTreeSet::new();
    for call in calls {
        for statement in &call.statements {
            functions.extend(functions_in_upsert(&statement.tree).map(|function| (function, call.name)));
            found.extend(rules_broken(call.name, statement).map(|rule| (rule.to_owned(), call.name)));
        }
    }
    assert!(!functions.is_empty(), "no upsert was parsed");
    let numbers: Vec<&str> = functions.iter().map(|(function, _)| function.as_str()).collect();
    let unstable = database.rows(&format!(
        "SELECT oid::text, oid::regprocedure::text AS name FROM pg_proc WHERE oid IN ({}) AND provolatile <> 'i'",
        numbers.join(", ")
    ));
    for function in &unstable {
        for (_, call) in functions.iter().filter(|(number, _)| function["oid"] == *number.as_str()) {
            found.insert((format!("an upsert computes with {}", function["name"]), *call));
        }
    }
    found
}

/// What `DO UPDATE` sets, and where, as trees.
fn upserts(tree: &str) -> impl Iterator<Item = &str> {
    tree.split(":onConflictSet").skip(1).map(|rest| rest.split(":exclRelIndex").next().unwrap_or_default())
}

/// The numbers of the functions by which `DO UPDATE` computes what it sets.
fn functions_in_upsert(tree: &str) -> impl Iterator<Item = String> {
    let upserts: Vec<Vec<String>> =
        upserts(tree).map(|upsert| upsert.split_whitespace().map(str::to_owned).collect()).collect();
    upserts.into_iter().flat_map(|words| {
        let pairs = words.windows(2).filter(|pair| matches!(pair[0].as_str(), ":funcid" | ":opfuncid"));
        pairs.map(|pair| pair[1].trim_end_matches(|c: char| !c.is_ascii_digit()).to_owned()).collect::<Vec<_>>()
    })
}

fn rules_broken(call: &str, statement: &ExplainedStatement) -> impl Iterator<Item = &'static str> {
    let sql = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let records = call == "refresh a session" && sql.contains("INSERT");
    // The clock, the user and the schema, which have words of their own and are no functions.
    let asks = upserts(&statement.tree).any(|upsert| upsert.contains("SQLVALUEFUNCTION"));
    [
        (has_empty_cte(&sql), "a CTE has no columns"),
        (records, "a refresh inserts"),
        (sql.contains("CURRENT_TIMESTAMP") && sql.contains("DO UPDATE"), "an upsert reads the clock"),
        (asks, "an upsert asks for the clock, the user or the schema"),
        (locks_in_subquery(&sql), "rows are locked up to a limit in a subquery, which may run again and lock others"),
    ]
    .into_iter()
    .filter_map(|(is_broken, rule)| is_broken.then_some(rule))
}

/// Whether a CTE selects no columns, however it is written.
fn has_empty_cte(sql: &str) -> bool {
    let spaced = sql.to_uppercase().replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.windows(4).any(|next| {
        matches!(next, ["AS" | "MATERIALIZED", "(", "SELECT", "FROM" | ")" | "WHERE" | "ORDER" | "LIMIT" | "FOR"])
    })
}

/// Whether rows are locked up to a limit in a subquery. A CTE that locks rows runs once.
fn locks_in_subquery(sql: &str) -> bool {
    let locks = [" FOR UPDATE", " FOR NO KEY UPDATE", " FOR SHARE", " FOR KEY SHARE"];
    locks.into_iter().flat_map(|lock| sql.match_indices(lock)).any(|(at, _)| {
        let mut depth = 0;
        let opens = sql[..at].rfind(|letter| {
            depth += i32::from(letter == ')') - i32::from(letter == '(');
            depth < 0
        });
        opens.is_some_and(|opens| {
            let (before, inside) = (sql[..opens].trim_end(), &sql[opens..at]);
            inside.contains(" LIMIT ") && !before.ends_with(" AS") && !before.ends_with(" AS MATERIALIZED")
        })
    })
}

#[test]
fn empty_ctes_are_found() {
    for (sql, is_one) in [
        ("WITH d AS (SELECT) SELECT k FROM t", true),
        ("WITH d AS (SELECT FROM t) SELECT k FROM t", true),
        ("WITH d AS MATERIALIZED (SELECT FROM t) SELECT k FROM t", true),
        ("WITH d AS NOT MATERIALIZED (SELECT FROM t) SELECT k FROM t", true),
        ("with d as not  materialized(\n  select\n  from t) select k from t", true),
        ("WITH d AS( SELECT WHERE $1 ) SELECT k FROM t", true),
        ("WITH d AS (SELECT k FROM t) SELECT k FROM d WHERE EXISTS (SELECT FROM t)", false),
        ("WITH d AS MATERIALIZED (SELECT (k) FROM t) SELECT k FROM d", false),
    ] {
        assert_eq!(has_empty_cte(sql), is_one, "{sql}");
    }
}

#[test]
fn locks_in_subqueries_are_found() {
    let rows = "SELECT k FROM t WHERE due < now() ORDER BY (k) LIMIT $1 FOR UPDATE SKIP LOCKED";
    for (sql, is_one) in [
        (format!("DELETE FROM t WHERE k IN ({rows})"), true),
        (format!("DELETE FROM t USING ({rows}) d WHERE d.k = t.k"), true),
        (format!("WITH d AS ({rows}) DELETE FROM t USING d WHERE d.k = t.k"), false),
        (rows.to_owned(), false),
        ("DELETE FROM t WHERE k IN (SELECT k FROM t LIMIT $1)".to_owned(), false),
        ("DELETE FROM t WHERE k IN (SELECT k FROM t WHERE k = $1 FOR UPDATE)".to_owned(), false),
    ] {
        assert_eq!(locks_in_subquery(&sql), is_one, "{sql}");
    }
}

#[test]
fn functions_of_upserts_are_found() {
    let tree = "{QUERY :x {FUNCEXPR :funcid 1} :onConflictSet ({TARGETENTRY :expr {OPEXPR :opno 9\n :opfuncid 2 :args \
        ({FUNCEXPR :funcid 3})}}) :onConflictWhere <> :exclRelIndex 2 {FUNCEXPR :funcid 4}}";
    assert_eq!(functions_in_upsert(tree).collect::<Vec<_>>(), ["2", "3"]);
}
