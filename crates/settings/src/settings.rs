//! All sections together.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::load::{RawSettings, Tree};
use crate::sections::*;
use crate::{Environment, Profile, SettingsError};

/// Everything an operator can set, typed and checked.
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
    /// `[phone_numbers]`: where numbers may come from.
    pub phone_numbers: PhoneNumberSettings,
    /// `[clients]`: applications.
    pub clients: ClientSettings,
    /// `[providers.<id>]`: third parties, in order of their ids.
    pub providers: Vec<ProviderSettings>,
    /// `[smtp]`: outgoing e-mail, when set.
    pub smtp: Option<SmtpSettings>,
    /// `[sms]`: outgoing text messages.
    pub sms: SmsSettings,
    /// `[secrets]`: keys that are not for signing.
    pub secrets: SecretSettings,
    /// `[logging]`: what is logged, and how.
    pub logging: LoggingSettings,
}

impl Settings {
    /// Reads all layers and checks them for the profile.
    ///
    /// # Errors
    /// [`SettingsError`], the first problem found.
    pub fn load(environment: &Environment) -> Result<Self, SettingsError> {
        let profile = Profile::of(environment)?;
        let tree = Tree::read(environment, profile)?;
        let checked = tree.sections().and_then(|sections| Self::from_raw(sections, profile)?.checked_for_profile());
        checked.map_err(|problem| tree.locate(problem))
    }

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

    fn from_raw(raw: RawSettings, profile: Profile) -> Result<Self, SettingsError> {
        Ok(Self {
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
            phone_numbers: raw.phone_numbers,
            clients: raw.clients.parse(profile)?,
            providers: providers::parse(raw.providers, profile)?,
            smtp: raw.smtp.parse()?,
            sms: raw.sms.parse()?,
            secrets: raw.secrets,
            logging: raw.logging,
        })
    }

    fn checked_for_profile(self) -> Result<Self, SettingsError> {
        if self.profile.is_production() {
            self.database.check_for_production()?;
            self.limits.check_for_production()?;
            self.tokens.check_for_production()?;
            self.secrets.check_for_production()?;
            self.sms.check_for_production()?;
        }
        Ok(self)
    }
}
