//! What each call costs in nodes: which statements touch one partition of a table, by their plans.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use auth_contracts::Stores;
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_postgres::{Database, DatabaseOptions, Distribution, Layout, PostgresStores, Spread};
use auth_tests::{ExplainedStatement, TestDatabase, Touched};

use super::calls::{self, Call};
use super::distribution::PAPER;
use super::unseen;

/// Statements that look at all nodes for a table, and why they may.
const ON_ALL_NODES: &[(&str, &str, &str)] = &[];

/// Rules about what partitions do not show that calls may break, and why.
const UNSEEN: &[(&str, &str, &str)] = &[];

#[tokio::test]
async fn each_call_asks_few_nodes() {
    let database = TestDatabase::laid_out(Layout::Sharded);
    let Some(explained) = database.explained() else {
        println!("NOT CHECKED: the plans are in the log of the server that TEST_DATABASE_URL names");
        return;
    };
    let calls = calls::make_all(stores(database.url()), explained).await;
    let broken = unseen::broken(&database, &calls);
    let broken: Vec<(&str, &str)> = broken.iter().map(|(rule, call)| (rule.as_str(), *call)).collect();
    let found: Vec<(&str, &str)> = calls.iter().flat_map(on_all_nodes).collect();
    let (new, table) = (without(&found, ON_ALL_NODES), table(&calls));
    assert!(new.is_empty(), "statements that look at all nodes: {new:?}\n{table}");
    let new = without(&broken, UNSEEN);
    assert!(new.is_empty(), "rules that statements break: {new:?}");
    assert_eq!(
        (found.len(), broken.len()),
        (ON_ALL_NODES.len(), UNSEEN.len()),
        "the lists name more: {found:?} {broken:?}"
    );
    assert!(PAPER.contains(&table), "docs/operation/sharded.md is to have this table:\n{table}");
}

/// What is found and not on the list.
fn without<'a>(found: &[(&'a str, &'a str)], list: &[(&str, &str, &str)]) -> Vec<(&'a str, &'a str)> {
    let is_listed = |(one, other): &(&str, &str)| list.iter().any(|(what, whose, _)| (what, whose) == (one, other));
    found.iter().copied().filter(|pair| !is_listed(pair)).collect()
}

/// A connection in all, so that the order of statements is that of the calls.
fn stores(url: &str) -> Stores {
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
    /// The most rows that one statement inserts.
    inserted: u64,
    /// The partitions that the statements look at, and how many statements there are.
    partitions: BTreeSet<String>,
    looks: u64,
}

impl Use {
    fn add(&mut self, touched: Touched) {
        self.is_everywhere |= touched.partitions.len() > 1;
        self.inserted = self.inserted.max(touched.inserted);
        self.looks += u64::from(!touched.partitions.is_empty());
        self.partitions.extend(touched.partitions);
    }

    /// How many rows it is about, each of which may be on another node. Statements that look at one partition are about
    /// one row.
    fn rows(&self) -> u64 {
        let looked_at = if self.partitions.len() > 1 { self.looks } else { 1 };
        looked_at.max(self.inserted)
    }
}

fn uses(call: &Call) -> BTreeMap<Distribution, Use> {
    let mut uses: BTreeMap<Distribution, Use> = BTreeMap::new();
    for (table, touched) in call.statements.iter().flat_map(ExplainedStatement::touched) {
        if let Some(distribution) = Distribution::of(&table).filter(|one| one.column().is_some()) {
            uses.entry(distribution).or_default().add(touched);
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
