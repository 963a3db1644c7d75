//! `[limits]`

use auth_domain::limits::Quota;
use chrono::TimeDelta;
use serde::Deserialize;

use super::common::in_a_day;
use crate::values::read;
use crate::{Danger, SettingsError};

/// Rate limits that are not of one address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Whether there are rate limits and cooldowns at all.
    #[serde(deserialize_with = "read::value")]
    pub enabled: bool,
    /// How many times as deep as the soft limits, which are the numbers below, the hard ones are.
    #[serde(deserialize_with = "read::whole::<1, 100, _, _>")]
    pub hard_factor: u32,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    sends_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    sends_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    sends_per_mailbox: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    sends_per_mailbox_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    sends_per_neighbourhood: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    sends_per_neighbourhood_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 100_000_000, _, _>")]
    sends_per_country_and_day: u32,
    #[serde(deserialize_with = "read::whole::<1, 100_000_000, _, _>")]
    sends_per_day: u32,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    lookups_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    lookups_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    anonymous_sign_ins_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    anonymous_sign_ins_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    provider_tokens_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    provider_tokens_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    encrypted_requests_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    encrypted_requests_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    edits_per_account: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    edits_per_account_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    edits_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    edits_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    writes_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    writes_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    repeats_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    repeats_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    hashes_per_account: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    hashes_per_account_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000, _, _>")]
    password_tries_per_account_and_network: u32,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    password_tries_per_network: u32,
    #[serde(deserialize_with = "read::whole::<1, 100_000, _, _>")]
    password_tries_per_account: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    password_tries_seconds: TimeDelta,
    #[serde(deserialize_with = "read::value")]
    allow_high: bool,
}

/// NIST SP 800-63B-4, 3.2.2: at most 100 failed attempts in a row on one account.
const MOST_PASSWORD_TRIES: u32 = 100;
/// How many times as much as a limit says may pass at once: two and a half times the default. What limits allow in a day
/// is judged without the factor, which is therefore bounded by itself.
const MOST_HARD_FACTOR: u32 = 10;
const TRIES_PER_ACCOUNT: &str = "password_tries_per_account";
/// Codes in a day, to one country or in all: ten times the default. Whoever pays for more than that knows it.
const MOST_SENDS_PER_DAY: u32 = 10_000_000;

impl LimitSettings {
    /// Codes that one network may ask for. `None`: no limit.
    #[must_use]
    pub fn sends_per_network(&self) -> Option<Quota> {
        self.quota(self.sends_per_network, self.sends_per_network_seconds)
    }

    /// Codes that are sent to one mailbox, whatever the spelling. `None`: no limit.
    #[must_use]
    pub fn sends_per_mailbox(&self) -> Option<Quota> {
        self.quota(self.sends_per_mailbox, self.sends_per_mailbox_seconds)
    }

    /// Codes that are sent to a hundred numbers next to each other. `None`: no limit.
    #[must_use]
    pub fn sends_per_neighbourhood(&self) -> Option<Quota> {
        self.quota(self.sends_per_neighbourhood, self.sends_per_neighbourhood_seconds)
    }

    /// Text messages that are sent to one country in a day. `None`: no limit.
    #[must_use]
    pub fn sends_per_country_and_day(&self) -> Option<u32> {
        self.enabled.then_some(self.sends_per_country_and_day)
    }

    /// Codes that are sent in a day. `None`: no limit.
    #[must_use]
    pub fn sends_per_day(&self) -> Option<u32> {
        self.enabled.then_some(self.sends_per_day)
    }

    /// Look-ups of names that one network may make. `None`: no limit.
    #[must_use]
    pub fn lookups_per_network(&self) -> Option<Quota> {
        self.quota(self.lookups_per_network, self.lookups_per_network_seconds)
    }

    /// Anonymous sign-ins that one network may make. `None`: no limit.
    #[must_use]
    pub fn anonymous_sign_ins_per_network(&self) -> Option<Quota> {
        self.quota(self.anonymous_sign_ins_per_network, self.anonymous_sign_ins_per_network_seconds)
    }

    /// Grants of third parties that one network may have exchanged. `None`: no limit.
    #[must_use]
    pub fn provider_tokens_per_network(&self) -> Option<Quota> {
        self.quota(self.provider_tokens_per_network, self.provider_tokens_per_network_seconds)
    }

    /// Requests that one network may have decrypted. `None`: no limit.
    #[must_use]
    pub fn encrypted_requests_per_network(&self) -> Option<Quota> {
        self.quota(self.encrypted_requests_per_network, self.encrypted_requests_per_network_seconds)
    }

    /// Changes to name, picture and such that one account may make. `None`: no limit.
    #[must_use]
    pub fn edits_per_account(&self) -> Option<Quota> {
        self.quota(self.edits_per_account, self.edits_per_account_seconds)
    }

    /// Changes to name, picture and such that one network may make, whatever the accounts. `None`: no limit.
    #[must_use]
    pub fn edits_per_network(&self) -> Option<Quota> {
        self.quota(self.edits_per_network, self.edits_per_network_seconds)
    }

    /// Requests of one network that may change something, whatever they are for. `None`: no limit.
    #[must_use]
    pub fn writes_per_network(&self) -> Option<Quota> {
        self.quota(self.writes_per_network, self.writes_per_network_seconds)
    }

