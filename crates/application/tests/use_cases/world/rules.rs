//! The rules that an operator would set.

use std::sync::Arc;

use auth_application::kit::PasswordTries;
use auth_contracts::samples;
use auth_domain::captcha::GateRules;
use auth_domain::clients::{Client, ClientId, ClientKind, Clients, UnknownClients};
use auth_domain::credentials::PasswordPolicy;
use auth_domain::guesses::{CodeGuesses, PasswordGuesses};
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
    /// The quota of every limit except those for passwords.
    pub(crate) quota: Option<Quota>,
    pub(crate) tries: Option<PasswordTries>,
    pub(crate) wrong_codes: Option<CodeGuesses>,
    pub(crate) wrong_passwords: Option<PasswordGuesses>,
    /// How often codes are sent to one mailbox.
    pub(crate) per_mailbox: Option<Quota>,
    /// How often codes are sent to numbers next to each other.
    pub(crate) per_neighbourhood: Option<Quota>,
    pub(crate) sends_per_day: Option<u32>,
    pub(crate) sends_per_country: Option<u32>,
    /// How many edits a network may make.
    pub(crate) edits_per_network: Option<Quota>,
    /// How many repeated requests a network may make.
    pub(crate) repeats: Option<Quota>,
    /// How many passwords may be hashed for a network and for an account.
    pub(crate) hashes: [Option<Quota>; 2],
    /// How many times as deep as these the hard quotas are.
    pub(crate) depth: u32,
    /// When the bot gate is asked. Initially it is asked above soft limits.
    pub(crate) gate: GateRules,
    /// Whether owners are told of changes. Most tests are about the change, and count other messages.
    pub(crate) owners_are_told: bool,
    /// Whether they are told of sign-ins on new devices, too.
    pub(crate) new_devices_are_told: bool,
    /// How long ago a way to sign in may have been added that a reset removes.
    pub(crate) recovery_window: TimeDelta,
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
            wrong_codes: None,
            wrong_passwords: None,
            per_mailbox: None,
            per_neighbourhood: None,
            sends_per_day: None,
            sends_per_country: None,
            edits_per_network: None,
            repeats: None,
            hashes: [None, None],
            depth: 1,
            gate: GateRules::default(),
            owners_are_told: false,
            new_devices_are_told: false,
            recovery_window: TimeDelta::days(30),
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

/// Where users of the sample client may sign up by phone number only.
pub(crate) fn by_phone_number_only() -> Clients {
    let id = samples::sample_client();
    let scenarios = Some(vec!["phone_number".to_owned()]);
    let client = Client { id: id.clone(), kind: ClientKind::Public, scenarios, redirect_uris: None };
    Clients::new(id, UnknownClients::Refused, vec![client])
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
    PasswordTries { per_account_and_network: quota, per_account: quota }
}
