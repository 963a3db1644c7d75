//! Migrations: both directions, every constraint named, nothing that distributed engines lack.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{self, File, expect_none};

fn sql() -> Vec<File> {
    files::below("migrations").into_iter().filter(|file| file.path.ends_with(".sql")).collect()
}

/// A line without its comment, in upper case.
fn statement(line: &str) -> String {
    line.split("--").next().unwrap_or_default().trim().to_uppercase()
}

#[test]
fn every_step_goes_both_ways() {
    let mut steps: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sql() {
        let (folder, name) = file.path.rsplit_once('/').expect("in a folder");
        assert!(!file.text.trim().is_empty(), "{} is empty", file.path);
        steps.entry(folder.to_owned()).or_default().insert(name.to_owned());
    }
    let one_way =
        steps.iter().filter(|(_, names)| names.len() != 2 || !names.contains("up.sql") || !names.contains("down.sql"));
    expect_none("steps without up.sql and down.sql:", one_way.map(|(folder, _)| folder.clone()));
}

#[test]
fn every_constraint_is_named() {
    let kinds = ["PRIMARY KEY", "UNIQUE", "CHECK (", "CHECK(", "FOREIGN KEY", "REFERENCES", "EXCLUDE"];
    let files = sql();
    let nameless = files.iter().flat_map(|file| {
        let lines = file.lines().filter(|(_, line)| {
            let statement = statement(line);
            let constrains = kinds.iter().any(|kind| statement.contains(kind));
            constrains && !statement.contains("CONSTRAINT ") && !statement.starts_with("CREATE UNIQUE INDEX ")
        });
        lines.map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim())).collect::<Vec<_>>()
    });
    expect_none("constraints without a name:", nameless);
}

#[test]
fn names_of_constraints_begin_with_their_table() {
    let mut foreign = Vec::new();
    for file in sql() {
        let mut table = String::new();
        for (number, line) in file.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["CREATE" | "ALTER", "TABLE", name, ..] => table = name.trim_end_matches('(').to_owned(),
                [.., "CONSTRAINT", _] | ["CONSTRAINT", ..] => {
                    let name = words[words.iter().position(|w| *w == "CONSTRAINT").unwrap_or(0) + 1];
                    if !name.starts_with(&table) {
                        foreign.push(format!("{}:{number}: {name} of {table}", file.path));
                    }
                }
                _ => {}
            }
        }
    }
    expect_none("constraints that are not named after their table:", foreign);
}

#[test]
fn nothing_that_distributed_engines_lack() {
    let lacking = ["CREATE EXTENSION", "CREATE TRIGGER", "CREATE SEQUENCE", "SERIAL", "IDENTITY", "LISTEN ", "NOTIFY "];
    let files = sql();
    let used = files.iter().flat_map(|file| {
        let statements = file.lines().map(|(number, line)| (number, statement(line)));
        let lines = statements.filter(|(_, statement)| {
            let words = format!("{statement} ");
            lacking.iter().any(|word| files::has_word(&words, word.trim()))
        });
        lines.map(|(number, statement)| format!("{}:{number}: {statement}", file.path)).collect::<Vec<_>>()
    });
    expect_none("not portable:", used);
}
