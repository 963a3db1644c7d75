//! From files and variables to one tree, and from the tree to sections.

mod files;
mod layer;
mod problems;
mod secret_files;
mod variables;

use std::collections::BTreeMap;

use config::{Config, Value};
use serde::Deserialize;

use self::layer::Layer;
use crate::sections::*;
use crate::{Environment, Profile, SettingsError};

/// The sections as they are written, before checks that look at more than one key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSettings {
    pub(crate) http: HttpSettings,
    pub(crate) admin: AdminSettings,
    pub(crate) database: DatabaseSettings,
    pub(crate) anonymous: AnonymousSettings,
    pub(crate) events: EventSettings,
    pub(crate) limits: LimitSettings,
    pub(crate) verification: VerificationSettings,
    pub(crate) sessions: SessionSettings,
    pub(crate) tokens: TokenSettings,
    pub(crate) passwords: PasswordSettings,
    pub(crate) phone_numbers: PhoneNumberSettings,
    pub(crate) clients: clients::RawClients,
    #[serde(default)]
    pub(crate) providers: BTreeMap<String, providers::RawProvider>,
    #[serde(default)]
    pub(crate) smtp: smtp::RawSmtp,
    pub(crate) sms: sms::RawSms,
    #[serde(default)]
    pub(crate) secrets: SecretSettings,
    pub(crate) logging: LoggingSettings,
}

/// All layers, merged, with the contents of secret files in their places.
pub(crate) struct Tree(Value);

impl Tree {
    /// Reads and merges all layers.
    pub(crate) fn read(environment: &Environment, profile: Profile) -> Result<Self, SettingsError> {
        let mut layers = files::layers(environment, profile)?;
        layers.push(variables::layer(environment)?);
        layers.extend(variables::database_url(environment)?);
        let mut tree = merge(layers)?;
        secret_files::read_into(&mut tree)?;
        Ok(Self(tree))
    }

    /// Its sections, each key in its own type.
    pub(crate) fn sections(&self) -> Result<RawSettings, SettingsError> {
        RawSettings::deserialize(self.0.clone()).map_err(problems::explain)
    }

    /// The problem with the name of the file that caused it.
    pub(crate) fn locate(&self, problem: SettingsError) -> SettingsError {
        problems::locate(problem, &self.0)
    }
}

fn merge(layers: Vec<Layer>) -> Result<Value, SettingsError> {
    let builder = layers.into_iter().fold(Config::builder(), |builder, layer| builder.add_source(layer));
    builder.build().map(|merged| merged.cache).map_err(|error| SettingsError::general(error.to_string()))
}
