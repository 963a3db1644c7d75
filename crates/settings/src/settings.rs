//! All sections together.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::sections::*;
use crate::{Danger, SettingsError, SettingsProfile};

/// Everything that an operator can set and that is not of an adapter, typed and checked.
/// [`SectionTree::settings`](crate::SectionTree::settings) reads it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the service runs for.
    pub profile: SettingsProfile,
    /// `[http]`: the public listener.
    pub http: HttpSettings,
    /// `[admin]`: the listener for operators and backends.
    pub admin: AdminSettings,
    /// `[database]`: where everything is stored.
    pub database: DatabaseSettings,
    /// `[anonymous]`: users known by a device only.
    pub anonymous: AnonymousSettings,
    /// `[captcha]`: the bot gate.
    pub captcha: CaptchaSettings,
    /// `[events]`: the record of what happened.
    pub events: EventSettings,
    /// `[guesses]`: wrong codes and passwords of strangers.
    pub guesses: GuessSettings,
    /// `[limits]`: rate limits.
    pub limits: LimitSettings,
    /// `[verification]`: codes to addresses.
    pub verification: VerificationSettings,
    /// `[notices]`: what owners of accounts are told.
    pub notices: NoticeSettings,
    /// `[recovery]`: what a password reset does besides.
    pub recovery: RecoverySettings,
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
    /// `[metrics]`: who may read metrics.
    pub metrics: MetricsSettings,
    /// In production, what switches a protection off, in sections of adapters too, and the operator accepts.
    pub accepted: Vec<Danger>,
    /// What the operator does not accept.
    pub(crate) refused: Option<SettingsError>,
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

    pub(crate) fn from_raw(raw: RawSettings, profile: SettingsProfile) -> Result<Self, SettingsError> {
        Ok(Self {
            profile,
            http: raw.http,
            admin: raw.admin,
            database: raw.database.checked()?,
            anonymous: raw.anonymous,
            captcha: raw.captcha,
            events: raw.events,
            guesses: raw.guesses,
            limits: raw.limits,
            verification: raw.verification,
            notices: raw.notices,
            recovery: raw.recovery,
            sessions: raw.sessions,
            tokens: raw.tokens.checked()?,
            passwords: raw.passwords,
            clients: raw.clients.parse(profile)?,
            sms: raw.sms,
            secrets: raw.secrets,
            logging: raw.logging,
            metrics: raw.metrics,
            accepted: Vec::new(),
            refused: None,
        })
    }

    /// Refuses to serve with values that switch a protection off, unless the operator accepts them. Other commands work
    /// with them: they protect nobody.
    ///
    /// # Errors
    /// [`SettingsError`]: all of them, one a line.
    pub fn check_dangers(&self) -> Result<(), SettingsError> {
        self.refused.clone().map_or(Ok(()), Err)
    }

    /// What only production requires, every problem of it.
    pub(crate) fn problems_in_production(&self, stores_elsewhere: bool) -> Vec<SettingsError> {
        let database = if stores_elsewhere { Ok(()) } else { self.database.check_for_production() };
        let checks = [
            database,
            self.limits.check_for_production(),
            self.tokens.check_for_production(),
            self.secrets.check_for_production(),
        ];
        checks.into_iter().filter_map(Result::err).collect()
    }

    /// Values that switch a protection off.
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let sections = [
            ("http", self.http.dangers()),
            ("admin", self.admin.dangers()),
            ("database", self.database.dangers()),
            ("anonymous", self.anonymous.dangers()),
            ("captcha", self.captcha.dangers(self.clients.switch_gate_on())),
            ("events", self.events.dangers()),
            ("guesses", self.guesses.dangers()),
            ("limits", self.limits.dangers()),
            ("verification", self.verification.dangers(self.limits.hard_factor)),
            ("tokens", self.tokens.dangers()),
            ("passwords", self.passwords.dangers()),
            ("clients", self.clients.dangers()),
            ("sms", self.sms.dangers()),
            ("notices", self.notices.dangers()),
            ("recovery", self.recovery.dangers()),
            ("sessions", self.sessions.dangers()),
            ("metrics", self.metrics.dangers()),
            ("logging", self.logging.dangers()),
        ];
        let named = |(name, dangers): (&str, Vec<Danger>)| {
            dangers.into_iter().map(|danger| danger.of_section(name)).collect::<Vec<_>>()
        };
        sections.into_iter().flat_map(named).collect()
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
    captcha: CaptchaSettings,
    events: EventSettings,
    guesses: GuessSettings,
    limits: LimitSettings,
    verification: VerificationSettings,
    notices: NoticeSettings,
    recovery: RecoverySettings,
    sessions: SessionSettings,
    tokens: TokenSettings,
    passwords: PasswordSettings,
    clients: clients::RawClients,
    sms: SmsSettings,
    #[serde(default)]
    secrets: SecretSettings,
    logging: LoggingSettings,
    metrics: MetricsSettings,
}
