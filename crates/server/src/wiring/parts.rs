//! The parts of use cases, which are built once for the service and for the sub-commands.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::sync::Arc;

use auth_application::account::Editor;
use auth_application::events::EventSignal;
use auth_application::kit::{
    Budget, KeyedLimits, Limit, Limited, PasswordTries, Passwords, Payments, Presence, Recorder,
};
use auth_domain::clients::Clients;
use auth_domain::credentials::{BreachedPasswords, Digest as BreachDigest, PasswordPolicy};
use auth_domain::identifier::Schemes;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::Quota;
use auth_extension::{Ports, Storage, StoreSetup, Stores};
use auth_passwords::{Argon2Hasher, HasherSettings};
use auth_ports::{Clock, Entropy};
use auth_settings::Settings;

use super::clients;
use crate::{Configuration, StartFailure, keys};

pub(super) struct Parts<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) settings: &'a Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) key: ServerKey,
    pub(super) schemes: Schemes,
    pub(super) clients: Clients,
    pub(super) stores: Stores,
    pub(super) hasher: Arc<Argon2Hasher>,
    /// The rules for new passwords.
    pub(super) password_policy: PasswordPolicy,
    /// Wakes the workers that deliver events.
    pub(super) event_signal: EventSignal,
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
        stores.limits = Arc::new(KeyedLimits::new(stores.limits, key.clone()));
        Ok(Self {
            key,
            clients: clients::clients(settings),
            stores,
            hasher: Arc::new(Argon2Hasher::new(&hasher_settings(settings), entropy.clone())?),
            password_policy: password_policy(settings)?,
            configuration,
            settings,
            clock,
            entropy,
            schemes: schemes.clone(),
            event_signal,
        })
    }

    pub(super) fn ports(&self) -> Ports {
        Ports::new(self.configuration.kit.clone(), self.stores.clone(), self.schemes.clone())
    }

    pub(super) fn editor(&self) -> Editor {
        Editor::new(self.stores.accounts.clone(), self.payments(), self.presence(), self.recorder())
    }

    pub(super) fn presence(&self) -> Presence {
        Presence::new(self.stores.sessions.clone(), self.clock.clone(), self.settings.sessions.policy().presence)
    }

    pub(super) fn recorder(&self) -> Recorder {
        Recorder::new(self.clock.clone(), self.entropy.clone(), self.stores.events.clone())
    }

    pub(super) fn payments(&self) -> Payments {
        Payments::new(self.stores.proofs.clone(), self.clock.clone(), self.key.clone())
    }

    pub(super) fn passwords(&self) -> Passwords {
        Passwords::new(self.hasher.clone(), self.budget(), self.password_tries())
    }

    pub(super) fn budget(&self) -> Budget {
        Budget::new(self.stores.limits.clone(), self.clock.clone(), self.settings.limits.hard_factor)
    }

    pub(super) fn limited(&self, name: &'static str, quota: Option<Quota>) -> Limited {
        self.budget().limited(Limit::new(name, quota))
    }

    fn password_tries(&self) -> Option<PasswordTries> {
        let quotas = self.settings.limits.password_tries();
        quotas.map(|[per_account_and_network, per_network, per_account]| PasswordTries {
            per_account_and_network,
            per_network,
            per_account,
        })
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
    }
}
