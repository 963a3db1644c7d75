//! The parts of use cases, which are built once for the service and for the sub-commands.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::sync::Arc;

use auth_application::account::{Conversions, Editor};
use auth_application::events::EventSignal;
use auth_application::kit::{
    Budget, DeviceCheck, Gate, Hashes, KeyedLimits, Limit, Limited, MessageSignal, Notices, Passwords, Payments,
    PresenceCheck, Recorder, RememberedRefusals, Rules, Tally,
};
use auth_domain::clients::Clients;
use auth_domain::credentials::{BreachedPasswords, Digest as BreachDigest, PasswordPolicy};
use auth_domain::identifier::Schemes;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::known_devices::DeviceMarks;
use auth_domain::limits::Quota;
use auth_extension::{Ports, Storage, StorePorts, StoreSetup};
use auth_metrics::Metrics;
use auth_passwords::{Argon2Hasher, HasherSettings};
use auth_ports::{Clock, Entropy};
use auth_settings::Settings;

use super::wrong_in_all::WrongInAll;
use super::{clients, gate, metrics};
use crate::{Configuration, StartFailure, keys};

pub(super) struct Parts<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) settings: &'a Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) key: ServerKey,
    pub(super) gate: Gate,
    pub(super) schemes: Schemes,
    pub(super) clients: Clients,
    pub(super) stores: StorePorts,
    pub(super) hasher: Arc<Argon2Hasher>,
    /// The rules for new passwords.
    pub(super) password_policy: PasswordPolicy,
    pub(super) wrong_in_all: WrongInAll,
    /// Wakes the workers that deliver events.
    pub(super) event_signal: EventSignal,
    /// Wakes the worker that delivers messages.
    pub(super) message_signal: MessageSignal,
    /// What is counted.
    pub(super) metrics: Arc<Metrics>,
}

impl<'a> Parts<'a> {
    pub(super) fn build(configuration: &'a Configuration, storage: &dyn Storage) -> Result<Self, StartFailure> {
        let Configuration { settings, world, schemes, subscribers, .. } = configuration;
        let (clock, entropy) = (world.clock.clone(), world.entropy.clone());
        let event_signal = EventSignal::default();
        let signal = event_signal.clone();
        let setup = StoreSetup::new(schemes.clone(), subscribers.clone(), Arc::new(move || signal.wake()));
        let key = keys::server_key(settings, &*entropy)?;
        let mut stores = storage.stores(&setup).map_err(StartFailure::Storage)?;
        let limits = Arc::new(KeyedLimits::new(stores.limits, key.clone()));
        stores.limits = Arc::new(RememberedRefusals::new(limits, clock.clone()));
        let metrics = Arc::new(metrics::metrics(configuration)?);
        let tally = Tally::new(metrics.clone());
        let gate = gate::gate(settings, stores.limits.clone(), clock.clone(), key.clone())?;
        Ok(Self {
            key,
            gate: gate.counting(tally.clone()),
            clients: clients::clients(settings),
            wrong_in_all: WrongInAll::new(settings, &stores.limits, &clock, &tally),
            stores,
            hasher: Arc::new(Argon2Hasher::new(&hasher_settings(settings), entropy.clone())?),
            password_policy: password_policy(settings)?,
            configuration,
            settings,
            clock,
            entropy,
            schemes: schemes.clone(),
            event_signal,
            message_signal: MessageSignal::default(),
            metrics,
        })
    }

    pub(super) fn ports(&self) -> Ports {
        Ports::new(self.configuration.kit.clone(), self.stores.clone(), self.schemes.clone())
    }

    pub(super) fn editor(&self) -> Editor {
        let accounts = self.stores.accounts.clone();
        let conversions = Conversions::new(accounts.clone(), self.clients.clone(), self.rules());
        Editor::new(accounts, self.payments(), self.presence(), self.recorder(), conversions)
    }

    /// What the operator's rules decide before somebody becomes a user.
    pub(super) fn rules(&self) -> Rules {
        Rules::new(self.configuration.rules.clone())
    }

    pub(super) fn presence(&self) -> PresenceCheck {
        PresenceCheck::new(self.stores.sessions.clone(), self.clock.clone(), self.settings.sessions.policy().presence)
    }

    pub(super) fn recorder(&self) -> Recorder {
        let events = self.stores.events.clone();
        Recorder::new(self.clock.clone(), self.entropy.clone(), events, self.notices()).counting(self.tally())
    }

    /// What use cases count by.
    pub(super) fn tally(&self) -> Tally {
        Tally::new(self.metrics.clone())
    }

    /// The sender of a channel need not be set up: the worker drops notices that it cannot deliver.
    fn notices(&self) -> Notices {
        let signal = self.message_signal.clone();
        if self.settings.notices.enabled { Notices::on(&self.schemes, signal) } else { Notices::off(signal) }
    }

    pub(super) fn payments(&self) -> Payments {
        let repeats = self.limited("repeats.network", self.settings.limits.repeats_per_network());
        Payments::new(self.stores.proofs.clone(), repeats, self.clock.clone(), self.key.clone())
    }

    pub(super) fn hashes(&self) -> Hashes {
        let limits = &self.settings.limits;
        let limits = [
            Limit::new("hashes.network", limits.hashes_per_network()),
            Limit::new("hashes.account", limits.hashes_per_account()),
        ];
        Hashes::new(self.hasher.clone(), self.budget(), limits)
    }

    pub(super) fn passwords(&self) -> Passwords {
        Passwords::new(self.hashes(), self.tries_at_passwords())
    }

    pub(super) fn budget(&self) -> Budget {
        let (limits, depth) = (self.stores.limits.clone(), self.settings.limits.hard_factor);
        Budget::new(limits, self.clock.clone(), self.gate.clone(), depth).counting(self.tally())
    }

    pub(super) fn known_devices(&self) -> DeviceCheck {
        let marks = DeviceMarks::new(self.key.clone());
        DeviceCheck::new(self.stores.known_devices.clone(), self.clock.clone(), marks)
    }

    pub(super) fn limited(&self, name: &'static str, quota: Option<Quota>) -> Limited {
        self.budget().limited(Limit::new(name, quota))
    }
}

/// The rules for new passwords, with the file of those that are known from breaches.
fn password_policy(settings: &Settings) -> Result<PasswordPolicy, StartFailure> {
    let policy = settings.passwords.policy();
    let Some(path) = &settings.passwords.breached_file else { return Ok(policy) };
    let failed = |error| StartFailure::File { path: path.clone(), error };
    let mut lines = BufReader::new(File::open(path).map_err(failed)?);
    let (mut digests, mut line) = (Vec::new(), Vec::new());
    while lines.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        digests.extend(BreachDigest::read(&String::from_utf8_lossy(&line)));
        line.clear();
    }
    Ok(PasswordPolicy { breached: BreachedPasswords::new(digests), ..policy })
}

fn hasher_settings(settings: &Settings) -> HasherSettings {
    HasherSettings {
        memory_kib: settings.passwords.memory_kib,
        iterations: settings.passwords.iterations,
        parallelism: settings.passwords.parallelism,
        max_concurrent: settings.passwords.max_concurrent(),
        max_queued: settings.passwords.max_queued(),
        niceness: settings.passwords.niceness,
    }
}
