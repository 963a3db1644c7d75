//! From files and variables to one tree.

mod files;
pub(crate) mod problems;
pub(crate) mod secret_files;
mod variables;

use config::{Config, Map, Source, Value, ValueKind};

use crate::{Environment, Profile, SettingsError};

/// A section as it is written.
pub(crate) type Table = Map<String, Value>;

/// All layers, merged.
pub(crate) fn merged(environment: &Environment, profile: Profile) -> Result<Table, SettingsError> {
    let mut layers = files::layers(environment, profile)?;
    layers.push(variables::layer(environment)?);
    layers.extend(variables::database_url(environment)?);
    merge(layers)
}

/// The layers that are built in, merged.
pub(crate) fn built_in(profile: Profile) -> Result<Table, SettingsError> {
    merge(files::built_in_layers(profile)?)
}

/// Whether a value comes from a file that is built in.
pub(crate) fn is_built_in(value: &Value) -> bool {
    value.origin().is_some_and(|origin| origin.starts_with(files::BUILT_IN))
}

/// Whether a value says something: an empty text is the same as none.
pub(crate) fn is_given(value: &Value) -> bool {
    !matches!(&value.kind, ValueKind::String(text) if text.is_empty())
}

/// The path of a key.
pub(crate) fn path(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// The value as a section.
pub(crate) fn table(value: &Value) -> Option<&Table> {
    match &value.kind {
        ValueKind::Table(table) => Some(table),
        _ => None,
    }
}

fn merge(layers: Vec<Layer>) -> Result<Table, SettingsError> {
    let builder = layers.into_iter().fold(Config::builder(), |builder, layer| builder.add_source(layer));
    let merged = builder.build().map_err(|error| SettingsError::general(error.to_string()))?;
    merged.cache.into_table().map_err(|error| SettingsError::general(error.to_string()))
}

/// One source of settings: tables by the names of their sections.
#[derive(Clone)]
pub(crate) struct Layer(Map<String, Value>);

impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Layer(…)")
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}
