//! What the server does with each statement of a test, from its log: the plan, and the tree of the parsed statement, in
//! which every function and operator has its number.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use auth_ports::draw;
use auth_server::OsEntropy;
use serde_json::Value;

use super::server::{Server, administer, server};
use super::stand_in::table_of;
use super::test_database::TestDatabase;

/// The settings of a database whose statements are explained in the log, as JSON.
const SETTINGS: [(&str, &str); 9] = [
    ("session_preload_libraries", "auto_explain"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_format", "json"),
    ("auto_explain.log_analyze", "on"),
    ("auto_explain.log_timing", "off"),
    ("auto_explain.log_settings", "on"),
    ("debug_print_parse", "on"),
    ("debug_pretty_print", "off"),
    ("jit", "off"),
];

/// A setting without effect here whose value tells the statements of one database from those of others in the log.
const MARKER: &str = "cursor_tuple_fraction";

/// The statements of a test's database, as the server explains them.
#[derive(Debug)]
pub struct Explained {
    log: PathBuf,
    read: u64,
    marker: String,
    /// Trees of statements whose plans have not come yet, by the server's process.
    trees: BTreeMap<String, String>,
}

/// One statement.
#[derive(Debug)]
pub struct ExplainedStatement {
    /// Its text.
    pub sql: String,
    /// Its tree, if it was parsed anew.
    pub tree: String,
    plan: Value,
}

/// What a statement touches of a table.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Partitions, or the table itself, that the plan has to read or from which it changes rows. Those that turn out at
    /// run time not to be needed count as well: other engines choose nodes before they begin.
    pub partitions: BTreeSet<String>,
    /// Rows that were to be inserted.
    pub inserted: u64,
}

impl TestDatabase {
    /// Has the statements of all connections explained that are opened from now on. `None` on a server that is not ours,
    /// whose log is somewhere else.
    ///
    /// # Panics
    /// If the server refuses.
    #[must_use]
    pub fn explained(&self) -> Option<Explained> {
        let Server::Cluster(cluster) = server() else { return None };
        self.schema_changes();
        let marker = format!("0.{}", (10_000 + u32::from_be_bytes(draw::<4>(&OsEntropy)) % 80_000) | 1);
        let settings = SETTINGS.into_iter().chain([(MARKER, marker.as_str())]);
        let set = settings.map(|(name, value)| format!("ALTER DATABASE \"{}\" SET {name} = '{value}'", self.name()));
        let mut admin = administer();
        for sql in set {
            admin.execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        let mut explained = Explained { log: cluster.log(), read: 0, marker, trees: BTreeMap::new() };
        explained.statements();
        Some(explained)
    }
}

impl Explained {
    /// Returns the statements since the last call, in order, without those that have no plan, such as `COMMIT`.
    ///
    /// # Panics
    /// If the log cannot be read.
    pub fn statements(&mut self) -> Vec<ExplainedStatement> {
        let new = self.read_on().unwrap_or_else(|error| panic!("{}: {error}", self.log.display()));
        let mut statements = Vec::new();
        for (process, message) in messages(&String::from_utf8_lossy(&new)) {
            if let Some(tree) = message.strip_prefix("DETAIL:") {
                *self.trees.entry(process).or_default() += tree;
            } else if let Some(explained) = plan_of(&message)
                && explained["Settings"][MARKER] == *self.marker
            {
                let tree = self.trees.remove(&process).unwrap_or_default();
                let sql = explained["Query Text"].as_str().unwrap_or_default().to_owned();
                statements.push(ExplainedStatement { sql, tree, plan: explained["Plan"].clone() });
            }
        }
        statements
    }

    fn read_on(&mut self) -> io::Result<Vec<u8>> {
        let mut log = File::open(&self.log)?;
        log.seek(SeekFrom::Start(self.read))?;
        let mut new = Vec::new();
        self.read += log.read_to_end(&mut new)? as u64;
        Ok(new)
    }
}

/// The messages of a log, each with the server's process. The further lines of a message begin with a tab.
fn messages(log: &str) -> Vec<(String, String)> {
    let mut messages: Vec<(String, String)> = Vec::new();
    for line in log.lines() {
        if let (Some(further), Some((_, message))) = (line.strip_prefix('\t'), messages.last_mut()) {
            *message += "\n";
            *message += further;
        } else if let Some((process, message)) = line.split_once(" [").and_then(|(_, rest)| rest.split_once("] ")) {
            messages.push((process.to_owned(), message.to_owned()));
        }
    }
    messages
}

fn plan_of(message: &str) -> Option<Value> {
    let (_, plan) = message.strip_prefix("LOG:  duration: ")?.split_once("plan:\n")?;
    serde_json::from_str(plan).ok()
}

impl ExplainedStatement {
    /// Returns what it touches, by table.
    #[must_use]
    pub fn touched(&self) -> BTreeMap<String, Touched> {
        let mut touched = BTreeMap::new();
        collect(&self.plan, &mut touched);
        touched
    }

