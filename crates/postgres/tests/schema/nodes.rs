//! What each call costs in nodes: which statements touch one partition of a table, by their plans.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use auth_contracts::Stores;
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_postgres::{Database, DatabaseOptions, Distribution, Layout, PostgresStores, Spread};
use auth_tests::{ExplainedStatement, TestDatabase, Touched};

use super::calls::{self, Call};
use super::distribution::PAPER;
use super::unseen;

/// Tables of which a call looks at several partitions in one statement.
type Excuse = (&'static str, &'static [&'static str]);

/// Calls of which a statement looks at all nodes for these tables, by the reason why it may.
const ON_ALL_NODES: &[(&str, &[Excuse])] = &[
    ("what pays for one rare sign-up is spent at once", &[("sign up with several proofs", &["proofs"])]),
    (
        "whoever delivers looks for what is due wherever it waits, while a code goes out from the call that asks for it",
        &[
            ("take messages that are due", &["messages"]),
            ("ask when the next message is due", &["messages"]),
            ("find messages that are due too late", &["messages"]),
        ],
    ),
    (
        "it is found by its holder, when an address is edited without the token",
        &[("find a proof that a user holds", &["proofs"])],
    ),
    (
        "what was asked for an address of the account goes wherever it is, and nobody deletes often",
        &[("delete an account", &["messages", "proofs", "verifications"])],
    ),
    (
        "operators look at everybody",
        &[
            ("list users", &["credentials", "external_identities", "identifiers", "users"]),
            ("search users by status and time", &["credentials", "external_identities", "identifiers", "users"]),
            ("search users by a beginning", &["credentials", "external_identities", "identifiers", "users"]),
            ("count the messages that wait", &["messages"]),
            ("look for hashes of another cost", &["credentials"]),
            ("list all events", &["events"]),
            ("read events forward", &["events"]),
            ("count the events that wait", &["dead_letters", "outbox"]),
            ("list events that were given up", &["dead_letters"]),
            ("send events again that were given up", &["dead_letters"]),
        ],
    ),
    (
        "upkeep removes a bounded number of rows, wherever they are",
        &[
            (
                "remove what has expired",
                &[
                    "known_devices",
                    "proof_evidence",
                    "proofs",
                    "provider_flows",
                    "rate_limits",
                    "send_budgets",
                    "sessions",
                    "verifications",
                ],
            ),
            ("remove old events", &["events"]),
            ("remove old events that were given up", &["dead_letters", "outbox"]),
        ],
    ),
];

#[tokio::test]
async fn each_call_asks_few_nodes() {
    let database = TestDatabase::laid_out(Layout::Sharded);
    let Some(explained) = database.explained() else {
        println!("NOT CHECKED: the plans are in the log of the server that TEST_DATABASE_URL names");
        return;
    };
    let calls = calls::make_all(stores(database.url()), explained).await;
    let broken = unseen::broken(&database, &calls);
    assert!(broken.is_empty(), "rules that statements break: {broken:?}");
    let found: BTreeSet<(&str, &str)> = calls.iter().flat_map(on_all_nodes).collect();
    let table = table(&calls);
    assert_eq!(found, excused(), "left: calls with a statement for all nodes, right: those that may\n{table}");
    assert!(PAPER.contains(&table), "docs/operation/sharded.md is to have this table:\n{table}");
    let silent = ON_ALL_NODES.iter().map(|(reason, _)| *reason).filter(|reason| !PAPER.contains(reason));
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<&str>::new(), "reasons that docs/operation/sharded.md does not give");
}

fn excused() -> BTreeSet<(&'static str, &'static str)> {
    let calls = ON_ALL_NODES.iter().flat_map(|(_, calls)| calls.iter());
    calls.flat_map(|(call, tables)| tables.iter().map(move |table| (*call, *table))).collect()
}

/// The ports with a table that is spread, by their names in [`Stores`], and their methods that ask none of ours: a team's
/// vouchers, tables that are everywhere, and what follows from other methods.
const PORTS: [&str; 13] = [
    "accounts",
    "dead_letters",
    "events",
    "known_devices",
    "limits",
    "messages",
    "outbox",
    "proofs",
    "provider_flows",
    "sessions",
    "upkeep",
    "users",
    "verifications",
];
const ASK_NOTHING: [&str; 6] = [
    "accounts.find_unusable_voucher",
    "limits.admit",
    "limits.forget",
    "outbox.ended_at",
    "upkeep.check_ready",
    "upkeep.schema_version",
];

#[test]
fn every_method_of_a_store_is_among_the_calls() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let calls = calls_in(&texts(&here.join("tests/schema/calls")));
    let (ports, stores) = (texts(&here.join("../ports/src")), texts(&here.join("../contracts/src")));
    for port in PORTS {
        let named = stores.split_once(&format!("pub {port}: Arc<dyn ")).expect(port).1;
        let name = named.split_once('>').expect(port).0;
        let body = ports.split_once(&format!("pub trait {name}: ")).expect(name).1.split_once("\n}\n").expect(name).0;
        let methods = body.lines().filter_map(|line| line.trim().strip_prefix("async fn ")?.split('(').next());
        let methods: Vec<_> = methods.map(|method| format!("{port}.{method}")).collect();
        assert!(!methods.is_empty(), "{port}: {name} has no methods");
        let missing = methods.iter().filter(|of| !ASK_NOTHING.contains(&of.as_str()) && !calls.contains(*of));
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<&String>::new(), "it is not known which nodes these ask");
    }
}

