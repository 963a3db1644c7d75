//! The rules that an operator would set.

use std::sync::Arc;

use auth_application::kit::PasswordTries;
use auth_contracts::samples;
use auth_domain::captcha::GateRules;
use auth_domain::clients::{Client, ClientId, ClientKind, Clients, UnknownClients};
use auth_domain::credentials::PasswordPolicy;
use auth_domain::identifier::AllowedCountries;
use auth_domain::limits::Quota;
use auth_domain::messages::Channel;
use auth_domain::sessions::SessionPolicy;
use auth_domain::verifications::VerificationPolicy;
use auth_ports::Rule;
use chrono::TimeDelta;

/// The rules that an operator would set. Initially everything is offered and nothing is limited.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) clients: Clients,
    pub(crate) passwords: PasswordPolicy,
    pub(crate) sessions: SessionPolicy,
    /// How long access tokens are valid.
    pub(crate) access_ttl: TimeDelta,
    pub(crate) verification: VerificationPolicy,
    /// The channels that are switched on.
    pub(crate) channels: Vec<Channel>,
    pub(crate) sms_countries: AllowedCountries,
    pub(crate) reveal_existence: bool,
    pub(crate) anonymous: bool,
    pub(crate) encrypted_requests: bool,
    /// The quota of every limit except the one for passwords.
    pub(crate) quota: Option<Quota>,
    pub(crate) tries: Option<PasswordTries>,
    /// When the bot gate is asked. Initially it is asked above soft limits.
    pub(crate) gate: GateRules,
    /// How many times as deep as these the hard quotas are.
    pub(crate) depth: u32,
    /// The rules that are asked before somebody becomes a user.
    pub(crate) asked: Vec<Arc<dyn Rule>>,
    /// How long events are kept.
    pub(crate) retention: TimeDelta,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            clients: Clients::new(samples::sample_client(), UnknownClients::Refused, vec![]),
            passwords: PasswordPolicy::default(),
            sessions: SessionPolicy::default(),
            access_ttl: TimeDelta::hours(2),
            verification: VerificationPolicy::default(),
            channels: vec![Channel::EMAIL, Channel::SMS],
            sms_countries: AllowedCountries::All,
            reveal_existence: true,
            anonymous: true,
            encrypted_requests: true,
            quota: None,
            tries: None,
            gate: GateRules::default(),
            depth: 1,
            asked: Vec::new(),
            retention: TimeDelta::days(90),
        }
    }
}

impl Rules {
    /// From now on these clients are registered, and no others.
    pub(crate) fn register(&mut self, clients: Vec<Client>) {
        self.clients = Clients::new(samples::sample_client(), UnknownClients::Refused, clients);
    }
}

/// A client of this name, which nothing is kept from.
pub(crate) fn registered(name: &str, kind: ClientKind) -> Client {
    let id = ClientId::parse(name).expect("a client id");
    Client { id, kind, scenarios: None, redirect_uris: None }
}

/// Allows one occurrence within this many seconds.
pub(crate) fn once_per(seconds: i64) -> Quota {
    Quota { burst: 1, per: TimeDelta::seconds(seconds) }
}

/// Allows this many tries at a password per minute, however they are counted.
pub(crate) fn tries(burst: u32) -> PasswordTries {
    let quota = Quota { burst, per: TimeDelta::minutes(1) };
    PasswordTries { per_account_and_network: quota, per_network: quota, per_account: quota }
}
