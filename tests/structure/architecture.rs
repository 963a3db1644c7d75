//! The dependency arrows, and the words that reveal a forbidden one.

use std::collections::BTreeSet;

use crate::files::{self, File, code, expect_none, has_word};
use crate::workspace::{Dependency, Package, Workspace};

/// Every crate that an arrow may lead to.
const EVERYTHING: &[&str] = &[
    "domain",
    "ports",
    "application",
    "captcha",
    "postgres",
    "memory",
    "metrics",
    "outbound",
    "tokens",
    "traces",
    "passwords",
    "providers",
    "senders",
    "webhooks",
    "embedded-postgres",
    "extension",
    "workers",
    "http",
    "settings",
];
const ADAPTER: &[&str] = &["ports", "domain"];

/// Per crate: what it may depend on, and what else its tests may use. The reasons are in ARCHITECTURE.md.
const ARROWS: &[(&str, &[&str], &[&str])] = &[
    ("domain", &[], &[]),
    ("ports", &["domain"], &[]),
    ("application", &["ports", "domain"], &["memory", "contracts"]),
    ("contracts", &["ports", "domain"], &[]),
    ("postgres", &["ports", "domain", "workers"], &["contracts", "embedded-postgres"]),
    ("memory", ADAPTER, &["contracts"]),
    ("metrics", ADAPTER, &["contracts"]),
    ("captcha", &["ports", "domain", "workers"], &["contracts"]),
    ("tokens", &["ports", "domain", "workers"], &["contracts"]),
    ("passwords", &["ports", "domain", "workers"], &["contracts"]),
    ("traces", &["ports", "domain", "outbound"], &["contracts"]),
    ("outbound", &[], &[]),
    ("providers", &["ports", "domain", "outbound", "settings"], &["contracts"]),
    ("senders", &["ports", "domain", "outbound", "settings"], &["contracts"]),
    ("extension", &["ports", "domain", "outbound", "settings", "http"], &["contracts"]),
    ("webhooks", &["ports", "domain", "outbound", "settings"], &["contracts"]),
    ("embedded-postgres", &[], &[]),
    ("workers", &[], &[]),
    ("http", &["application", "domain"], &["ports", "memory", "contracts"]),
    ("settings", &["domain"], &[]),
    ("server", EVERYTHING, &["contracts"]),
];

/// Third-party packages (a trailing `*` stands for any rest) and the crates that may use them.
const PLACES: &[(&str, &[&str])] = &[
    ("diesel*", &["postgres"]),
    ("r2d2", &["postgres"]),
    ("pq-sys", &["postgres"]),
    ("actix*", &["http", "server"]),
    ("utoipa*", &["http"]),
    ("config", &["settings"]),
    ("clap", &["server"]),
    ("getrandom", &["server"]),
    ("tracing-subscriber", &["server", "traces", "contracts"]),
    ("captcha", &["captcha"]),
    ("lettre", &["senders"]),
    ("reqwest", &["outbound"]),
    ("prometheus", &["metrics"]),
    ("jsonwebtoken", &["tokens", "providers"]),
    ("argon2*", &["passwords"]),
    ("bcrypt", &["passwords"]),
    ("scrypt", &["passwords"]),
    ("pbkdf2", &["passwords"]),
    ("sha1", &["domain", "passwords"]),
    ("regex-lite", &["domain"]),
    ("icu_properties", &["domain"]),
];

fn short(package: &str) -> &str {
    package.strip_prefix("auth-").unwrap_or(package)
}

/// Returns the short name of a package of this workspace, whatever it is called, or `None` for a third party's.
fn ours(dependency: &Dependency) -> Option<&str> {
    dependency.path.as_ref().map(|_| short(&dependency.name))
}

/// Returns the crates of the workspace. `tests` is not in the table, because it may use all of them.
fn crates(workspace: &Workspace) -> impl Iterator<Item = (&str, &Package)> {
    let packages = workspace.packages.iter().map(|package| (short(&package.name), package));
    packages.filter(|(name, _)| *name != "tests")
}

