//! The papers describe what exists.

use std::collections::{BTreeMap, BTreeSet};

use auth_domain::events::EventKind;

use crate::files::{self, expect_none};
use crate::papers;

#[test]
fn every_link_leads_somewhere() {
    let papers = papers::all();
    let broken = papers.iter().flat_map(|paper| {
        let folder = paper.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let targets = paper.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let missing = targets.filter(|target| !target.contains("://") && !leads_somewhere(&paper.path, folder, target));
        missing.map(|target| format!("{}: {target}", paper.path)).collect::<Vec<_>>()
    });
    expect_none("links to nothing:", broken);
}

/// Whether the file exists and, after a `#`, contains the heading.
fn leads_somewhere(paper: &str, folder: &str, target: &str) -> bool {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() { files::root().join(paper) } else { files::root().join(folder).join(file) };
    if heading.is_empty() || !file.exists() {
        return file.exists();
    }
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    papers::anchors(&text).any(|anchor| anchor == heading)
}

/// Folders of the workspace whose files the papers name by their full paths.
const FOLDERS: [&str; 7] = ["crates/", "config/", "docs/", "examples/", "migrations/", "packaging/", "tests/"];

#[test]
fn every_file_that_is_named_exists() {
    // Files that are gone keep their names in the changelog.
    let papers: Vec<_> = papers::all().into_iter().filter(|paper| paper.path != "CHANGELOG.md").collect();
    let missing = papers.iter().flat_map(|paper| {
        let spans = papers::prose(&paper.text).flat_map(papers::code_spans);
        let paths = spans.filter(|span| FOLDERS.iter().any(|folder| span.starts_with(folder)));
        // A path with a space in it, such as `<name>`, is a pattern.
        let whole = paths.filter(|path| !path.contains(['<', '…', '*', '{', ' ']));
        whole.filter(|path| !files::root().join(path).exists()).map(|path| format!("{}: {path}", paper.path))
    });
    expect_none("files that do not exist:", missing);
}

#[test]
fn every_recipe_that_is_named_exists() {
    let justfile = files::read("justfile");
    let head = |line: &str| Some(line.split_once(':')?.0.split_whitespace().next()?.to_owned());
    let recipes: BTreeSet<String> =
        justfile.lines().filter(|line| !line.starts_with([' ', '#'])).filter_map(head).collect();
    let papers = papers::all();
    let missing = papers.iter().flat_map(|paper| {
        let spans = papers::prose(&paper.text).flat_map(papers::code_spans);
        let named = spans.filter_map(|span| span.strip_prefix("just ")?.split_whitespace().next());
        named.filter(|name| !recipes.contains(*name)).map(|name| format!("{}: just {name}", paper.path))
    });
    expect_none("recipes that the justfile does not have:", missing);
}

/// `METHOD path` of each operation in an OpenAPI document.
fn described(document: &str) -> BTreeSet<String> {
    let document: serde_json::Value = serde_json::from_str(document).expect("is JSON");
    let paths = document["paths"].as_object().expect("has paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("has methods").keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

#[test]
fn the_list_of_endpoints_is_that_of_the_openapi_documents() {
    let public = auth_http::public_document(&auth_http::public_endpoints());
    let admin = auth_http::admin_document(&auth_http::admin_endpoints());
    let [public, admin] = [public, admin].map(|text| described(&text.expect("our endpoints go together")));
    let paper = files::read("docs/endpoints.md");
    let methods = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];
    let cells = papers::rows(&paper).map(|(cell, _)| cell.to_owned());
    let rows: Vec<String> = cells.filter(|cell| methods.iter().any(|method| cell.starts_with(method))).collect();
    let listed: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), listed.len(), "an endpoint is listed twice");
    // Not in the documents: the documents themselves, the pages for people, and the second address of the key set.
    let beside = ["GET /", "GET /openapi.json", "GET /docs", "GET /console", "GET /.well-known/jwks.json"];
    let beside = beside.map(str::to_owned);
    let described: BTreeSet<String> = public.union(&admin).cloned().collect();
    let missing = described.difference(&listed).map(|endpoint| format!("not in the list: {endpoint}"));
    let gone = listed.iter().filter(|endpoint| !described.contains(*endpoint) && !beside.contains(endpoint));
    expect_none("docs/endpoints.md:", missing.chain(gone.map(|endpoint| format!("does not exist: {endpoint}"))));
}

/// The id of each operation in an OpenAPI document.
fn operations(document: &str) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(document).expect("is JSON");
    let paths = document["paths"].as_object().expect("has paths");
    let operations = paths.values().flat_map(|path| path.as_object().expect("has methods").values());
    operations.filter_map(|operation| operation["operationId"].as_str().map(str::to_owned)).collect()
}

#[test]
fn the_pages_know_every_operation_and_every_kind_of_event() {
    let titles = files::read("crates/http/assets/docs-words.js");
    let documents = ["crates/http/openapi.json", "crates/http/openapi-admin.json"].map(files::read);
    let all = documents.iter().flat_map(|document| operations(document));
    let untitled = all.filter(|id| !titles.contains(&format!(" {id}: '")));
    expect_none("operations without a Chinese title in docs-words.js:", untitled);
    let console = files::read("crates/http/assets/console-words.js");
    let kinds = EventKind::ALL.into_iter().map(|kind| format!("'{}'", kind.name()));
    expect_none("events by which console-words.js lets nobody filter:", kinds.filter(|kind| !console.contains(kind)));
}

