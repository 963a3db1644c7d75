//! From files and variables to one tree.

mod files;
mod layer;
pub(crate) mod problems;
pub(crate) mod secret_files;
mod sources;
mod tables;
mod variables;

use config::Config;

use self::layer::Layer;
pub(crate) use self::layer::is_built_in;
pub use self::sources::Source;
pub(crate) use self::sources::sources;
pub(crate) use self::tables::{Table, is_given, path, table};
use crate::{Environment, SettingsError, SettingsProfile};

/// All layers, merged.
pub(crate) fn merged(environment: &Environment, profile: SettingsProfile) -> Result<Table, SettingsError> {
    let mut layers = files::layers(environment, profile)?;
    layers.push(variables::layer(environment)?);
    layers.extend(variables::database_url(environment)?);
    merge(layers)
}

/// The layers that are built in, merged.
pub(crate) fn built_in(profile: SettingsProfile) -> Result<Table, SettingsError> {
    merge(files::built_in_layers(profile)?)
}

fn merge(layers: Vec<Layer>) -> Result<Table, SettingsError> {
    let builder = layers.into_iter().fold(Config::builder(), |builder, layer| builder.add_source(layer));
    let merged = builder.build().map_err(|error| SettingsError::general(error.to_string()))?;
    merged.cache.into_table().map_err(|error| SettingsError::general(error.to_string()))
}