fn may_depend(from: &str, dependency: &Dependency, to: &str) -> bool {
    let Some((_, shipped, tested)) = ARROWS.iter().find(|(name, ..)| *name == from) else { return false };
    // `tests` contains the test application, and a crate may depend on itself for its own `testing` feature.
    shipped.contains(&to) || dependency.is_for_tests() && (tested.contains(&to) || to == "tests" || to == from)
}

#[test]
fn every_crate_is_in_the_table() {
    let workspace = Workspace::read();
    let found: BTreeSet<&str> = crates(&workspace).map(|(name, _)| name).collect();
    let expected: BTreeSet<&str> = ARROWS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(found, expected, "a new crate needs a line in ARROWS and in ARCHITECTURE.md");
    let folders = crates(&workspace)
        .filter(|(name, package)| !package.manifest_path.ends_with(&format!("crates/{name}/Cargo.toml")));
    expect_none("folder and package have one name", folders.map(|(name, _)| name.to_owned()));
}

#[test]
fn no_arrow_but_those_of_the_table() {
    let workspace = Workspace::read();
    let forbidden = crates(&workspace).flat_map(|(from, package)| {
        let ours = package.dependencies.iter().filter_map(|d| Some((d, ours(d)?)));
        ours.filter(move |(dependency, to)| !may_depend(from, dependency, to))
            .map(move |(dependency, to)| format!("{from} -> {to} ({:?})", dependency.kind))
    });
    expect_none("arrows that the table does not allow:", forbidden);
}

#[test]
fn a_forbidden_arrow_would_be_noticed() {
    let workspace = Workspace::read();
    let (_, http) = crates(&workspace).find(|(name, _)| *name == "http").expect("there is one");
    let arrow = http.dependencies.iter().find(|d| d.name == "auth-domain").expect("there is one");
    assert!(may_depend("http", arrow, "domain"));
    assert!(!may_depend("http", arrow, "postgres"));
    assert!(!may_depend("postgres", arrow, "memory"));
    assert!(!may_depend("unheard-of", arrow, "domain"));
    let mut of_a_team = arrow.clone();
    of_a_team.name = "acme-store".to_owned();
    assert_eq!(ours(&of_a_team), Some("acme-store"), "a package of the workspace needs no name like ours");
    assert!(!may_depend("http", &of_a_team, "acme-store"));
}

#[test]
fn third_party_packages_stay_in_their_places() {
    let workspace = Workspace::read();
    let misplaced = crates(&workspace).flat_map(|(name, package)| {
        let shipped = package.dependencies.iter().filter(|d| !d.is_for_tests());
        shipped.filter(move |d| !may_name(name, &d.name)).map(move |d| format!("{name} depends on {}", d.name))
    });
    expect_none("third-party packages outside of their crates:", misplaced);
}

fn may_name(name: &str, package: &str) -> bool {
    let matches = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => package.starts_with(start),
        None => package == pattern,
    };
    PLACES.iter().filter(|(pattern, _)| matches(pattern)).all(|(_, places)| places.contains(&name))
}

fn sources() -> Vec<File> {
    files::below("crates").into_iter().filter(File::is_crate_source).collect()
}

/// Those of examples as well, which name what they like of our crates and of third parties.
fn all_sources() -> Vec<File> {
    files::rust().into_iter().filter(File::is_crate_source).collect()
}

fn mentions<'a>(files: &'a [File], word: &'a str, places: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let outside = files.iter().filter(|file| !file.crate_name().is_some_and(|name| places.contains(&name)));
    outside.flat_map(move |file| {
        let lines = file.lines().filter(move |(_, line)| line.to_lowercase().contains(word));
        lines.map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim())).collect::<Vec<_>>()
    })
}

#[test]
fn only_postgres_mentions_diesel() {
    expect_none("diesel outside of postgres:", mentions(&sources(), "diesel", &["postgres"]));
}