    /// Requests of one network that are answered again, since the first answer may have been lost. `None`: no limit.
    #[must_use]
    pub fn repeats_per_network(&self) -> Option<Quota> {
        self.quota(self.repeats_per_network, self.repeats_per_network_seconds)
    }

    /// Passwords that are hashed or checked for one network, whatever it asks for. `None`: no limit.
    #[must_use]
    pub fn hashes_per_network(&self) -> Option<Quota> {
        self.quota(self.password_tries_per_network, self.password_tries_seconds)
    }

    /// Passwords that are hashed or checked for one account, when its owner asks. `None`: no limit.
    #[must_use]
    pub fn hashes_per_account(&self) -> Option<Quota> {
        self.quota(self.hashes_per_account, self.hashes_per_account_seconds)
    }

    /// Tries at passwords: by one network at one account, at one account. `None`: no limit.
    #[must_use]
    pub fn password_tries(&self) -> Option<[Quota; 2]> {
        let quota = |burst| Quota { burst, per: self.password_tries_seconds };
        let tries = [self.password_tries_per_account_and_network, self.password_tries_per_account];
        self.enabled.then_some(tries.map(quota))
    }

    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let danger = |key: &str, risk: String| Danger::at(key, risk, "allow_high", self.allow_high);
        let high = self.by_day().into_iter().filter_map(|(key, burst, per, most)| {
            let allowed = in_a_day(burst, per);
            let risk =
                || format!("and its seconds allow {allowed} in a day, more than {most}, which is in effect no limit");
            (allowed > most).then(|| danger(key, risk()))
        });
        let mut found: Vec<_> = high.collect();
        let tries = self.password_tries_per_account;
        if tries > MOST_PASSWORD_TRIES && found.iter().all(|danger| danger.key() != TRIES_PER_ACCOUNT) {
            let risk =
                format!("allows {tries} wrong passwords in a row at one account, more than {MOST_PASSWORD_TRIES}");
            found.push(danger(TRIES_PER_ACCOUNT, risk));
        }
        let totals =
            [("sends_per_country_and_day", self.sends_per_country_and_day), ("sends_per_day", self.sends_per_day)];
        for (key, _) in totals.into_iter().filter(|(_, sends)| *sends > MOST_SENDS_PER_DAY) {
            let risk = format!("is more than {MOST_SENDS_PER_DAY}, so that strangers can cause costs without end");
            found.push(danger(key, risk));
        }
        let factor = self.hard_factor;
        if factor > MOST_HARD_FACTOR {
            let risk = format!("lets {factor} times what each limit says pass at once, more than {MOST_HARD_FACTOR}");
            found.push(danger("hard_factor", risk));
        }
        if factor == 1 {
            let risk = "is 1, so that one network can use up what strangers share, and nobody passes with a captcha";
            found.push(Danger::meant("hard_factor", risk));
        }
        found
    }

    /// Each limit, and what it may allow in a day at most: about ten times the default of those that strangers meet, more
    /// of those that cost only work.
    fn by_day(&self) -> [(&'static str, u32, TimeDelta, u64); 15] {
        let tries = self.password_tries_seconds;
        let [mailbox, neighbours] = [self.sends_per_mailbox_seconds, self.sends_per_neighbourhood_seconds];
        let [sends, lookups] = [self.sends_per_network_seconds, self.lookups_per_network_seconds];
        let anonymous = self.anonymous_sign_ins_per_network_seconds;
        let provider = self.provider_tokens_per_network_seconds;
        let encrypted = self.encrypted_requests_per_network_seconds;
        [
            ("sends_per_network", self.sends_per_network, sends, 150_000),
            ("sends_per_mailbox", self.sends_per_mailbox, mailbox, 10_000),
            ("sends_per_neighbourhood", self.sends_per_neighbourhood, neighbours, 100_000),
            ("lookups_per_network", self.lookups_per_network, lookups, 1_000_000),
            ("anonymous_sign_ins_per_network", self.anonymous_sign_ins_per_network, anonymous, 100_000),
            ("provider_tokens_per_network", self.provider_tokens_per_network, provider, 1_000_000),
            ("encrypted_requests_per_network", self.encrypted_requests_per_network, encrypted, 1_000_000),
            ("edits_per_account", self.edits_per_account, self.edits_per_account_seconds, 100_000),
            ("edits_per_network", self.edits_per_network, self.edits_per_network_seconds, 1_000_000),
            ("writes_per_network", self.writes_per_network, self.writes_per_network_seconds, 50_000_000),
            ("repeats_per_network", self.repeats_per_network, self.repeats_per_network_seconds, 500_000),
            ("hashes_per_account", self.hashes_per_account, self.hashes_per_account_seconds, 100_000),
            ("password_tries_per_account_and_network", self.password_tries_per_account_and_network, tries, 20_000),
            ("password_tries_per_network", self.password_tries_per_network, tries, 150_000),
            (TRIES_PER_ACCOUNT, self.password_tries_per_account, tries, 75_000),
        ]
    }

    fn quota(&self, burst: u32, per: TimeDelta) -> Option<Quota> {
        self.enabled.then_some(Quota { burst, per })
    }

    pub(crate) fn check_for_production(&self) -> Result<(), SettingsError> {
        if self.enabled { Ok(()) } else { Err(SettingsError::at("limits.enabled", "must be true in production")) }
    }
}
