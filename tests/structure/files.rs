//! The files of the workspace, as the other rules read them.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that contain nothing written by hand.
const SKIPPED: [&str; 6] = ["target", ".git", ".data", "corpus", "artifacts", "node_modules"];

/// A text file.
pub(crate) struct File {
    /// The path from the root of the workspace, with forward slashes.
    pub(crate) path: String,
    /// The content.
    pub(crate) text: String,
}

impl File {
    /// Returns its lines, numbered from 1.
    pub(crate) fn lines(&self) -> impl DoubleEndedIterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line)).collect::<Vec<_>>().into_iter()
    }

    /// Returns the name of the crate's folder for a file below `crates/`.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Returns the folder of the package that it belongs to: `crates/<name>` or `examples/<workspace>/<name>`.
    pub(crate) fn package(&self) -> Option<&str> {
        let depth = if self.path.starts_with("examples/") { 3 } else { 2 };
        let (end, _) = self.path.match_indices('/').nth(depth - 1)?;
        Some(&self.path[..end])
    }

    /// Whether it belongs to a crate's own code rather than to its tests or benches.
    pub(crate) fn is_crate_source(&self) -> bool {
        let below = self.package().and_then(|package| self.path.strip_prefix(package));
        self.path.ends_with(".rs") && below.is_some_and(|below| below.starts_with("/src/"))
    }
}

/// Returns the root of the workspace.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the package lies in the workspace").to_owned()
}

/// Reads one file.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns every text file below a folder, ordered by path.
pub(crate) fn below(folder: &str) -> Vec<File> {
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

/// Returns every Rust file of the workspace and of the examples, which are workspaces of their own.
pub(crate) fn rust() -> Vec<File> {
    ["crates", "examples", "tests"].into_iter().flat_map(below).filter(|file| file.path.ends_with(".rs")).collect()
}

fn collect(folder: &Path, files: &mut Vec<File>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        match entry.file_type() {
            // In a second working tree, `.git` is a file.
            _ if SKIPPED.iter().any(|skipped| name == *skipped) => {}
            Ok(kind) if kind.is_dir() => collect(&path, files),
            // Files that are not text, or that another test is replacing at the moment, are skipped.
            Ok(kind) if kind.is_file() => {
                files.extend(fs::read_to_string(&path).ok().map(|text| File { path: relative(&path), text }))
            }
            _ => {}
        }
    }
}

fn relative(path: &Path) -> String {
    let parts = path.strip_prefix(root()).expect("below the root").components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Fails with a list of all violations, one per line.
pub(crate) fn expect_none(rule: &str, violations: impl IntoIterator<Item = String>) {
    let violations: Vec<String> = violations.into_iter().collect();
    assert!(violations.is_empty(), "{rule}\n  {}\n", violations.join("\n  "));
}

/// Returns the code of a line, without its comment. This is good enough for sweeps, although it also cuts strings
/// that contain `//`.
pub(crate) fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Whether `text` contains `word`, but not as part of a longer word.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(start, found)| !text[..start].ends_with(is_part) && !text[start + found.len()..].starts_with(is_part))
}

#[test]
fn packages_are_told_from_what_is_around_them() {
    let file = |path: &str| File { path: path.to_owned(), text: String::new() };
    for (path, package, is_source) in [
        ("crates/http/src/error.rs", Some("crates/http"), true),
        ("crates/http/tests/x.rs", Some("crates/http"), false),
        ("examples/acme/badge/src/lib.rs", Some("examples/acme/badge"), true),
        ("examples/acme/badge/tests/src/x.rs", Some("examples/acme/badge"), false),
        ("examples/acme/Cargo.toml", None, false),
    ] {
        assert_eq!((file(path).package(), file(path).is_crate_source()), (package, is_source), "{path}");
    }
}

#[test]
fn words_are_found_whole() {
    assert!(has_word("use async_trait; async fn", "async"));
    assert!(!has_word("use async_trait;", "async"));
    assert_eq!(code("let x = 1; // y"), "let x = 1; ");
}
