//! `<secret>_file`: the name of a file that holds the secret, as orchestrators mount them.

use std::fs;

use config::{Map, Value, ValueKind};

use crate::SettingsError;

/// Secrets by table and key; `*` stands for every table at its place.
const SECRETS: [(&[&str], &str); 6] = [
    (&["database"], "url"),
    (&["smtp"], "url"),
    (&["sms", "webhook"], "secret"),
    (&["secrets"], "server_key"),
    (&["secrets"], "request_key"),
    (&["providers", "*"], "client_secret"),
];

/// Whether `key` of the table at `path` may also be given as `<key>_file`.
pub(super) fn is_secret(path: &str, key: &str) -> bool {
    let path: Vec<_> = path.split('.').collect();
    let matches = |pattern: &[&str]| {
        pattern.len() == path.len() && pattern.iter().zip(&path).all(|(part, name)| *part == "*" || part == name)
    };
    SECRETS.iter().any(|(pattern, secret)| *secret == key && matches(pattern))
}

/// Puts the contents of the files where the secrets belong.
pub(super) fn read_into(tree: &mut Value) -> Result<(), SettingsError> {
    SECRETS.iter().try_for_each(|(path, key)| descend(tree, path, "", key))
}

fn descend(value: &mut Value, path: &[&str], at: &str, key: &str) -> Result<(), SettingsError> {
    let ValueKind::Table(table) = &mut value.kind else { return Ok(()) };
    let Some((next, rest)) = path.split_first() else { return resolve(table, at, key) };
    for (name, below) in table.iter_mut().filter(|(name, _)| *next == "*" || name == next) {
        let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        descend(below, rest, &at, key)?;
    }
    Ok(())
}

fn resolve(table: &mut Map<String, Value>, at: &str, key: &str) -> Result<(), SettingsError> {
    let Some(file) = table.remove(&format!("{key}_file")) else { return Ok(()) };
    let problem = |text: &str| SettingsError::at(format!("{at}.{key}_file"), text);
    let ValueKind::String(file) = file.kind else { return Err(problem("must be the path of a file")) };
    if file.is_empty() {
        return Ok(());
    }
    if table.get(key).is_some_and(is_given) {
        return Err(problem(&format!("and {at}.{key} are both set; leave one of them out")));
    }
    let text = fs::read_to_string(&file)
        .map_err(|error| problem(&format!("names {file:?}, which cannot be read: {error}")))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(problem(&format!("names {file:?}, which is empty")));
    }
    table.insert(key.to_owned(), secret.into());
    Ok(())
}

fn is_given(value: &Value) -> bool {
    !matches!(&value.kind, ValueKind::String(text) if text.is_empty())
}
