//! `[clients]` and `[clients.registered.<id>]`

use std::collections::BTreeMap;

use auth_domain::captcha::GateMode;
use auth_domain::clients::{Client, ClientId, ClientKind};
use auth_domain::secret_bytes::SecretHash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::common::one_of;
use crate::values::{AllowedOrigins, Given, RedirectUri, Setting, optional_origins, read};
use crate::{Danger, SettingsError, SettingsProfile};

/// Which applications may use the service.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The client of requests that name none.
    pub default_client_id: ClientId,
    /// What happens to requests that name a client the service does not know.
    pub unknown: UnknownClientHandling,
    /// Those that it knows, in order of their ids.
    pub registered: Vec<RegisteredClient>,
}

/// An application that the service knows.
#[derive(Debug, Clone)]
pub struct RegisteredClient {
    /// What holds for it.
    pub client: Client,
    /// Web pages that may call as this client, where they are not those of `[http]`.
    pub allowed_origins: Option<AllowedOrigins>,
    /// How much the bot gate is used for it, where that differs from `[captcha]`.
    pub captcha: Option<GateMode>,
    allow_any_origin: bool,
    allow_plain_origins: bool,
}

impl ClientSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let served = self.unknown == UnknownClientHandling::Default;
        let risk = "is default, so that requests of clients that nobody registered are served";
        let unknown = served.then(|| Danger::meant("unknown", risk));
        unknown.into_iter().chain(self.registered.iter().flat_map(RegisteredClient::dangers)).collect()
    }

    /// Whether a client's own table switches the bot gate on, whatever `[captcha]` says.
    pub(crate) fn switch_gate_on(&self) -> bool {
        self.registered.iter().filter_map(|client| client.captcha).any(|mode| mode != GateMode::Off)
    }
}

impl RegisteredClient {
    fn dangers(&self) -> Vec<Danger> {
        let place = format!("registered.{}", self.client.id);
        let found = self.allowed_origins.iter();
        let found = found.flat_map(|list| list.dangers(self.allow_any_origin, self.allow_plain_origins));
        let risk = "is off, so that whoever names this client is never asked for a captcha";
        let ungated = (self.captcha == Some(GateMode::Off)).then(|| Danger::meant("captcha", risk));
        found.chain(ungated).map(|danger| danger.of_section(&place)).collect()
    }
}

/// The section as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawClients {
    #[serde(deserialize_with = "read::value")]
    default_client_id: ClientId,
    #[serde(deserialize_with = "read::value")]
    unknown: UnknownClientHandling,
    #[serde(default)]
    registered: BTreeMap<String, RawClient>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClient {
    #[serde(deserialize_with = "read::value")]
    kind: Kind,
    #[serde(default, deserialize_with = "read::list")]
    secret_hashes: Vec<SecretHash>,
    #[serde(default, deserialize_with = "optional_origins")]
    allowed_origins: Option<AllowedOrigins>,
    #[serde(default, deserialize_with = "read::value")]
    allow_any_origin: bool,
    #[serde(default, deserialize_with = "read::value")]
    allow_plain_origins: bool,
    #[serde(default, deserialize_with = "read::optional_list")]
    scenarios: Option<Vec<String>>,
    #[serde(default, deserialize_with = "read::optional_list")]
    redirect_uris: Option<Vec<RedirectUri>>,
    #[serde(default, deserialize_with = "read::optional")]
    captcha: Option<GateMode>,
}

/// What happens to requests of unknown clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownClientHandling {
    /// They are served like those of the default client.
    Default,
    /// They are refused.
    Refuse,
}

impl Setting for UnknownClientHandling {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("default", Self::Default), ("refuse", Self::Refuse)])
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Public,
    Confidential,
}

impl Setting for Kind {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("public", Self::Public), ("confidential", Self::Confidential)])
    }
}

impl Setting for SecretHash {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse_secret("sha256: and the hash, as `auth-server clients secret` prints it", |text| {
            let digest = text.trim().strip_prefix("sha256:")?;
            let bytes = from_hex(digest).or_else(|| URL_SAFE_NO_PAD.decode(digest.trim_end_matches('=')).ok())?;
            bytes.try_into().ok().map(Self::from_bytes)
        })
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let byte = |index: usize| u8::from_str_radix(&text[index..index + 2], 16).ok();
    is_hex.then(|| (0..64).step_by(2).map(byte).collect()).flatten()
}

impl RawClients {
    pub(crate) fn parse(self, profile: SettingsProfile) -> Result<ClientSettings, SettingsError> {
        let registered = self.registered.into_iter().map(|(id, client)| client.parse(&id, profile));
        Ok(ClientSettings {
            default_client_id: self.default_client_id,
            unknown: self.unknown,
            registered: registered.collect::<Result<_, _>>()?,
        })
    }
}

impl RawClient {
    fn parse(self, id: &str, profile: SettingsProfile) -> Result<RegisteredClient, SettingsError> {
        // Letters, so that no client's own token has the sub of a user.
        let named = ClientId::parse(id).ok().filter(|id| id.as_str().bytes().any(|byte| byte.is_ascii_alphabetic()));
        let Some(named) = named else {
            let problem = "must be named with 1 to 64 letters, digits, '-', '_' or '.', one of them a letter";
            return Err(SettingsError::at(format!("clients.registered.{id}"), problem));
        };
        self.named(named, profile)
            .map_err(|(key, problem)| SettingsError::at(format!("clients.registered.{id}.{key}"), problem))
    }

    fn named(self, id: ClientId, profile: SettingsProfile) -> Result<RegisteredClient, (&'static str, &'static str)> {
        let kind = match (self.kind, self.secret_hashes) {
            (Kind::Confidential, hashes) if hashes.is_empty() => {
                return Err(("secret_hashes", "must hold at least one hash for kind confidential"));
            }
            (Kind::Confidential, hashes) => ClientKind::Confidential(hashes),
            (Kind::Public, hashes) if !hashes.is_empty() => {
                return Err(("secret_hashes", "is only for kind confidential"));
            }
            (Kind::Public, _) => ClientKind::Public,
        };
        let mut redirect_uris = self.redirect_uris.iter().flatten();
        if profile.is_production() && !redirect_uris.all(RedirectUri::is_fit_for_production) {
            return Err(("redirect_uris", "must be https in production, except on the user's own machine"));
        }
        let redirect_uris = self.redirect_uris.map(|uris| uris.iter().map(|uri| uri.as_str().to_owned()).collect());
        let client = Client { id, kind, scenarios: self.scenarios, redirect_uris };
        Ok(RegisteredClient {
            client,
            allowed_origins: self.allowed_origins,
            captcha: self.captcha,
            allow_any_origin: self.allow_any_origin,
            allow_plain_origins: self.allow_plain_origins,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_read_in_both_notations() {
        // printf %s abc | sha256sum
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let base64 = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
        for digest in [hex.to_owned(), hex.to_uppercase(), base64.to_owned(), format!("{base64}=")] {
            let given = Given::Text(format!("sha256:{digest}"));
            assert_eq!(SecretHash::from_given(&given), Ok(SecretHash::of(b"abc")), "{digest}");
        }
        for wrong in [hex, "sha256:", "sha256:abc", "sha512:00", &format!("sha256:{hex}00"), "hunter2"] {
            let said = SecretHash::from_given(&Given::Text(wrong.to_owned())).expect_err(wrong);
            assert!(!said.contains("hunter2") && said.starts_with("must be sha256:"), "{said}");
        }
    }
}
