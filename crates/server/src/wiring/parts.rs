//! What use cases are made of, built once: for the service and for the sub-commands.

use std::sync::Arc;

use auth_application::account::Editor;
use auth_application::kit::{FailedSignIns, PasswordTries, RateLimit};
use auth_domain::clients::Clients;
use auth_domain::identifier::Schemes;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::Quota;
use auth_passwords::{Argon2Hasher, HasherSettings};
use auth_ports::{Clock, Entropy};
use auth_postgres::{Database, DatabaseOptions, PostgresStores};
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
    pub(super) stores: Arc<PostgresStores>,
    pub(super) hasher: Arc<Argon2Hasher>,
}

impl<'a> Parts<'a> {
    pub(super) fn build(configuration: &'a Configuration, database_url: &str) -> Result<Self, StartFailure> {
        let Configuration { settings, world, schemes, .. } = configuration;
        let (clock, entropy) = (world.clock.clone(), world.entropy.clone());
        Ok(Self {
            key: keys::server_key(settings, &*entropy)?,
            clients: clients::clients(settings),
            stores: Arc::new(PostgresStores::new(database(settings, database_url), schemes.clone())),
            hasher: Arc::new(Argon2Hasher::new(&hasher_settings(settings), entropy.clone())?),
            configuration,
            settings,
            clock,
            entropy,
            schemes: schemes.clone(),
        })
    }

    pub(super) fn editor(&self) -> Editor {
        let Self { stores, clock, entropy, key, .. } = self;
        Editor::new(stores.clone(), stores.clone(), clock.clone(), entropy.clone(), key.clone())
    }

    pub(super) fn failed_sign_ins(&self) -> FailedSignIns {
        FailedSignIns::new(self.stores.clone(), self.clock.clone(), self.entropy.clone())
    }

    pub(super) fn rate_limit(&self, what: &'static str, quota: Option<Quota>) -> RateLimit {
        RateLimit::new(self.stores.clone(), self.clock.clone(), what, quota)
    }

    pub(super) fn password_tries(&self) -> Option<PasswordTries> {
        let quotas = self.settings.limits.password_tries();
        quotas.map(|[per_account_and_network, per_network, per_account]| PasswordTries {
            per_account_and_network,
            per_network,
            per_account,
        })
    }
}

fn database(settings: &Settings, url: &str) -> Database {
    Database::new(&DatabaseOptions {
        url: url.to_owned(),
        pool_size: settings.database.pool_size(),
        acquire_timeout: settings.database.acquire_timeout,
    })
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
