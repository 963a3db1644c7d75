//! What partitions do not show, and engines of several nodes refuse or pay for.

use std::collections::BTreeSet;

use auth_postgres::Distribution;
use auth_tests::{ExplainedStatement, TestDatabase};

use super::calls::Call;

/// Returns which rules the statements break, and in which calls.
pub(crate) fn broken(database: &TestDatabase, calls: &[Call]) -> BTreeSet<(String, &'static str)> {
    let mut found: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut functions = BTreeSet::new();
    let mut locks = BTreeSet::new();
    for call in calls {
        for statement in &call.statements {
            functions.extend(functions_in_upsert(&statement.tree).map(|function| (function, call.name)));
            found.extend(rules_broken(call.name, statement).map(|rule| (rule.to_owned(), call.name)));
            locks.extend(locks_on_all_nodes(&one_line(&statement.sql)).into_iter().map(|table| (call.name, table)));
        }
    }
    assert!(
        locks.is_empty(),
        "calls that lock rows without naming the one node, which engines of several refuse: {locks:?}"
    );
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
    let sql = one_line(&statement.sql);
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

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The clauses by which a query locks rows.
const LOCKS: [&str; 4] = [" FOR UPDATE", " FOR NO KEY UPDATE", " FOR SHARE", " FOR KEY SHARE"];

/// Where queries lock rows: the place at which the query begins, that of the clause, and what follows the clause.
fn locking_queries(sql: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let clauses = LOCKS.into_iter().flat_map(|lock| sql.match_indices(lock));
    clauses.map(|(at, lock)| {
        let mut depth = 0;
        let opens = sql[..at].rfind(|letter| {
            depth += i32::from(letter == ')') - i32::from(letter == '(');
            depth < 0
        });
        (opens.map_or(0, |opens| opens + 1), at, &sql[at + lock.len()..])
    })
}

/// Whether rows are locked up to a limit in a subquery. A CTE that locks rows runs once.
fn locks_in_subquery(sql: &str) -> bool {
    locking_queries(sql).any(|(begins, at, _)| {
        sql[..begins].strip_suffix('(').map(str::trim_end).is_some_and(|before| {
            sql[begins..at].contains(" LIMIT ") && !before.ends_with(" AS") && !before.ends_with(" AS MATERIALIZED")
        })
    })
}

/// The tables of which a query locks rows without saying by equality on which node they are. Tables that are everywhere, or
/// not ours, do not count.
fn locks_on_all_nodes(sql: &str) -> Vec<&'static str> {
    let queries = locking_queries(sql);
    queries.flat_map(|(begins, at, rest)| locked_without_node(&sql[begins..at], rest)).collect()
}

/// The same for one query, of which `rest` follows the clause.
fn locked_without_node(query: &str, rest: &str) -> Vec<&'static str> {
    let text = without_subqueries(query).replace(['(', ')', ',', '"'], " ").replace('=', " = ");
    let words: Vec<&str> = text.split_whitespace().collect();
    // The equality may be one side of it.
    let is_certain = !words.contains(&"OR");
    let of = rest.strip_prefix(" OF ").and_then(|name| name.split([' ', ')', ',']).next());
    let mut tables = Vec::new();
    for (place, _) in words.iter().enumerate().filter(|(_, word)| ["FROM", "JOIN"].contains(*word)) {
        let Some(Distribution { table, spread: _ }) = words.get(place + 1).and_then(|name| Distribution::of(name))
        else {
            continue;
        };
        let alias = words.get(place + 2).filter(|next| next.chars().all(|letter| !letter.is_uppercase()));
        let name = alias.copied().unwrap_or(table);
        let column = Distribution::of(table).and_then(|distribution| distribution.column());
        let names_node = column.is_none_or(|column| {
            let columns = [column.to_owned(), format!("{name}.{column}")];
            let is_equality = |next: &[&str]| columns.iter().any(|of| of == next[0]) && next[1] == "=";
            words.windows(3).any(|next| is_equality(next) && next[2].starts_with('$'))
        });
        if of.is_none_or(|of| of == name) && !(is_certain && names_node) {
            tables.push(table);
        }
    }
    tables
}

/// The query without the subqueries in it, whose conditions are not about its own rows.
fn without_subqueries(query: &str) -> String {
    let (mut own, mut depth, mut hidden) = (String::new(), 0_u32, None);
    for (at, letter) in query.char_indices() {
        depth += u32::from(letter == '(');
        if letter == '(' && hidden.is_none() && query[at + 1..].trim_start().starts_with("SELECT") {
            hidden = Some(depth);
        }
        if hidden.is_none() {
            own.push(letter);
        }
        if letter == ')' {
            hidden = hidden.filter(|opened| *opened != depth);
            depth = depth.saturating_sub(1);
        }
    }
    own
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
fn locks_on_all_nodes_are_found() {
    let bucket =
        "SELECT o.id FROM outbox o WHERE o.bucket = $1 AND NOT EXISTS (SELECT FROM outbox e WHERE e.id < o.id)";
    for (sql, tables) in [
        (format!("WITH d AS ({bucket} LIMIT $2 FOR UPDATE OF o SKIP LOCKED) DELETE FROM outbox u USING d"), vec![]),
        ("SELECT \"users\".\"status\" FROM \"users\" WHERE (\"users\".\"id\" = $1) FOR UPDATE".to_owned(), vec![]),
        ("SELECT \"admin_keys\".\"id\" FROM \"admin_keys\" FOR SHARE".to_owned(), vec![]),
        ("SELECT id FROM migration_lock WHERE locked FOR UPDATE SKIP LOCKED".to_owned(), vec![]),
        ("SELECT key FROM rate_limits WHERE full_at < $1 LIMIT $2 FOR UPDATE".to_owned(), vec!["rate_limits"]),
        ("SELECT key FROM rate_limits WHERE key = ANY($1) FOR KEY SHARE".to_owned(), vec!["rate_limits"]),
        ("SELECT key FROM rate_limits WHERE (key = $1 OR full_at < $2) FOR UPDATE".to_owned(), vec!["rate_limits"]),
        (
            "WITH d AS (SELECT h.key FROM unnest($1) AS a (key) JOIN rate_limits h ON h.key = a.key FOR UPDATE OF h) \
             UPDATE rate_limits l SET full_at = $2 FROM d WHERE l.key = $3"
                .to_owned(),
            vec!["rate_limits"],
        ),
        (
            "SELECT o.id FROM outbox o WHERE EXISTS (SELECT FROM outbox e WHERE e.bucket = $1) FOR NO KEY UPDATE"
                .to_owned(),
            vec!["outbox"],
        ),
    ] {
        assert_eq!(locks_on_all_nodes(&sql), tables, "{sql}");
    }
}

#[test]
fn functions_of_upserts_are_found() {
    let tree = "{QUERY :x {FUNCEXPR :funcid 1} :onConflictSet ({TARGETENTRY :expr {OPEXPR :opno 9\n :opfuncid 2 :args \
        ({FUNCEXPR :funcid 3})}}) :onConflictWhere <> :exclRelIndex 2 {FUNCEXPR :funcid 4}}";
    assert_eq!(functions_in_upsert(tree).collect::<Vec<_>>(), ["2", "3"]);
}
