//! The documents say what is there.

use std::collections::BTreeSet;

use crate::files::{self, expect_none};

const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "migrations/README.md"];

#[test]
fn every_link_leads_somewhere() {
    let broken = DOCUMENTS.into_iter().flat_map(|document| {
        let text = files::read(document);
        let folder = files::root().join(document).parent().expect("in a folder").to_owned();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next().map(str::to_owned));
        let inside = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
        let missing = inside.filter(move |target| !folder.join(target.split('#').next().unwrap_or_default()).exists());
        missing.map(move |target| format!("{document}: {target}")).collect::<Vec<_>>()
    });
    expect_none("links to nothing:", broken);
}

/// Words in backticks at the beginning of a table's rows: `| `GET /healthz` | …`.
fn rows_beginning_with<'a>(text: &'a str, starts: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let first = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    first.filter(move |cell| starts.iter().any(|start| cell.starts_with(start)))
}

#[test]
fn the_readme_lists_the_endpoints_of_the_openapi_document() {
    let document = auth_http::public_document(&auth_http::public_endpoints()).expect("our endpoints go together");
    let document: serde_json::Value = serde_json::from_str(&document).expect("is JSON");
    let paths = document["paths"].as_object().expect("has paths");
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("has methods").keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let methods = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];
    let readme = files::read("README.md");
    let rows: Vec<String> = rows_beginning_with(&readme, &methods).map(str::to_owned).collect();
    let listed: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), listed.len(), "the README lists an endpoint twice");
    // Beside the document: itself, the page that shows it, and the other address of the key set.
    let beside = ["GET /openapi.json", "GET /docs", "GET /.well-known/jwks.json"].map(str::to_owned);
    let missing = described.difference(&listed).map(|endpoint| format!("not in the README: {endpoint}"));
    let gone = listed.iter().filter(|endpoint| !described.contains(*endpoint) && !beside.contains(endpoint));
    expect_none("the README's endpoints:", missing.chain(gone.map(|endpoint| format!("does not exist: {endpoint}"))));
}

#[test]
fn the_readme_names_settings_that_exist() {
    let (defaults, readme) = (files::read("config/default.toml"), files::read("README.md"));
    let mut known = BTreeSet::new();
    let mut section = String::new();
    for line in defaults.lines().map(|line| line.trim_start_matches('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.replace("providers.example", "providers.<id>").to_uppercase().replace('.', "__");
        } else if let Some((key, _)) = line.split_once(" = ") {
            known.insert(format!("AUTH__{section}__{}", key.to_uppercase()));
        }
    }
    let named = readme.split("AUTH__").skip(1).map(|rest| {
        let name = rest.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || "_<>id".contains(c))).next();
        format!("AUTH__{}", name.unwrap_or_default().replace("<id>", "<ID>"))
    });
    let known: BTreeSet<String> = known.into_iter().map(|name| name.to_uppercase()).collect();
    let general = |name: &str| name == "AUTH__SECTION__KEY";
    let unknown = named.filter(|name| !known.contains(&as_documented(name)) && !general(name));
    expect_none("settings that config/default.toml does not have:", unknown);
}

/// `AUTH__PROVIDERS__GITHUB__KIND` is documented as `AUTH__PROVIDERS__<ID>__KIND`.
fn as_documented(name: &str) -> String {
    match name.strip_prefix("AUTH__PROVIDERS__").and_then(|rest| rest.split_once("__")) {
        Some((_, key)) => format!("AUTH__PROVIDERS__<ID>__{key}"),
        None => name.to_owned(),
    }
}

#[test]
fn the_map_has_every_crate() {
    let map = files::read("ARCHITECTURE.md");
    let manifests = files::below("crates").into_iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    let names = manifests.filter_map(|file| file.crate_name().map(str::to_owned));
    let missing = names.filter(|name| !map.contains(&format!("| `{name}` |")));
    expect_none("not in ARCHITECTURE.md's table of crates:", missing);
}