/// What is called in a text, each with the last name before it: `outbox.end` for `told.outbox.end(`. A variable for a port
/// has the port's name.
fn calls_in(text: &str) -> BTreeSet<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".");
    let is_other = |c: char| !c.is_alphanumeric() && c != '_' && c != '.';
    let before_brackets = text.split('(').filter_map(|part| part.rsplit(is_other).next());
    let calls = before_brackets.filter_map(|path| {
        let (rest, method) = path.rsplit_once('.')?;
        let receiver = rest.rsplit('.').next().filter(|receiver| !receiver.is_empty())?;
        Some(format!("{receiver}.{method}"))
    });
    calls.collect()
}

/// All files of a directory, one after another.
fn texts(directory: &Path) -> String {
    let files = fs::read_dir(directory).expect("a directory").map(|file| file.expect("a file").path());
    files.filter(|file| file.is_file()).map(|file| fs::read_to_string(file).expect("a text")).collect()
}

#[test]
fn calls_are_found_with_their_receivers() {
    let text =
        "assert!(told.outbox.end(&subscriber).await);\n    users\n        .list(page(1));\n    list(sessions); (a).b()";
    assert_eq!(calls_in(text), BTreeSet::from(["outbox.end", "users.list"].map(str::to_owned)));
}

/// A connection in all, so that the order of statements is that of the calls.
pub(crate) fn stores(url: &str) -> Stores {
    let options = DatabaseOptions { pool_size: 1, ..DatabaseOptions::new(url) };
    let schemes = Schemes::new(vec![
        Arc::new(PhoneNumberScheme::default()),
        Arc::new(EmailScheme),
        Arc::new(UsernameScheme::default()),
    ]);
    let stores = PostgresStores::new(Database::new(&options), schemes).with_layout(Layout::Sharded);
    let telling = stores.clone();
    Stores::of(stores).told_by(move |told| Stores::of(telling.clone().telling(told, Arc::new(|| {}))))
}

/// What a call does with a table that is spread.
#[derive(Default)]
struct Use {
    /// Whether one statement looks at several partitions.
    is_everywhere: bool,
    /// The rows that statements insert.
    inserted: u64,
    /// How often each statement, by its text, looks at a partition.
    looks: BTreeMap<String, u64>,
}

impl Use {
    fn add(&mut self, statement: &ExplainedStatement, touched: &Touched) {
        self.is_everywhere |= touched.partitions.len() > 1;
        self.inserted += touched.inserted;
        if !touched.partitions.is_empty() {
            *self.looks.entry(statement.sql.clone()).or_default() += 1;
        }
    }

    /// How many rows it is about, each of which may be on another node. A statement that is repeated is about another row
    /// each time; different ones are about the same.
    fn rows(&self) -> u64 {
        self.looks.values().copied().max().unwrap_or_default().max(self.inserted)
    }
}

fn uses(call: &Call) -> BTreeMap<Distribution, Use> {
    let mut uses: BTreeMap<Distribution, Use> = BTreeMap::new();
    for statement in &call.statements {
        for (table, touched) in statement.touched() {
            if let Some(distribution) = Distribution::of(&table).filter(|one| one.column().is_some()) {
                uses.entry(distribution).or_default().add(statement, &touched);
            }
        }
    }
    uses
}

fn on_all_nodes(call: &Call) -> Vec<(&'static str, &'static str)> {
    let everywhere = uses(call).into_iter().filter(|(_, of)| of.is_everywhere);
    everywhere.map(|(distribution, _)| (call.name, distribution.table)).collect()
}

/// The table of the paper.
fn table(calls: &[Call]) -> String {
    let mut table =
        "| call | nodes | by account | by value | on all nodes |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for call in calls {
        let (mut nodes, mut by_account, mut by_value, mut on_all) = (0, Vec::new(), Vec::new(), Vec::new());
        for (distribution, of) in uses(call) {
            let name = format!("`{}`", distribution.table);
            match distribution.spread {
                _ if of.is_everywhere => on_all.push(name),
                Spread::ByAccount(_) => by_account.push(name),
                _ => {
                    nodes += of.rows();
                    by_value.push(if of.rows() > 1 { format!("{name} ×{}", of.rows()) } else { name });
                }
            }
        }
        nodes += u64::from(!by_account.is_empty());
        let nodes = if on_all.is_empty() { nodes.to_string() } else { "all".to_owned() };
        let [by_account, by_value, on_all] = [by_account, by_value, on_all].map(|names| match names.is_empty() {
            true => "–".to_owned(),
            false => names.join(", "),
        });
        let _ = writeln!(table, "| {} | {nodes} | {by_account} | {by_value} | {on_all} |", call.name);
    }
    table
}
