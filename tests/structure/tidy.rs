//! What files may look like.

use crate::files::{self, File, code, expect_none};

/// From this length on a file must be split. The aim is 300.
const LONGEST_FILE: usize = 400;

fn found(files: &[File], wanted: impl Fn(&File, usize, &str) -> bool) -> Vec<String> {
    let in_file = |file: &File| {
        let lines = file.lines().filter(|(number, line)| wanted(file, *number, line));
        lines.map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim())).collect::<Vec<_>>()
    };
    files.iter().flat_map(in_file).collect()
}

/// Returns Rust files, without those that spell out the forbidden words.
fn rust() -> Vec<File> {
    files::rust().into_iter().filter(|file| !file.path.starts_with("tests/structure/")).collect()
}

#[test]
fn nothing_is_left_undone() {
    let undone = ["todo!", "unimplemented!", "dbg!", "FIXME", "XXX:"];
    expect_none("left undone:", found(&rust(), |_, _, line| undone.iter().any(|word| line.contains(word))));
}

/// `?` passes failures on, whatever the refusals beside them are, and one conversion makes an answer of both.
#[test]
fn what_was_refused_and_what_failed_are_converted_once() {
    let rust = rust();
    let conversions = found(&rust, |_, _, line| code(line).contains("From<Halt<"));
    let others = conversions.into_iter().filter(|place| !place.starts_with("crates/http/src/error.rs:"));
    expect_none("conversions of a Halt beside the one that makes an answer:", others);
    expect_none("failures converted by hand (`?` does it):", found(&rust, |_, _, line| converts_by_hand(line)));
}

/// Whether this is an arm such as `Failed(failure) => failure.into()`, or such an arm with a constructor around it.
fn converts_by_hand(line: &str) -> bool {
    let arms = code(line).split("Failed(").skip(1).filter_map(|rest| rest.split_once(") => "));
    let mut arms = arms.map(|(failure, then)| (format!("{}.into()", failure.trim_end_matches(')')), then));
    arms.any(|(by_hand, then)| then.contains(&by_hand))
}

#[test]
fn conversions_by_hand_are_recognised() {
    for (line, is_one) in [
        ("            Halt::Failed(failure) => failure.into(),", true),
        ("Err(Halt::Failed(cause)) => Err(cause.into()),", true),
        ("Self::Failed(failure) => Halt::Failed(failure),", false),
        ("Halt::Failed(failure) => Self::from(failure),", false),
        ("handled.map_err(|failure| HandleError::Failed(failure.into()))", false),
    ] {
        assert_eq!(converts_by_hand(line), is_one, "{line}");
    }
}

#[test]
fn no_test_is_ignored() {
    expect_none("ignored tests:", found(&rust(), |_, _, line| code(line).contains("#[ignore")));
}

/// The tests inside a crate are not compiled if its manifest says that it has none.
#[test]
fn no_test_is_left_out() {
    let manifests = files::below("crates").into_iter().filter(|file| file.path.ends_with("Cargo.toml"));
    let says_none = manifests.filter(|manifest| manifest.text.contains("\n[lib]\ndoctest = false\ntest = false\n"));
    let none: Vec<String> = says_none.filter_map(|manifest| manifest.package().map(str::to_owned)).collect();
    assert!(!none.is_empty(), "the manifests are read");
    let left_out = found(&rust(), |file, _, line| {
        let is_of_one = file.package().is_some_and(|package| none.iter().any(|one| one == package));
        is_of_one && file.is_crate_source() && line.trim() == "#[cfg(test)]"
    });
    expect_none("tests in crates whose [lib] says test = false:", left_out);
}

fn is_test_code(file: &File, number: usize) -> bool {
    let below_tests = file.text.lines().take(number).any(|line| line.trim() == "#[cfg(test)]");
    let beside = !file.is_crate_source() && !file.path.starts_with("tests/bench/");
    beside || below_tests || file.path.contains("/testing/")
}

/// How far the pause of a polling loop may be from the loop's first line and from its timeout.
const POLLED_WITHIN: usize = 12;

#[test]
fn tests_do_not_sleep_without_a_reason() {
    let rust = rust();
    let sleeping = found(&rust, |file, number, line| {
        if !code(line).replace("pg_sleep(", "").contains("sleep(") {
            return false;
        }
        let above: Vec<&str> = file.text.lines().take(number - 1).collect();
        let explained = line.contains("//") || above.last().is_some_and(|line| line.trim_start().starts_with("//"));
        let near = || above.iter().rev().take(POLLED_WITHIN).map(|line| line.trim_start());
        let ends = || file.text.lines().skip(number).take(POLLED_WITHIN).any(|line| line.contains("timeout("));
        let polls =
            near().any(|line| line.starts_with("for _ in 0..")) || near().any(|l| l.starts_with("while ")) && ends();
        !explained && !polls && is_test_code(file, number)
    });
    expect_none("sleeps in tests need a comment that says why there is nothing to wait for:", sleeping);
}

#[test]
fn files_are_short() {
    let long = files::rust().into_iter().map(|file| (file.text.lines().count(), file.path));
    let long = long.filter(|(lines, _)| *lines > LONGEST_FILE);
    expect_none("files to split:", long.map(|(lines, path)| format!("{path}: {lines} lines, {LONGEST_FILE} allowed")));
}

#[test]
fn every_crate_says_what_it_is_for() {
    let roots = files::rust().into_iter().filter(|file| file.path.ends_with("/src/lib.rs"));
    let silent = roots.filter(|file| !file.text.starts_with("//!"));
    expect_none("crates whose lib.rs does not begin with //!:", silent.map(|file| file.path));
}

