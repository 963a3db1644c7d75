//! The sections `[webhooks.<id>]` and `[rules.<id>]`.

use std::time::Duration;

use auth_domain::outbox::{OutgoingKinds, UnknownKind};
use auth_outbound::SigningSecrets;
use auth_ports::OnFailure;
use auth_settings::{Given, Problem, Section, Setting, SettingsProfile, WebAddress, read};
use secrecy::SecretString;
use serde::Deserialize;

use crate::{BackendSettings, HttpRule, HttpRuleSettings, WebhookSubscriber};

/// The operator's settings for a webhook.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSection {
    #[serde(deserialize_with = "read::value")]
    url: WebAddress,
    #[serde(deserialize_with = "read::value")]
    secrets: SecretString,
    #[serde(default, deserialize_with = "read::list")]
    kinds: Vec<String>,
}

impl Section for WebhookSection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        self.url.check("url", profile)?;
        check_secrets(&self.secrets, profile)?;
        self.kinds().map(drop)
    }
}

impl WebhookSection {
    /// Converts the section into the settings of the subscriber.
    ///
    /// # Errors
    /// Returns a [`Problem`] if an event is named that does not exist.
    pub fn into_settings(self) -> Result<(OutgoingKinds, BackendSettings), Problem> {
        Ok((self.kinds()?, backend(&self.url, self.secrets, WebhookSubscriber::DEFAULT_TIMEOUT)))
    }

    /// Returns the kinds of events; all of them if none are set.
    fn kinds(&self) -> Result<OutgoingKinds, Problem> {
        if self.kinds.is_empty() {
            return Ok(OutgoingKinds::all());
        }
        let kinds: Result<Vec<_>, UnknownKind> = self.kinds.iter().map(|name| OutgoingKinds::parse(name)).collect();
        let kinds =
            kinds.map_err(|unknown| Problem::at("kinds", format!("must contain names of events: {unknown}")))?;
        Ok(kinds.into_iter().fold(OutgoingKinds::default(), OutgoingKinds::and))
    }
}

/// The operator's settings for a rule that a backend decides.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSection {
    #[serde(deserialize_with = "read::value")]
    url: WebAddress,
    #[serde(deserialize_with = "read::value")]
    secrets: SecretString,
    #[serde(default, deserialize_with = "read::optional_whole::<1, 30, _, _>")]
    timeout_seconds: Option<u64>,
    #[serde(default, deserialize_with = "read::optional")]
    on_failure: Option<FailureMode>,
}

#[derive(Debug, Clone, Copy)]
struct FailureMode(OnFailure);

impl Setting for FailureMode {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("refuse or allow", |word| match word {
            "refuse" => Some(Self(OnFailure::Refuse)),
            "allow" => Some(Self(OnFailure::Allow)),
            _ => None,
        })
    }
}

impl Section for RuleSection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        self.url.check("url", profile)?;
        check_secrets(&self.secrets, profile)
    }
}

/// Refuses the secret of the documentation for real users.
fn check_secrets(secrets: &SecretString, profile: SettingsProfile) -> Result<(), Problem> {
    if profile.is_production() && SigningSecrets::contain_sample(secrets) {
        return Err(Problem::at("secrets", "must be random in production, not the sample"));
    }
    Ok(())
}

impl RuleSection {
    /// Converts the section into the settings of the rule with this name.
    #[must_use]
    pub fn into_settings(self, name: &str) -> HttpRuleSettings {
        let timeout = self.timeout_seconds.map_or(HttpRule::DEFAULT_TIMEOUT, Duration::from_secs);
        HttpRuleSettings {
            name: name.to_owned(),
            on_failure: self.on_failure.map_or(OnFailure::Refuse, |FailureMode(on_failure)| on_failure),
            backend: backend(&self.url, self.secrets, timeout),
        }
    }
}

fn backend(url: &WebAddress, secrets: SecretString, timeout: Duration) -> BackendSettings {
    BackendSettings { url: url.as_str().to_owned(), secrets, timeout }
}
