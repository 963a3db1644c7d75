//! All sections together.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::sections::*;
use crate::{Profile, SettingsError};

/// Everything that an operator can set and that is not of an adapter, typed and checked.
/// [`SectionTree::settings`](crate::SectionTree::settings) reads it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the service runs for.
    pub profile: Profile,
    /// `[http]`: the public listener.
    pub http: HttpSettings,
    /// `[admin]`: the listener for operators and backends.
    pub admin: AdminSettings,
    /// `[database]`: where everything is stored.
    pub database: DatabaseSettings,
    /// `[anonymous]`: users known by a device only.
    pub anonymous: AnonymousSettings,
    /// `[events]`: the record of what happened.
    pub events: EventSettings,
    /// `[limits]`: rate limits.
    pub limits: LimitSettings,
    /// `[verification]`: codes to addresses.
    pub verification: VerificationSettings,
    /// `[sessions]`: refresh tokens.
    pub sessions: SessionSettings,
    /// `[tokens]`: access tokens.
    pub tokens: TokenSettings,
    /// `[passwords]`: what is accepted, and how it is hashed.
    pub passwords: PasswordSettings,
    /// `[clients]`: applications.
    pub clients: ClientSettings,
    /// `[sms]`: outgoing text messages.
    pub sms: SmsSettings,
    /// `[secrets]`: keys that are not for signing.
    pub secrets: SecretSettings,
    /// `[logging]`: what is logged, and how.
    pub logging: LoggingSettings,
}

impl Settings {
    /// The `iss` of access tokens: as set, else the public address of a server listening on `bound`.
    #[must_use]
    pub fn issuer(&self, bound: SocketAddr) -> String {
        match &self.tokens.issuer {
            Some(issuer) => issuer.as_str().to_owned(),
            None => self.http.public_url(bound),
        }
    }

    /// The folder of signing keys, unless `tokens.key_files` lists them: as set, else with the data.
    #[must_use]
    pub fn key_dir(&self) -> PathBuf {
        self.tokens.key_dir.clone().unwrap_or_else(|| self.database.data_dir.join("keys"))
    }

    pub(crate) fn from_raw(raw: RawSettings, profile: Profile, stores_elsewhere: bool) -> Result<Self, SettingsError> {
        let settings = Self {
            profile,
            http: raw.http,
            admin: raw.admin,
            database: raw.database.checked()?,
            anonymous: raw.anonymous,
            events: raw.events,
            limits: raw.limits,
            verification: raw.verification,
            sessions: raw.sessions,
            tokens: raw.tokens.checked()?,
            passwords: raw.passwords,
            clients: raw.clients.parse(profile)?,
            sms: raw.sms,
            secrets: raw.secrets,
            logging: raw.logging,
        };
        settings.checked_for_profile(stores_elsewhere)
    }

    fn checked_for_profile(self, stores_elsewhere: bool) -> Result<Self, SettingsError> {
        if self.profile.is_production() {
            if !stores_elsewhere {
                self.database.check_for_production()?;
            }
            self.limits.check_for_production()?;
            self.tokens.check_for_production()?;
            self.secrets.check_for_production()?;
        }
        Ok(self)
    }
}

/// The sections as they are written, before checks that look at more than one key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSettings {
    http: HttpSettings,
    admin: AdminSettings,
    database: DatabaseSettings,
    anonymous: AnonymousSettings,
    events: EventSettings,
    limits: LimitSettings,
    verification: VerificationSettings,
    sessions: SessionSettings,
    tokens: TokenSettings,
    passwords: PasswordSettings,
    clients: clients::RawClients,
    sms: SmsSettings,
    #[serde(default)]
    secrets: SecretSettings,
    logging: LoggingSettings,
}