#[test]
fn exceptions_from_lints_have_reasons() {
    let silenced = found(&rust(), |file, number, line| {
        let begins = code(line).trim_start();
        if !["#[allow(", "#![allow(", "#[expect(", "#![expect("].iter().any(|a| begins.starts_with(a)) {
            return false;
        }
        let rest: String = file.text.lines().skip(number - 1).take(8).take_while(|l| !l.contains(")]")).collect();
        !line.contains("reason =") && !rest.contains("reason =") && !closing_has_reason(file, number)
    });
    expect_none("lints silenced without a reason:", silenced);
}

fn closing_has_reason(file: &File, number: usize) -> bool {
    file.text.lines().skip(number - 1).take(8).find(|line| line.contains(")]")).is_some_and(|l| l.contains("reason ="))
}

#[test]
fn every_third_party_version_has_a_reason() {
    let manifest = files::read("Cargo.toml");
    let bare = third_parties(&manifest).into_iter().filter(|line| !line.contains(" # "));
    expect_none("dependencies without a reason beside them:", bare.map(str::to_owned));
}

/// The lines of a workspace's manifest that name a version.
pub(crate) fn third_parties(manifest: &str) -> Vec<&str> {
    let section = manifest.split("[workspace.dependencies]").nth(1).expect("there is one");
    let section = section.split("\n[").next().unwrap_or_default();
    let lines = section.lines().filter(|line| line.contains('=') && !line.starts_with('#'));
    lines.filter(|line| !line.contains("{ path = ")).collect()
}

#[test]
fn versions_are_in_the_root_manifest_only() {
    let manifests = ["crates", "examples", "tests"].into_iter().flat_map(files::below);
    let is_root = |file: &File| file.path.starts_with("tests/fuzz/") || file.text.contains("\n[workspace]\n");
    let members = manifests.filter(|file| file.path.ends_with("/Cargo.toml") && !is_root(file));
    let versions = members.flat_map(|file| versions_of(&file));
    expect_none("versions outside of the root manifest (use `.workspace = true`):", versions);
}

fn versions_of(manifest: &File) -> Vec<String> {
    let mut in_dependencies = false;
    let mut versions = Vec::new();
    for (number, line) in manifest.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        }
        let entry = in_dependencies && line.contains('=') && !line.starts_with('#');
        let shared = line.contains("workspace = true") || line.contains("path = \".\"");
        if entry && !shared {
            versions.push(format!("{}:{number}: {line}", manifest.path));
        }
    }
    versions
}

/// Ports whose suites need what only the adapter's crate has (fake servers, keys), and where the suites are.
const SUITES_BESIDE_THE_ADAPTER: &[(&str, &str)] = &[
    ("encrypted_requests", "crates/tokens/tests/contract.rs"),
    ("meter", "crates/metrics/tests/text.rs"),
    ("passwords", "crates/passwords/tests/contract.rs"),
    ("rules", "crates/webhooks/tests/contract.rs"),
    ("tokens", "crates/tokens/tests/contract.rs"),
];

#[test]
fn every_port_has_a_contract() {
    let contracts: Vec<String> = files::below("crates/contracts/src").into_iter().map(|file| file.path).collect();
    let suites: Vec<File> = files::below("crates");
    let has_contract = |port: &str| {
        let (file, folder) = (format!("src/{port}.rs"), format!("src/{port}/mod.rs"));
        let shared = contracts.iter().any(|path| path.ends_with(&file) || path.ends_with(&folder));
        let beside = SUITES_BESIDE_THE_ADAPTER.iter().find(|(name, _)| *name == port);
        shared || beside.is_some_and(|(_, path)| suites.iter().any(|file| exists_as(&file.path, path)))
    };
    // The traits in `halt.rs` only add methods to results.
    let is_port = |file: &File| file.text.contains("pub trait ") && !file.path.ends_with("/halt.rs");
    let ports = files::below("crates/ports/src").into_iter().filter(is_port);
    let names = ports.filter_map(|file| Some(file.path.strip_suffix(".rs")?.rsplit('/').next()?.to_owned()));
    expect_none("ports without a suite of the same name in contracts:", names.filter(|name| !has_contract(name)));
}

/// A test is a file, or a folder of the same name.
fn exists_as(found: &str, wanted: &str) -> bool {
    found == wanted || found == wanted.replace(".rs", "/main.rs")
}

#[test]
fn nothing_speaks_of_one_machine() {
    // The names are put together here, so that this file does not contain them either.
    let hosts = [("crates", "io"), ("docs", "rs"), ("npmjs", "org"), ("npmjs", "com"), ("pypi", "org")];
    let hosts = hosts.map(|(name, domain)| format!("{name}.{domain}"));
    let folders = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    let words: Vec<String> = hosts.into_iter().chain(folders).collect();
    let named = |line: &str| words.iter().any(|word| stands_alone(line, word));
    let files: Vec<File> = files::below(".").into_iter().filter(|file| !file.path.ends_with("Cargo.lock")).collect();
    expect_none("paths of a machine or hosts of a registry:", found(&files, |_, _, line| named(line)));
}

/// Whether `line` contains `word` at the start of a path or a host.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(start, _)| !line[..start].ends_with(|c: char| c.is_alphanumeric() || "_-.}".contains(c)))
}

#[test]
fn machine_paths_are_recognised() {
    let path = format!("\"/{}/x\"", "home");
    assert!(stands_alone(&path, &path[1..7]));
    assert!(!stands_alone(&format!("src{}", &path[1..]), &path[1..7]));
}