#[test]
fn only_http_and_server_mention_actix() {
    expect_none("actix outside of http and server:", mentions(&sources(), "actix", &["http", "server"]));
}

#[test]
fn only_settings_reads_the_environment() {
    // It is a library of its own, whose callers choose between `Host::from_environment` and values of their own.
    let documented =
        |file: &File, line: &str| file.path.ends_with("embedded-postgres/src/options.rs") && line.contains("var_os(");
    let sources = all_sources();
    let readers = sources.iter().filter(|file| file.crate_name() != Some("settings")).flat_map(|file| {
        let reads =
            |line: &str| ["env::var(", "env::var_os(", "env::vars(", "env::vars_os("].iter().any(|r| line.contains(r));
        let lines = file.lines().filter(move |(_, line)| reads(code(line)) && !documented(file, line));
        lines.map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim())).collect::<Vec<_>>()
    });
    expect_none("the environment is read outside of settings:", readers);
}

/// Clippy refuses these too; they are here so that a build without clippy also notices.
const AMBIENT: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "thread_rng",
    "rand::rng",
    "rand::random",
    "OsRng",
    "getrandom::fill",
    "Uuid::new_v4",
    "Uuid::now_v7",
];

/// How many lines above a use the exception must be declared.
const DECLARED_WITHIN: usize = 8;

#[test]
fn time_and_randomness_are_passed_in() {
    let sources = all_sources();
    let ambient = sources.iter().flat_map(|file| {
        let lines: Vec<&str> = file.text.lines().collect();
        let declared = |index: usize| {
            let above = &lines[index.saturating_sub(DECLARED_WITHIN)..index];
            above.iter().any(|line| line.contains("#[expect(clippy::disallowed_methods"))
        };
        // The runtime's own instants are for timers and durations, which tests pause.
        let runtime = lines.iter().any(|line| line.starts_with("use tokio::time::") && has_word(line, "Instant"));
        let ambient = |line: &str| AMBIENT.iter().any(|w| line.contains(w) && !(runtime && *w == "Instant::now"));
        let uses = lines.iter().enumerate().filter(|(_, line)| ambient(code(line)));
        uses.filter(|(index, _)| !declared(*index))
            .map(|(index, line)| format!("{}:{}: {}", file.path, index + 1, line.trim()))
            .collect::<Vec<_>>()
    });
    expect_none("ambient time or randomness (take a Clock or an Entropy):", ambient);
}

#[test]
fn clippy_refuses_ambient_time_and_randomness() {
    let (clippy, manifest) = (files::read("clippy.toml"), files::read("Cargo.toml"));
    let banned = ["SystemTime::now", "Instant::now", "Utc::now", "getrandom::fill", "Uuid::new_v4", "Uuid::now_v7"];
    expect_none("not in clippy.toml:", banned.iter().filter(|b| !clippy.contains(**b)).map(ToString::to_string));
    assert!(manifest.contains("disallowed_methods = \"deny\""), "clippy's list is not enforced");
}

#[test]
fn the_domain_has_no_async() {
    let sources = sources();
    let domain = sources.iter().filter(|file| file.crate_name() == Some("domain"));
    let uses = domain.flat_map(|file| {
        let lines = file.lines().filter(|(_, line)| has_word(code(line), "async") || has_word(code(line), "await"));
        lines.map(|(number, _)| format!("{}:{number}", file.path)).collect::<Vec<_>>()
    });
    expect_none("async in the domain:", uses);
}

#[test]
fn only_the_wiring_constructs_adapters() {
    let adapters = ["auth_postgres::", "auth_tokens::", "auth_passwords::", "auth_providers::", "auth_senders::"];
    let sources = sources();
    let inner = sources.iter().filter(|file| matches!(file.crate_name(), Some("application" | "http" | "ports")));
    let named = inner.flat_map(|file| {
        let lines = file.lines().filter(|(_, line)| adapters.iter().any(|adapter| code(line).contains(adapter)));
        lines.map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim())).collect::<Vec<_>>()
    });
    expect_none("adapters named by inner crates:", named);
}
