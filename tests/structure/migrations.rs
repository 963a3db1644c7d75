//! Migrations: both directions exist, every constraint is named, and nothing is used that distributed engines lack.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{self, File, code, expect_none};

fn sql() -> Vec<File> {
    ["migrations", "crates/postgres/contract", "examples"]
        .into_iter()
        .flat_map(files::below)
        .filter(|file| file.path.ends_with(".sql"))
        .collect()
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
    // It keeps what the program before stores in step until the schema is contracted, which a new one is at once.
    let is_for_an_upgrade =
        |file: &File| file.path.contains("_keep_claims_in_step/") || file.path.contains("_stop_keeping_");
    let files = sql();
    let used = files.iter().filter(|file| !is_for_an_upgrade(file)).flat_map(|file| {
        let statements = file.lines().map(|(number, line)| (number, statement(line)));
        let lines = statements.filter(|(_, statement)| {
            let words = format!("{statement} ");
            lacking.iter().any(|word| files::has_word(&words, word.trim()))
        });
        lines.map(|(number, statement)| format!("{}:{number}: {statement}", file.path)).collect::<Vec<_>>()
    });
    expect_none("not portable:", used);
}

/// Finds statements of a step that would rewrite or lock a table from an earlier step, which may be big.
fn heavy(up: &str) -> Vec<String> {
    let text: Vec<String> = up.lines().map(statement).collect();
    let statements = text.join(" ");
    let statements: Vec<&str> = statements.split(';').map(str::trim).collect();
    let made: BTreeSet<&str> =
        statements.iter().filter_map(|s| s.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next()).collect();
    let word_after = |statement: &str, word: &str| {
        let rest = statement.split_once(word).map(|(_, rest)| rest.trim_start().to_owned());
        rest.and_then(|rest| rest.split([' ', '(']).next().map(str::to_owned)).unwrap_or_default()
    };
    let is_heavy = |statement: &&&str| {
        if statement.starts_with("CREATE INDEX ") || statement.starts_with("CREATE UNIQUE INDEX ") {
            return !statement.contains(" CONCURRENTLY ") && !made.contains(&*word_after(statement, " ON "));
        }
        if !statement.starts_with("ALTER TABLE ") {
            return ["UPDATE ", "DELETE ", "LOCK ", "VACUUM FULL", "CLUSTER "]
                .iter()
                .any(|verb| statement.starts_with(verb));
        }
        let is_built = statement.contains(" USING INDEX ") || statement.contains(" NOT VALID");
        let adds_at_once = statement.contains(" ADD CONSTRAINT ") && !is_built;
        let rewrites = statement.contains(" TYPE ") || statement.contains(" SET NOT NULL");
        let fills =
            statement.contains(" ADD COLUMN ") && statement.contains(" NOT NULL") && !statement.contains(" DEFAULT ");
        (adds_at_once || rewrites || fills) && !made.contains(&*word_after(statement, "ALTER TABLE "))
    };
    statements.iter().filter(is_heavy).map(|statement| (*statement).to_owned()).collect()
}

#[test]
fn nothing_rewrites_or_locks_a_big_table() {
    let files = sql();
    let ups = files.iter().filter(|file| file.path.ends_with("up.sql"));
    let found =
        ups.flat_map(|file| heavy(&file.text).into_iter().map(|statement| format!("{}: {statement}", file.path)));
    expect_none("too heavy for tables with data:", found.collect::<Vec<_>>());
}

#[test]
fn heavy_statements_are_recognised() {
    for (sql, count) in [
        ("CREATE TABLE a (id bigint);\nCREATE INDEX a_idx ON a (id);", 0),
        ("CREATE INDEX users_name_idx ON users (name);", 1),
        ("CREATE INDEX CONCURRENTLY users_name_idx ON users (name);", 0),
        ("ALTER TABLE users ADD CONSTRAINT users_name_check CHECK (name <> '');", 1),
        ("ALTER TABLE users ADD CONSTRAINT users_name_check CHECK (name <> '') NOT VALID;", 0),
        ("ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_id_idx;", 0),
        ("ALTER TABLE users ALTER COLUMN name SET NOT NULL; -- at once", 1),
        ("ALTER TABLE users ALTER COLUMN id TYPE numeric;", 1),
        ("ALTER TABLE users ADD COLUMN nick text;\nALTER TABLE users ADD COLUMN n int NOT NULL DEFAULT 0;", 0),
        ("ALTER TABLE users ADD COLUMN nick text NOT NULL;", 1),
        ("UPDATE users SET name = '';", 1),
    ] {
        assert_eq!(heavy(sql).len(), count, "{sql}");
    }
}

/// What an error says of itself. Engines of several nodes give constraints other names, and their errors other texts.
const WORDS_OF_ERRORS: [&str; 6] =
    [".constraint_name(", ".column_name(", ".details(", ".hint(", ".message(", ".table_name("];

#[test]
fn no_refusal_is_told_from_the_words_of_an_error() {
    let sources = files::below("crates/postgres/src").into_iter().filter(|file| file.path.ends_with(".rs"));
    let told = sources.flat_map(|file| {
        let lines = file.lines().filter(|(_, line)| WORDS_OF_ERRORS.iter().any(|word| code(line).contains(word)));
        lines.map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim())).collect::<Vec<_>>()
    });
    expect_none("decided by what an error says, which other engines say otherwise:", told);
}

/// The kinds of an error that say which constraint a row broke. Engines of several nodes report some of them otherwise, so a
/// statement asks beforehand, or says what to do on a conflict.
const KINDS_OF_REFUSALS: [&str; 2] = ["UniqueViolation", "ForeignKeyViolation"];
/// It tells what the database failed at from what we did wrong, which those are.
const FAULTS: &str = "crates/postgres/src/database/fault.rs";

#[test]
fn no_refusal_is_told_from_the_kind_of_an_error() {
    let sources = ["crates", "examples"].into_iter().flat_map(files::below);
    let sources = sources.filter(|file| file.path.ends_with(".rs") && file.path != FAULTS);
    let told = sources.flat_map(|file| {
        let tells = |line: &str| KINDS_OF_REFUSALS.iter().any(|kind| files::has_word(code(line), kind));
        let lines = file.lines().filter(|(_, line)| tells(line));
        lines.map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim())).collect::<Vec<_>>()
    });
    expect_none("decided by the kind of an error, which other engines change:", told);
}
