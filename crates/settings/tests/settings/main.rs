//! The settings as an operator meets them: files, variables, and the message when something is wrong.

mod clients;
mod defaults;
mod documentation;
mod layers;
mod problems;
mod production;
mod secrets;

use std::fs;
use std::path::Path;

use auth_settings::{Environment, Settings};
use tempfile::TempDir;

const DEFAULT_TOML: &str = include_str!("../../../../config/default.toml");
/// 32 random bytes, of no use anywhere.
const SERVER_KEY: &str = "Z/YMw40cZlJ/K52YL4brMDUitv0uUFgYrQ/b7kV/5Nw=";

type Variables<'a> = Vec<(&'a str, &'a str)>;

fn load(variables: &[(&str, &str)]) -> Result<Settings, String> {
    Settings::load(&Environment::new(variables.iter().copied())).map_err(|error| error.to_string())
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

/// What production needs at least.
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
