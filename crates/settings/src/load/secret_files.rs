//! `<secret>_file`: the name of a file that holds the secret, as orchestrators mount them.

use std::fs;

use config::{Map, Value, ValueKind};

use super::tables::{is_given, path};
use crate::SettingsError;
use crate::open::Shape;

/// Puts the contents of the files where the secrets belong, in the section at `at` and in the sections below it.
pub(crate) fn read_into(table: &mut Map<String, Value>, shape: &Shape, at: &str) -> Result<(), SettingsError> {
    for secret in shape.secrets() {
        resolve(table, at, secret)?;
    }
    for (name, below) in shape.sections() {
        if let Some(Value { kind: ValueKind::Table(section), .. }) = table.get_mut(name) {
            read_into(section, below, &path(at, name))?;
        }
    }
    Ok(())
}

fn resolve(table: &mut Map<String, Value>, at: &str, key: &str) -> Result<(), SettingsError> {
    let Some(file) = table.remove(&format!("{key}_file")) else { return Ok(()) };
    let problem = |text: &str| SettingsError::at(path(at, &format!("{key}_file")), text);
    let ValueKind::String(file) = file.kind else { return Err(problem("must be the path of a file")) };
    if file.is_empty() {
        return Ok(());
    }
    if table.get(key).is_some_and(is_given) {
        return Err(problem(&format!("and {} are both set; leave one of them out", path(at, key))));
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
