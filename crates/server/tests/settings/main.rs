//! The settings of the whole program, including those of adapters, as an operator sees them: files, variables, and
//! the message when something is wrong.

mod clients;
mod dangers;
mod defaults;
mod documentation;
mod growth;
mod guesses;
mod layers;
mod problems;
mod production;
mod secrets;
mod webhooks;

use std::fs;
use std::path::Path;

use auth_server::{Configuration, Server, World};
use auth_settings::{Environment, Section, SectionTree, Settings};
use tempfile::TempDir;

const DEFAULT_TOML: &str = include_str!("../../../../config/default.toml");
/// 32 random bytes that are used nowhere.
const SERVER_KEY: &str = "Z/YMw40cZlJ/K52YL4brMDUitv0uUFgYrQ/b7kV/5Nw=";

type Variables<'a> = Vec<(&'a str, &'a str)>;

fn configure(environment: &Environment) -> Result<Configuration, String> {
    Server::new().configure(environment, World::of_this_machine()).map_err(|error| error.to_string())
}

fn load(variables: &[(&str, &str)]) -> Result<Settings, String> {
    configure(&Environment::new(variables.iter().copied())).map(|configuration| configuration.settings)
}

/// A section of an adapter's.
fn section<S: Section>(variables: &[(&str, &str)], path: &str) -> S {
    let mut tree = SectionTree::read(&Environment::new(variables.iter().copied())).expect("valid");
    tree.take(path).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(variables: &[(&str, &str)]) -> String {
    load(variables).map(|_| ()).expect_err("the settings should have been refused")
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The minimum that production needs.
fn production() -> Variables<'static> {
    vec![
        ("AUTH_PROFILE", "production"),
        ("DATABASE_URL", "postgres://auth:hunter2@db.example.com/auth?sslmode=verify-full"),
        ("AUTH__TOKENS__KEY_FILES", "/run/secrets/signing.pem"),
        ("AUTH__SECRETS__SERVER_KEY", SERVER_KEY),
    ]
}

fn provider<'a>(kind: &'a str, issuer: &'a str) -> Variables<'a> {
    vec![
        ("AUTH__PROVIDERS__EXAMPLE__KIND", kind),
        ("AUTH__PROVIDERS__EXAMPLE__ISSUER", issuer),
        ("AUTH__PROVIDERS__EXAMPLE__CLIENT_ID", "abc"),
        ("AUTH__PROVIDERS__EXAMPLE__CLIENT_SECRET", "hunter2"),
        ("AUTH__PROVIDERS__EXAMPLE__REDIRECT_URIS", "https://app.example.com/a, https://app.example.com/b"),
    ]
}
