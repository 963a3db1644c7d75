//! `default.toml` and `<profile>.toml`: built in, and in the configuration folder.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use config::{FileFormat, Format};

use super::layer::{BUILT_IN, Layer};
use crate::{Environment, SettingsError, SettingsProfile};

/// Looked for in the current folder when `AUTH_CONFIG_DIR` is not set.
const DEFAULT_FOLDER: &str = "config";

// Built in, so that the program runs from any folder.
static DEFAULT: BuiltIn = BuiltIn::new("default", include_str!("../../../../config/default.toml"));
static LOCAL: BuiltIn = BuiltIn::new("local", include_str!("../../../../config/local.toml"));
static TEST: BuiltIn = BuiltIn::new("test", include_str!("../../../../config/test.toml"));
static PRODUCTION: BuiltIn = BuiltIn::new("production", include_str!("../../../../config/production.toml"));

/// A file that is built in. It is read once, although every start asks for it more than once.
struct BuiltIn {
    name: &'static str,
    text: &'static str,
    read: OnceLock<Layer>,
}

impl BuiltIn {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, read: OnceLock::new() }
    }

    fn layer(&self) -> Result<Layer, SettingsError> {
        if let Some(layer) = self.read.get() {
            return Ok(layer.clone());
        }
        let layer = parse(&format!("{BUILT_IN}{}.toml", self.name), self.text)?;
        Ok(self.read.get_or_init(|| layer).clone())
    }
}

/// The layers of files, the weakest first.
pub(super) fn layers(environment: &Environment, profile: SettingsProfile) -> Result<Vec<Layer>, SettingsError> {
    let folder = folder(environment)?;
    let mut layers = Vec::new();
    for (built_in, name) in built_in_layers(profile)?.into_iter().zip(["default", profile.as_str()]) {
        layers.push(built_in);
        if let Some(folder) = &folder {
            layers.extend(in_folder(&folder.join(format!("{name}.toml")))?);
        }
    }
    Ok(layers)
}

/// Those of them that are built in.
pub(super) fn built_in_layers(profile: SettingsProfile) -> Result<Vec<Layer>, SettingsError> {
    let of_profile = match profile {
        SettingsProfile::Local => &LOCAL,
        SettingsProfile::Test => &TEST,
        SettingsProfile::Production => &PRODUCTION,
    };
    [&DEFAULT, of_profile].into_iter().map(BuiltIn::layer).collect()
}

fn folder(environment: &Environment) -> Result<Option<PathBuf>, SettingsError> {
    let Some(named) = environment.plain("AUTH_CONFIG_DIR")? else {
        return Ok(Some(PathBuf::from(DEFAULT_FOLDER)).filter(|folder| folder.is_dir()));
    };
    if !Path::new(named).is_dir() {
        return Err(SettingsError::general(format!("AUTH_CONFIG_DIR must name a folder, and {named:?} is none")));
    }
    Ok(Some(named.into()))
}

fn in_folder(path: &Path) -> Result<Option<Layer>, SettingsError> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&path.display().to_string(), &text).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SettingsError::general(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn parse(name: &str, text: &str) -> Result<Layer, SettingsError> {
    let parsed = FileFormat::Toml.parse(Some(&name.to_owned()), text);
    parsed.map(Layer).map_err(|error| SettingsError::general(format!("{name}: {}", without_source(&error.to_string()))))
}

/// Place and reason only: the lines between them repeat the source, which may hold a secret.
fn without_source(message: &str) -> String {
    let mut lines = message.lines().filter(|line| !line.trim().is_empty());
    let place = lines.next().unwrap_or_default();
    lines.next_back().map_or_else(|| place.to_owned(), |reason| format!("{place}: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_named_and_not_quoted() {
        let broken = "[secrets]\nserver_key = \"hunter2\n";
        let message = parse("config/local.toml", broken).expect_err("no closing quote").to_string();
        assert!(message.starts_with("config/local.toml: "), "{message}");
        assert!(message.contains("line 2"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}