    /// Returns how many rows of tables it read, whether or not they were of use.
    #[must_use]
    pub fn rows_read(&self) -> u64 {
        rows_read(&self.plan)
    }

    /// Returns the names of the indexes that its plan reads.
    #[must_use]
    pub fn indexes(&self) -> BTreeSet<String> {
        let mut indexes = BTreeSet::new();
        collect_indexes(&self.plan, &mut indexes);
        indexes
    }
}

fn collect(node: &Value, touched: &mut BTreeMap<String, Touched>) {
    let parts = || node["Plans"].as_array().into_iter().flatten();
    let relation = node["Relation Name"].as_str();
    match (node["Node Type"].as_str(), node["Operation"].as_str(), relation) {
        (Some("ModifyTable"), Some("Insert"), Some(table)) => {
            let source = parts().find(|part| part["Parent Relationship"] != "InitPlan");
            let rows = source.map_or(0.0, |part| number(part, "Actual Rows") * number(part, "Actual Loops"));
            touched.entry(table_of(table).to_owned()).or_default().inserted += rows as u64;
        }
        // What it changes is read by one of its parts.
        (Some("ModifyTable"), ..) | (_, _, None) => {}
        (_, _, Some(table)) => {
            touched.entry(table_of(table).to_owned()).or_default().partitions.insert(table.to_owned());
        }
    }
    for part in parts() {
        collect(part, touched);
    }
}

fn collect_indexes(node: &Value, indexes: &mut BTreeSet<String>) {
    indexes.extend(node["Index Name"].as_str().map(str::to_owned));
    for part in node["Plans"].as_array().into_iter().flatten() {
        collect_indexes(part, indexes);
    }
}

fn rows_read(node: &Value) -> u64 {
    let is_read = node["Relation Name"].is_string() && node["Node Type"] != "ModifyTable";
    let each =
        ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"].map(|rows| number(node, rows));
    let read = if is_read { (each.iter().sum::<f64>() * number(node, "Actual Loops")).round() as u64 } else { 0 };
    read + node["Plans"].as_array().into_iter().flatten().map(rows_read).sum::<u64>()
}

fn number(node: &Value, name: &str) -> f64 {
    node[name].as_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read() {
        let log = "2026-11-30 12:00:00.1 UTC [7] LOG:  parse tree:\n2026-11-30 12:00:00.1 UTC [7] DETAIL:  {QUERY :x\n\
            \t 1}\n2026-11-30 12:00:00.1 UTC [7] LOG:  duration: 0.1 ms  plan:\n\t{\n\t  \"Query Text\": \"SELECT 1\"\n\
            \t}\n";
        let messages = messages(log);
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert_eq!(messages[1], ("7".to_owned(), "DETAIL:  {QUERY :x\n 1}".to_owned()));
        assert_eq!(plan_of(&messages[2].1).expect("a plan")["Query Text"], "SELECT 1");
    }

    #[test]
    fn rows_that_are_read_are_counted() {
        let plan = serde_json::json!({
            "Node Type": "Limit", "Actual Rows": 2, "Actual Loops": 1,
            "Plans": [
                { "Node Type": "Seq Scan", "Relation Name": "users", "Actual Rows": 2, "Rows Removed by Filter": 5, "Actual Loops": 1 },
                { "Node Type": "Index Scan", "Relation Name": "identifiers", "Actual Rows": 1.5, "Actual Loops": 2 },
            ],
        });
        assert_eq!(ExplainedStatement { sql: String::new(), tree: String::new(), plan }.rows_read(), 10);
    }

    #[test]
    fn rows_and_partitions_are_counted() {
        let scan = |relation, loops| serde_json::json!({ "Node Type": "Index Scan", "Relation Name": relation, "Actual Loops": loops });
        let plan = serde_json::json!({
            "Node Type": "ModifyTable", "Operation": "Insert", "Relation Name": "proofs", "Actual Loops": 1,
            "Plans": [{ "Node Type": "Append", "Actual Loops": 1, "Actual Rows": 2,
                "Plans": [scan("users_p0", 1), scan("users_p1", 0), scan("users_p2", 1)] }],
        });
        let touched = ExplainedStatement { sql: String::new(), tree: String::new(), plan }.touched();
        assert_eq!(touched["proofs"], Touched { partitions: BTreeSet::new(), inserted: 2 });
        assert_eq!(touched["users"].partitions.len(), 3, "{touched:?}");
    }
}
