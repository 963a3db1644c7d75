//! No promise is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_promise_is_stamped() {
    let mut files = BTreeMap::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let suites: BTreeSet<&PathBuf> = files.iter().filter(|(_, text)| is_suite(text)).map(|(path, _)| path).collect();
    assert!(suites.len() > 20, "{suites:?}");
    for suite in &suites {
        let with_it =
            files.iter().filter(|(path, _)| belongs(path, suite) && (path == suite || !suites.contains(path)));
        let written: BTreeSet<_> = with_it.flat_map(|(_, text)| promises(text)).collect();
        let listed: BTreeSet<_> = stamped(&files[*suite]).collect();
        assert_eq!(listed, written, "{}: left: stamped, right: written", suite.display());
        assert_eq!(listed.len(), stamped(&files[*suite]).count(), "{}: a promise is stamped twice", suite.display());
    }
}

fn read(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, files);
        } else {
            let text = fs::read_to_string(&path).expect("a source");
            files.insert(path, text);
        }
    }
}

/// Whether the file has the list of a suite's promises.
fn is_suite(text: &str) -> bool {
    ["$crate::stamp!(", "$crate::stamp_on!("].iter().any(|macro_call| text.contains(macro_call))
}

/// Whether the file may have promises of the suite: it is the suite, or lies in its folder.
fn belongs(file: &Path, suite: &Path) -> bool {
    file == suite || suite.ends_with("mod.rs") && file.parent() == suite.parent()
}

fn stamped(list: &str) -> impl Iterator<Item = &str> {
    let parts = list.split_once("$make,").or_else(|| list.split_once("$probe,"));
    let rest = parts.expect("the suite's macro").1;
    let names = rest.split_once('[').and_then(|(_, rest)| rest.split_once(']')).expect("its list").0;
    names.lines().map(str::trim).filter_map(|line| line.strip_suffix(','))
}

fn promises(file: &str) -> impl Iterator<Item = &str> {
    file.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split(['(', '<']).next())
}