#[test]
fn the_list_of_errors_is_that_of_the_service() {
    let paper = files::read("docs/endpoints.md");
    let listed: BTreeSet<String> = papers::rows(&paper).map(|(name, rest)| format!("{name}{rest}")).collect();
    let missing = auth_http::error::ErrorName::ALL.into_iter().filter_map(|error| {
        let (name, number, status) = error.row();
        let row = format!("{name} | {number} | {} |", status.as_u16());
        listed.iter().all(|listed| !listed.starts_with(&row)).then_some(row)
    });
    expect_none("errors that docs/endpoints.md does not list so:", missing);
}

/// Every setting of `config/default.toml` by the name of its variable, with its default where it has one.
fn settings() -> BTreeMap<String, Option<String>> {
    let defaults = files::read("config/default.toml");
    let mut known = BTreeMap::new();
    let mut section = String::new();
    for line in defaults.lines() {
        let (line, is_set) = line.strip_prefix('#').map_or((line, true), |example| (example, false));
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = as_documented(&format!("AUTH__{}__", name.to_uppercase().replace('.', "__")));
        } else if let Some((key, value)) = line.split_once(" = ") {
            let value = value.trim_matches('"').to_owned();
            known.insert(format!("{section}{}", key.to_uppercase()), is_set.then_some(value));
        }
    }
    known
}

/// `AUTH__PROVIDERS__GITHUB__KIND` is documented as `AUTH__PROVIDERS__<ID>__KIND`, and so with clients.
fn as_documented(name: &str) -> String {
    let tables = ["AUTH__PROVIDERS__", "AUTH__CLIENTS__REGISTERED__", "AUTH__WEBHOOKS__", "AUTH__RULES__"];
    let named = tables.into_iter().find_map(|table| Some((table, name.strip_prefix(table)?.split_once("__")?)));
    named.map_or_else(|| name.to_owned(), |(table, (_, key))| format!("{table}<ID>__{key}"))
}

#[test]
fn papers_name_settings_that_exist() {
    let known = settings();
    assert!(known.contains_key("AUTH__HTTP__LISTEN") && known.contains_key("AUTH__PROVIDERS__<ID>__KIND"));
    // The changelog may name settings that are gone, and a pattern such as AUTH__SECTION__KEY is not a setting.
    let papers: Vec<_> = papers::all().into_iter().filter(|paper| paper.path != "CHANGELOG.md").collect();
    // Sections of examples are known by the tests that set them.
    let examples: Vec<_> = files::below("examples").into_iter().filter(|file| file.path.contains("/tests/")).collect();
    let is_of_an_example = |name: &str| examples.iter().any(|file| file.text.contains(&format!("\"{name}\"")));
    let is_known =
        |name: &str| known.contains_key(&as_documented(name)) || name == "AUTH__SECTION__KEY" || is_of_an_example(name);
    let unknown = papers.iter().flat_map(|paper| {
        let names = paper.text.split("AUTH__").skip(1).map(|rest| {
            let end = |c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || "_<>".contains(c));
            format!("AUTH__{}", rest.split(end).next().unwrap_or_default())
        });
        let unknown = names.filter(|name| !is_known(name));
        unknown.map(|name| format!("{}: {name}", paper.path)).collect::<Vec<_>>()
    });
    expect_none("settings that config/default.toml does not have:", unknown);
}

#[test]
fn the_table_of_settings_has_the_defaults() {
    let known = settings();
    let paper = files::read("docs/settings.md");
    let rows: Vec<_> = papers::rows(&paper).filter(|(name, _)| name.starts_with("AUTH__")).collect();
    assert!(rows.len() > 20, "the table is there");
    let wrong = rows.into_iter().filter_map(|(name, rest)| {
        let cell = rest.split('|').nth(1).unwrap_or_default().trim();
        let first = cell.split([' ', ',']).next().unwrap_or_default().trim_matches('`');
        let is_right = match known.get(&as_documented(name))?.as_deref() {
            Some("[]") => first == "none",
            Some(default) => first == default,
            // The setting has no default of its own, so it is described in words.
            None => first == "none" || cell.contains(' '),
        };
        (!is_right).then(|| format!("{name}: {cell}"))
    });
    expect_none("defaults that are not those of config/default.toml:", wrong.collect::<Vec<_>>());
}

#[test]
fn the_map_has_every_crate() {
    let map = files::read("ARCHITECTURE.md");
    let manifests = files::below("crates").into_iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    let names = manifests.filter_map(|file| file.crate_name().map(str::to_owned));
    let missing = names.filter(|name| !map.contains(&format!("| `{name}` |")));
    expect_none("not in ARCHITECTURE.md's table of crates:", missing);
}

#[test]
fn the_map_has_every_room_of_the_use_cases() {
    let map = files::read("ARCHITECTURE.md");
    let sources = files::below("crates/application/src").into_iter();
    let rooms: BTreeSet<String> = sources
        .filter_map(|file| Some(file.path.strip_prefix("crates/application/src/")?.split_once('/')?.0.to_owned()))
        .collect();
    assert!(rooms.contains("sign_up"), "the rooms are folders");
    let table = map.split("| room |").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    let missing = rooms.into_iter().filter(|room| !table.contains(&format!("| `{room}` |")));
    expect_none("not in ARCHITECTURE.md's table of rooms:", missing);
}
