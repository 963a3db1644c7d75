//! Where settings come from.

use std::collections::BTreeMap;

use config::Value;

use super::layer::is_built_in;
use super::tables::{Table, path, table};

/// Where some settings come from, without their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// A file, `the environment`, or `defaults`.
    pub from: String,
    /// The keys, in alphabetical order.
    pub keys: Vec<String>,
}

const DEFAULTS: &str = "defaults";
const ENVIRONMENT: &str = "the environment";

/// The sources of all settings of a merged tree.
pub(crate) fn sources(tree: &Table) -> Vec<Source> {
    let mut found = BTreeMap::new();
    collect(tree, "", &mut found);
    let sorted = |(from, mut keys): (String, Vec<String>)| {
        keys.sort();
        Source { from, keys }
    };
    found.into_iter().map(sorted).collect()
}

fn collect(tree: &Table, at: &str, found: &mut BTreeMap<String, Vec<String>>) {
    for (key, value) in tree {
        let path = path(at, key);
        match table(value) {
            Some(below) => collect(below, &path, found),
            None => found.entry(source_of(value).to_owned()).or_default().push(path),
        }
    }
}

/// Values of variables have no origin.
fn source_of(value: &Value) -> &str {
    if is_built_in(value) { DEFAULTS } else { value.origin().unwrap_or(ENVIRONMENT) }
}
