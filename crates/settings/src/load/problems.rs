//! What `serde` and `config` report, as our one message.

use config::{ConfigError, Value};

use super::layer::is_built_in;
use super::tables::{Table, path, table};
use crate::SettingsError;
use crate::open::Shape;

/// The section that is read, for messages.
pub(crate) struct Context<'a> {
    /// Its path; empty for all sections together.
    pub(crate) at: &'a str,
    /// Its keys.
    pub(crate) shape: &'a Shape,
    /// The paths of sections that were read by their adapters.
    pub(crate) open: &'a [String],
}

/// Whether a key is missing that must be there.
pub(crate) fn is_missing(error: &ConfigError) -> bool {
    match error {
        ConfigError::NotFound(_) => true,
        ConfigError::At { error, .. } => is_missing(error),
        _ => false,
    }
}

impl Context<'_> {
    /// Keys and messages, never values.
    pub(crate) fn explain(&self, error: ConfigError) -> SettingsError {
        self.classify("", error)
    }

    fn classify(&self, below: &str, error: ConfigError) -> SettingsError {
        match error {
            ConfigError::At { error, key, .. } => self.classify(key.as_deref().unwrap_or(below), *error),
            ConfigError::NotFound(key) => SettingsError::at(path(self.at, &key), "is missing"),
            ConfigError::Message(message) => self.of_message(below, &message),
            // Values are read by our own visitors; only a table can be refused by others. What was found in its place
            // may be a secret.
            _ => not_a_setting(self.full(below)),
        }
    }

    fn of_message(&self, below: &str, message: &str) -> SettingsError {
        if message.starts_with("invalid type:") {
            return not_a_setting(self.full(below));
        }
        match message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
            Some((field, expected)) => self.unknown(below, field, expected.split('`').skip(1).step_by(2)),
            None => SettingsError::at(self.full(below), message),
        }
    }

    fn unknown<'e>(&self, below: &str, field: &str, expected: impl Iterator<Item = &'e str>) -> SettingsError {
        let section = self.full(below);
        let is_secret = |name: &str| self.shape.at(below).is_some_and(|shape| shape.secrets().any(|one| one == name));
        let mut known = Vec::new();
        for name in expected {
            known.push(name.to_owned());
            if is_secret(name) {
                known.push(format!("{name}_file"));
            }
        }
        for open in self.open.iter().filter_map(|open| child(&section, open)) {
            if !known.iter().any(|name| name == open) {
                known.push(open.to_owned());
            }
        }
        unknown(&section, field, &known)
    }

    fn full(&self, below: &str) -> String {
        if below.is_empty() { self.at.to_owned() } else { path(self.at, below) }
    }
}

/// A section stands where a setting should, or the other way round.
pub(crate) fn not_a_setting(path: String) -> SettingsError {
    SettingsError::at(path, "is a section, not a setting: set the keys in it")
}

/// A key that nobody reads, with those that somebody does.
pub(crate) fn unknown(section: &str, field: &str, known: &[String]) -> SettingsError {
    let place = if section.is_empty() { "sections are".to_owned() } else { format!("[{section}] has") };
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    SettingsError::at(path(section, field), format!("is not a setting; {place}: {known}"))
}

/// The first part of `path` below `section`.
fn child<'a>(section: &str, path: &'a str) -> Option<&'a str> {
    let below = if section.is_empty() { path } else { path.strip_prefix(section)?.strip_prefix('.')? };
    below.split('.').next()
}

/// Adds the file that the value at fault comes from, when it is not built in.
pub(crate) fn locate(error: SettingsError, tree: &Table) -> SettingsError {
    let file = error.key().and_then(|key| file_of(tree, key));
    error.in_file(file)
}

fn file_of(tree: &Table, key: &str) -> Option<String> {
    let mut parts = key.split('[').next()?.split('.');
    let first = tree.get(parts.next()?)?;
    let value = parts.try_fold(first, |value, part| table(value)?.get(part))?;
    origin(value).map(str::to_owned)
}

/// Tables have no origin of their own; that of any key in them will do.
fn origin(value: &Value) -> Option<&str> {
    match table(value) {
        Some(table) => table.values().find_map(origin),
        None => value.origin().filter(|_| !is_built_in(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_messages_lose_their_values() {
        let context = Context { at: "", shape: &Shape::default(), open: &[] };
        for error in [
            ConfigError::Message("invalid type: string \"hunter2\", expected struct X".into()),
            ConfigError::Foreign("hunter2".into()),
        ] {
            let error = context.classify("database", error).to_string();
            assert!(!error.contains("hunter2"), "{error}");
            assert!(error.starts_with("database (AUTH__DATABASE) is a section"), "{error}");
        }
    }

    #[test]
    fn sections_of_adapters_are_named_beside_the_own_keys() {
        let open = ["sms.twilio".to_owned(), "crm".to_owned(), "crm.eu".to_owned()];
        let context = Context { at: "", shape: &Shape::default(), open: &open };
        for (below, told) in [("", "sections are: sms, crm"), ("sms", "[sms] has: twilio"), ("crm", "[crm] has: eu")] {
            let error = context.unknown(below, "x", std::iter::empty()).to_string();
            assert!(error.ends_with(told), "{error}");
        }
    }
}
