//! What `serde` and `config` report, as our one message.

use config::{ConfigError, Map, Value, ValueKind};

use super::files::BUILT_IN;
use super::secret_files;
use crate::SettingsError;

/// Keys and messages, never values.
pub(super) fn explain(error: ConfigError) -> SettingsError {
    classify("", error)
}

/// Adds the file that the value at fault comes from, when it is not built in.
pub(super) fn locate(error: SettingsError, tree: &Value) -> SettingsError {
    let file = error.key().and_then(|key| file_of(tree, key));
    error.in_file(file)
}

fn classify(path: &str, error: ConfigError) -> SettingsError {
    match error {
        ConfigError::At { error, key, .. } => classify(key.as_deref().unwrap_or(path), *error),
        ConfigError::NotFound(key) => SettingsError::at(key, "is missing"),
        ConfigError::Message(message) => of_message(path, &message),
        // Values are read by our own visitors; only a table can be refused by others. What was found
        // in its place may be a secret.
        _ => SettingsError::at(path, SECTION),
    }
}

const SECTION: &str = "is a section, not a setting: set the keys in it";

fn of_message(path: &str, message: &str) -> SettingsError {
    if message.starts_with("invalid type:") {
        return SettingsError::at(path, SECTION);
    }
    match message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, expected ")) {
        Some((field, expected)) => unknown(path, field, expected),
        None => SettingsError::at(path, message),
    }
}

fn unknown(path: &str, field: &str, expected: &str) -> SettingsError {
    let mut known = Vec::new();
    for name in expected.split('`').skip(1).step_by(2) {
        known.push(name.to_owned());
        if secret_files::is_secret(path, name) {
            known.push(format!("{name}_file"));
        }
    }
    let (key, place) = match path {
        "" => (field.to_owned(), "sections are".to_owned()),
        path => (format!("{path}.{field}"), format!("[{path}] has")),
    };
    SettingsError::at(key, format!("is not a setting; {place}: {}", known.join(", ")))
}

fn file_of(tree: &Value, key: &str) -> Option<String> {
    let setting = key.split('[').next()?;
    let value = setting.split('.').try_fold(tree, |value, part| table(value)?.get(part))?;
    origin(value).filter(|file| !file.starts_with(BUILT_IN)).map(str::to_owned)
}

/// Tables have no origin of their own; that of any key in them will do.
fn origin(value: &Value) -> Option<&str> {
    match table(value) {
        Some(table) => table.values().find_map(origin),
        None => value.origin(),
    }
}

fn table(value: &Value) -> Option<&Map<String, Value>> {
    match &value.kind {
        ValueKind::Table(table) => Some(table),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_messages_lose_their_values() {
        for error in [
            ConfigError::Message("invalid type: string \"hunter2\", expected struct X".into()),
            ConfigError::Foreign("hunter2".into()),
        ] {
            let error = classify("database", error).to_string();
            assert!(!error.contains("hunter2"), "{error}");
            assert!(error.starts_with("database (AUTH__DATABASE) is a section"), "{error}");
        }
    }
}
