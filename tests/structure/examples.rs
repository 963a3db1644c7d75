//! Examples play a team's own repository: workspaces that have nothing of ours but what is public, and that are built
//! with what ours is built with.

use std::collections::BTreeMap;

use crate::files::{self, File, expect_none};
use crate::tidy::third_parties;

/// The root manifests of examples.
fn roots() -> Vec<File> {
    let manifests = files::below("examples").into_iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    let roots: Vec<File> = manifests.filter(|file| file.package().is_none()).collect();
    assert!(roots.iter().any(|root| root.path == "examples/acme/Cargo.toml"), "the worked example is there");
    roots
}

/// The manifests of their packages.
fn members() -> Vec<File> {
    let manifests = files::below("examples").into_iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    manifests.filter(|file| file.package().is_some()).collect()
}

#[test]
fn an_example_is_a_workspace_of_its_own() {
    let ours = files::read("Cargo.toml");
    let excluded = ours.lines().find(|line| line.starts_with("exclude = ")).expect("there are some");
    let folders = roots().into_iter().filter_map(|root| Some(root.path.strip_suffix("/Cargo.toml")?.to_owned()));
    let not_apart = folders.filter(|folder| !excluded.contains(&format!("\"{folder}\"")));
    expect_none("not excluded from our workspace:", not_apart);
}

#[test]
fn an_example_has_our_lints_and_profiles() {
    let from_lints = |manifest: &str| manifest.split_once("\n[workspace.lints").map(|(_, rest)| rest.to_owned());
    let ours = from_lints(&files::read("Cargo.toml"));
    assert!(ours.is_some(), "ours has lints");
    let others = roots().into_iter().filter(|root| from_lints(&root.text) != ours);
    expect_none("lints or profiles unlike ours:", others.map(|root| root.path));
}

#[test]
fn an_example_has_our_versions() {
    let ours = files::read("Cargo.toml");
    let ours = third_parties(&ours);
    let others = roots().into_iter().flat_map(|root| {
        let lines = third_parties(&root.text).into_iter().filter(|line| !ours.contains(line));
        lines.map(|line| format!("{}: {line}", root.path)).collect::<Vec<_>>()
    });
    expect_none("third parties unlike ours:", others);
    let locked = locked(&files::read("Cargo.lock"));
    let others = roots().into_iter().flat_map(|root| {
        let lock = root.path.replace("Cargo.toml", "Cargo.lock");
        let of_the_example = self::locked(&files::read(&lock));
        let is_ours = |name: &str, version: &String| locked.get(name).is_none_or(|ours| ours.contains(version));
        let other = of_the_example.into_iter().filter(|(name, versions)| !versions.iter().all(|v| is_ours(name, v)));
        other.map(|(name, versions)| format!("{lock}: {name} {versions:?}")).collect::<Vec<_>>()
    });
    expect_none("locked in other versions than ours (cargo update --precise):", others);
}

/// The versions of each package.
fn locked(lock: &str) -> BTreeMap<String, Vec<String>> {
    let mut locked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let value = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    for package in lock.split("[[package]]\n").skip(1) {
        let mut lines = package.lines().map(value);
        locked.entry(lines.next().unwrap_or_default()).or_default().extend(lines.next());
    }
    locked
}

/// What an adapter of a team's own needs is in light crates; the server is for the program, and for tests.
#[test]
fn only_a_program_depends_on_the_server() {
    let heavy = members().into_iter().filter(|member| {
        let shipped = member.text.split("\n[dev-dependencies]").next().unwrap_or_default();
        let is_program = files::root().join(member.path.replace("Cargo.toml", "src/main.rs")).exists();
        shipped.contains("\nauth-server") && !is_program
    });
    expect_none("libraries that depend on auth-server:", heavy.map(|member| member.path));
}

#[test]
fn every_member_has_the_workspaces_lints() {
    let others = members().into_iter().filter(|member| !member.text.contains("\n[lints]\nworkspace = true\n"));
    expect_none("without the lints of their workspace:", others.map(|member| member.path));
}
