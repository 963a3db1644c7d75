//! `[tokens]`

use std::path::PathBuf;

use chrono::TimeDelta;
use serde::Deserialize;

use super::common::one_of;
use crate::values::{Given, Setting, WebAddress, read};
use crate::{Danger, SettingsError};

/// Access tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSettings {
    /// Life of an access token.
    #[serde(rename = "access_ttl_seconds", deserialize_with = "read::seconds::<60, 86_400, _>")]
    pub access_ttl: TimeDelta,
    /// How new tokens are signed.
    #[serde(deserialize_with = "read::value")]
    pub algorithm: SigningAlgorithm,
    /// `iss`, where it is not the public address; see [`Settings::issuer`](crate::Settings::issuer).
    #[serde(default, deserialize_with = "read::optional")]
    pub issuer: Option<WebAddress>,
    #[serde(deserialize_with = "read::value")]
    allow_plain_issuer: bool,
    /// `project_id`.
    #[serde(deserialize_with = "read::value")]
    pub project_id: String,
    /// Private keys in PEM; the first signs, all are published. Without any, keys are in a folder; see
    /// [`Settings::key_dir`](crate::Settings::key_dir).
    #[serde(deserialize_with = "read::list")]
    pub key_files: Vec<PathBuf>,
    /// The folder, where it is set.
    #[serde(default, deserialize_with = "read::optional")]
    pub(crate) key_dir: Option<PathBuf>,
}

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA, for verifiers that know nothing else.
    Rs256,
}

impl SigningAlgorithm {
    /// The name in a token's header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }
}

impl Setting for SigningAlgorithm {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[Self::Es256, Self::EdDsa, Self::Rs256].map(|algorithm| (algorithm.as_str(), algorithm)))
    }
}

impl TokenSettings {
    pub(crate) fn checked(self) -> Result<Self, SettingsError> {
        if self.key_dir.is_some() && !self.key_files.is_empty() {
            let problem = "and tokens.key_files are both set; leave one of them out";
            return Err(SettingsError::at("tokens.key_dir", problem));
        }
        Ok(self)
    }

    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let exposed = self.issuer.as_ref().is_some_and(WebAddress::is_exposed);
        let risk = "is not https, so that verifiers that look its keys up can be given others on the way";
        let danger = || Danger::at("issuer", risk, "allow_plain_issuer", self.allow_plain_issuer);
        Vec::from_iter(exposed.then(danger))
    }

    pub(crate) fn check_for_production(&self) -> Result<(), SettingsError> {
        if self.key_dir.is_none() && self.key_files.is_empty() {
            return Err(SettingsError::at("tokens.key_files", "or tokens.key_dir must be set in production"));
        }
        Ok(())
    }
}
