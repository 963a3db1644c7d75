//! `AUTH__SECTION__KEY`, and `DATABASE_URL`.

use config::{Map, Value, ValueKind};

use super::layer::Layer;
use crate::{Environment, SettingsError};

const PREFIX: &str = "AUTH__";

/// All variables that start with `AUTH__`. Whether they name a setting is decided where the names
/// of the settings are known.
pub(super) fn layer(environment: &Environment) -> Result<Layer, SettingsError> {
    let mut root = Map::new();
    for (name, value) in environment.with_prefix(PREFIX) {
        let path = name[PREFIX.len()..].to_lowercase();
        if !is_path(&path) || !insert(&mut root, &path, value?) {
            return Err(SettingsError::general(format!("{} is not the name of a setting", name.escape_debug())));
        }
    }
    Ok(Layer(root))
}

/// `DATABASE_URL`, unless a variable of ours that is not empty says where the database is.
pub(super) fn database_url(environment: &Environment) -> Result<Option<Layer>, SettingsError> {
    for name in ["AUTH__DATABASE__URL", "AUTH__DATABASE__URL_FILE"] {
        if environment.plain(name)?.is_some() {
            return Ok(None);
        }
    }
    let Some(url) = environment.plain("DATABASE_URL")? else { return Ok(None) };
    let mut root = Map::new();
    insert(&mut root, "database__url", url);
    Ok(Some(Layer(root)))
}

/// Names of tables and keys, so that the `config` crate sees no syntax in them.
fn is_path(path: &str) -> bool {
    let named =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    path.split("__").all(named)
}

/// False when one variable's name is the start of another's.
fn insert(root: &mut Map<String, Value>, path: &str, text: &str) -> bool {
    let mut table = root;
    let mut rest = path;
    while let Some((section, key)) = rest.split_once("__") {
        let below = table.entry(section.to_owned()).or_insert_with(|| Map::<String, Value>::new().into());
        let ValueKind::Table(below) = &mut below.kind else { return false };
        (table, rest) = (below, key);
    }
    table.insert(rest.to_owned(), text.into()).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_and_clashing_names_are_refused() {
        for names in [
            &["AUTH__"][..],
            &["AUTH__HTTP__"],
            &["AUTH__HTTP____LISTEN"],
            &["AUTH__HTTP[0]__LISTEN"],
            &["AUTH__A", "AUTH__A__B"],
            &["AUTH__HTTP__LISTEN", "AUTH__http__listen"],
        ] {
            let environment = Environment::new(names.iter().map(|name| (name, "x")));
            let message = layer(&environment).expect_err(names[0]).to_string();
            assert!(message.ends_with("is not the name of a setting"), "{message}");
        }
    }
}
