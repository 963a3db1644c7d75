//! The board, the alerts, the runbook and the paper about metrics go together.

use std::collections::BTreeSet;

use crate::files::{self, expect_none};
use crate::papers;

const ALERTS: &str = "docs/operation/alerts.yaml";
const BOARD: &str = "docs/operation/grafana.json";
const RUNBOOK: &str = "docs/operation/runbook.md";
const PAPER: &str = "docs/operation/monitoring.md";

/// Returns what follows `start` on the lines that begin with it.
fn after<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| line.trim().strip_prefix(start)).map(str::trim)
}

#[test]
fn every_alert_has_its_part_of_the_runbook() {
    let (alerts, runbook) = (files::read(ALERTS), files::read(RUNBOOK));
    let names: Vec<&str> = after(&alerts, "- alert: ").collect();
    assert!(names.len() > 10, "the alerts are read: {names:?}");
    let parts: Vec<&str> = after(&runbook, "## ").collect();
    assert_eq!(names, parts, "left: the alerts, right: the parts of the runbook, both in their order");
    let links: Vec<&str> = after(&alerts, "runbook: ").collect();
    let expected: Vec<String> = names.iter().map(|name| format!("{RUNBOOK}#{}", name.to_lowercase())).collect();
    assert_eq!(links, expected, "left: where the alerts point, right: where they should");
    let complete = |part: &str| {
        ["**Means:**", "**Look", "**Do"].iter().all(|word| part.contains(word)) || part.contains("**Look, do:**")
    };
    let lacking = runbook.split("\n## ").skip(1).filter(|part| !complete(part));
    expect_none(
        "without what it means, where to look or what to do:",
        lacking.map(|part| part.lines().next().unwrap_or_default().to_owned()),
    );
}

#[test]
fn every_alert_is_made_to_fire() {
    let (alerts, tests) = (files::read(ALERTS), files::read("docs/operation/alerts_test.yaml"));
    let silent = after(&alerts, "- alert: ").filter(|name| !tests.contains(&format!("alertname=\"{name}\"")));
    expect_none("alerts that no test makes fire:", silent.map(str::to_owned));
}

/// Returns the names of our metrics in a text, without what histograms add to them.
fn metrics(text: &str) -> BTreeSet<String> {
    let is_in_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let words = text.split(|c: char| !is_in_name(c)).filter(|word| word.starts_with("auth_"));
    let plain = |word: &str| {
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end));
        base.unwrap_or(word).to_owned()
    };
    words.map(plain).collect()
}

#[test]
fn board_and_alerts_name_metrics_that_exist() {
    let listed: BTreeSet<String> = papers::rows(&files::read(PAPER))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.starts_with("auth_"))
        .collect();
    assert!(listed.len() > 30, "the paper's tables are read");
    let unknown = [ALERTS, BOARD].into_iter().flat_map(|file| {
        let unknown = metrics(&files::read(file)).into_iter().filter(|name| !listed.contains(name));
        unknown.map(move |name| format!("{file}: {name}")).collect::<Vec<_>>()
    });
    expect_none("metrics that docs/operation/monitoring.md does not list:", unknown);
    let shown = metrics(&files::read(BOARD));
    expect_none("metrics that the board does not show:", listed.difference(&shown).cloned());
}

/// Counters of limits are created when a service starts, so their names are listed.
#[test]
fn every_limit_is_known_to_the_metrics() {
    let list = files::read("crates/server/src/wiring/metrics.rs");
    let list = list.split("const LIMITS").nth(1).and_then(|rest| rest.split("];").next()).expect("the list is there");
    let listed: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    let makers = [
        "Limit::new(",
        "limited(",
        "limit(",
        "total(",
        "in_all(",
        "too_often(",
        "PER_ADDRESS: &str = ",
        "PUZZLES: &str = ",
    ];
    let sources = ["crates/application/src", "crates/server/src/wiring"].into_iter().flat_map(files::below);
    let mut used = BTreeSet::new();
    for file in sources {
        let shipped = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        for maker in makers {
            for rest in shipped.split(maker).skip(1) {
                used.extend(first_name(rest));
            }
        }
    }
    assert_eq!(listed, used.iter().map(String::as_str).collect(), "left: the list, right: the names in the sources");
}

/// The text in quotes that an argument list begins with, or the last one in front of the end of a call of `too_often`, if
/// it may be the name of a limit.
fn first_name(arguments: &str) -> Option<String> {
    let arguments = arguments.split([')', ';']).next()?;
    let names = arguments.split('"').skip(1).step_by(2);
    let is_name = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c));
    names.into_iter().find(is_name).map(str::to_owned)
}
