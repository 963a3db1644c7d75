//! Releases: one command gives everything a new version, and says what an upgrade does to the schema.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::files;

const LOCKS: [&str; 3] = ["Cargo.lock", "examples/acme/Cargo.lock", "tests/fuzz/Cargo.lock"];
/// What names the version once.
const VERSIONED: [&str; 5] = [
    "Cargo.toml",
    "compose.yaml",
    "crates/http/openapi.json",
    "crates/http/openapi-admin.json",
    "packaging/Containerfile",
];
const CHANGELOG: &str = "# Changelog\n\n## Unreleased\n\nNothing has been released yet.\n\n### Added\n\n- A thing.\n";

/// A copy of what the command reads and writes, with a changelog of its own.
fn copied() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for path in [&LOCKS[..], &VERSIONED, &["packaging/version.sh"]].concat() {
        write(folder.path(), path, &files::read(path));
    }
    write(folder.path(), "CHANGELOG.md", CHANGELOG);
    write(folder.path(), "migrations/20270101000001_create_a/up.sql", "CREATE TABLE a ();\n");
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("in a folder")).expect("a new folder");
    fs::write(path, text).expect("a new file");
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).expect("a file of the copy")
}

fn release(folder: &Path, version: &str) -> Output {
    let script = folder.join("packaging/version.sh");
    Command::new("bash").arg(script).args([version, "2027-02-01"]).output().expect("bash runs")
}

/// The blocks of a lock file, each with its name and whether it is of a crate of ours with the workspace's version.
fn packages(lock: &str) -> Vec<(String, bool)> {
    let blocks = lock.split("[[package]]\n").skip(1);
    let is_ours = |block: &str| block.starts_with("name = \"auth-") && !block.starts_with("name = \"auth-fuzz\"");
    blocks.map(|block| (block.to_owned(), is_ours(block))).collect()
}

#[test]
fn one_command_gives_everything_a_new_version() {
    let folder = copied();
    let released = release(folder.path(), "70.1.2");
    assert!(released.status.success(), "{released:?}");
    for path in VERSIONED {
        let (before, after) = (files::read(path), read(folder.path(), path));
        let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
        assert_eq!(before.lines().count(), after.lines().count(), "{path}");
        assert!(matches!(changed[..], [(_, new)] if new.contains("70.1.2")), "{path}: {changed:?}");
    }
    for path in LOCKS {
        let (before, after) = (packages(&files::read(path)), packages(&read(folder.path(), path)));
        assert_eq!(before.len(), after.len(), "{path}");
        for ((before, is_ours), (after, _)) in before.iter().zip(&after) {
            assert_eq!(after.contains("\nversion = \"70.1.2\"\n"), *is_ours, "{path}: {after}");
            assert!(*is_ours || before == after, "{path}: {after}");
        }
    }
}

#[test]
fn a_release_says_what_an_upgrade_does_to_the_schema() {
    let folder = copied();
    assert!(release(folder.path(), "70.0.0").status.success());
    let first = "# Changelog\n\n## Unreleased\n\n## 70.0.0 - 2027-02-01\n\n### Added\n\n- A thing.\n\n### Upgrading\n\n\
        - Schema: everything up to `20270101000001`.\n";
    assert_eq!(read(folder.path(), "CHANGELOG.md"), first);

    let demanding = "INSERT INTO schema_requirements (step, oldest_program) VALUES ('20270102000001', '70.0.0');\n";
    write(folder.path(), "migrations/20270102000001_drop_a/up.sql", demanding);
    let own = "## Unreleased\n\n### Upgrading\n\n- Rename a setting.\n";
    write(folder.path(), "CHANGELOG.md", &first.replace("## Unreleased\n", own));
    assert!(release(folder.path(), "70.1.0").status.success());
    let second = read(folder.path(), "CHANGELOG.md");
    let section = second.split("\n## ").nth(2).expect("the new section");
    assert_eq!(
        section,
        "70.1.0 - 2027-02-01\n\n### Upgrading\n\n\
         - Schema: up to `20270102000001`. `auth-server migrate` runs `20270102000001_drop_a`, while the program before \
         this one goes on.\n\
         - After `20270102000001_drop_a`, programs older than 70.0.0 are not ready any more, and do not start.\n\
         - Rename a setting.\n"
    );

    assert!(release(folder.path(), "70.2.0").status.success());
    let third = read(folder.path(), "CHANGELOG.md");
    assert!(third.contains("- Schema: no new step, still up to `20270102000001`.\n"), "{third}");
    for refused in ["70.2.0", "70.3", "v70.3.0"] {
        assert!(!release(folder.path(), refused).status.success(), "{refused}");
        assert_eq!(read(folder.path(), "CHANGELOG.md"), third, "{refused}");
    }
}
