//! PostgreSQL as a storage: the operator's, or a private cluster of our own.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

use auth_domain::error_chain::ErrorChain;
use auth_embedded_postgres::{Cluster, Host, Options};
use auth_extension::{Condition, Remark, Storage, StoreHandle, StorePart, StorePorts, StoreSetup};
use auth_ports::Clock as _;
use auth_postgres::{
    ConnectError, Database, DatabaseOptions, Examination, HAS_TLS, Layout, MigrationError, Migrations, Parts,
    PostgresStores, Spenders, Statements,
};
use auth_settings::{LayoutName, Problem, Settings, SettingsProfile, StatementNames};

use crate::SystemClock;
use crate::remarks::remarks;

/// The name of our database in a private cluster.
const DATABASE: &str = "auth";

/// A database that is ready for connections.
pub(crate) struct PostgresStorage {
    options: DatabaseOptions,
    migrations: Migrations,
    spenders: Spenders,
    layout: Layout,
    cluster: Option<Cluster>,
    /// The hosts of the operator's database.
    hosts: Option<String>,
    /// Whether the address demands TLS.
    demands_tls: bool,
    /// Whether the start runs migrations.
    migrates: bool,
}

impl PostgresStorage {
    /// Opens the operator's database, or outside production a private cluster in the data folder, which is started
    /// now unless it is running. Blocking.
    ///
    /// # Errors
    /// Returns a [`Problem`] if there is none, or if a part is not for PostgreSQL.
    pub(crate) fn open(settings: &Settings, parts: &[StorePart]) -> Result<Self, Problem> {
        let parts = own(parts)?;
        let statements = match settings.database.statements {
            StatementNames::Named => Statements::Named,
            StatementNames::Unnamed => Statements::Unnamed,
        };
        let layout = match settings.database.layout {
            LayoutName::Single => Layout::Single,
            LayoutName::Sharded => Layout::Sharded,
        };
        let migrations = parts.all_migrations().map_err(|error| migration_problem(&error))?;
        let migrations = migrations.with_statements(statements).with_layout(layout);
        let spenders = spenders(&parts)?;
        let (url, cluster) = match (&settings.database.url, settings.profile) {
            (Some(url), _) => (url.with_patience(), None),
            (None, SettingsProfile::Production) => {
                let text = "no database: set database.url (AUTH__DATABASE__URL or DATABASE_URL)";
                return Err(Problem::new(text));
            }
            (None, SettingsProfile::Local | SettingsProfile::Test) => start_private(settings)?,
        };
        let set = &settings.database;
        let (pool_size, acquire_timeout, call_timeout) = (set.pool_size(), set.acquire_timeout, set.call_timeout);
        let options = DatabaseOptions { url, pool_size, acquire_timeout, call_timeout, statements };
        let hosts = set.url.as_ref().map(|url| url.hosts());
        let demands_tls = set.url.as_ref().is_some_and(|url| url.demands_tls());
        let migrates = set.migrate;
        Ok(Self { options, migrations, spenders, layout, cluster, hosts, demands_tls, migrates })
    }

    /// What to say if the address demands what this program cannot do.
    fn needs_tls(&self) -> &'static str {
        if self.demands_tls && !HAS_TLS {
            ". The address demands TLS, and this program was built without TLS to the database: build it with \
             `--features pg-tls` (cargo build --release --features pg-tls), or let a local proxy speak TLS"
        } else {
            ""
        }
    }
}

/// The database's client library says some of its errors in several lines.
fn in_one_line(error: &(dyn std::error::Error + 'static)) -> String {
    ErrorChain(error).to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Combines what extensions add.
fn own(parts: &[StorePart]) -> Result<Parts, Problem> {
    parts.iter().try_fold(Parts::new(), |all, part| match part.get::<Parts>() {
        Some(own) => Ok(all.and(own.clone())),
        None => Err(Problem::new(format!("{} adds to a store that is not PostgreSQL", part.owner))),
    })
}

/// Those of all parts, one for each kind.
fn spenders(parts: &Parts) -> Result<Spenders, Problem> {
    let mut kinds = BTreeSet::new();
    match parts.spenders().kinds().into_iter().find(|kind| !kinds.insert(*kind)) {
        None => Ok(parts.spenders().clone()),
        Some(kind) => Err(Problem::new(format!("vouchers of the kind {kind} have two spenders: each kind has one"))),
    }
}

fn start_private(settings: &Settings) -> Result<(String, Option<Cluster>), Problem> {
    let host = Host::from_environment("auth-server").on_progress(|progress| {
        // Progress messages are for people, so a closed terminal is no reason to stop.
        let _ = writeln!(std::io::stderr(), "database: {progress}");
    });
    let options = Options::new(settings.database.data_dir.join("postgres"), host)
        .database(DATABASE)
        .setting("log_error_verbosity", "terse");
    let cluster = Cluster::start(options).map_err(|error| Problem::new(error.to_string()))?;
    Ok((cluster.url(DATABASE), Some(cluster)))
}

/// Leaves out the causes behind the first one, which repeat it.
fn migration_problem(error: &MigrationError) -> Problem {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    Problem::new(format!("{error}: {cause}"))
}

fn newer_program_needed(version: &str) -> Problem {
    Problem::new(format!(
        "the database's schema was changed by a newer program and needs version {version} or newer, but this is {}",
        env!("CARGO_PKG_VERSION")
    ))
}

impl Storage for PostgresStorage {
    fn name(&self) -> &str {
        "database"
    }

    fn migrate(&self) -> Result<Vec<String>, Problem> {
        self.migrations.migrate(&self.options.url).map_err(|error| migration_problem(&error))
    }

    fn backfill(&self, told: &mut dyn FnMut(u64)) -> Result<(), Problem> {
        self.migrations.backfill(&self.options.url, told).map_err(|error| migration_problem(&error))
    }

    fn contract(&self) -> Result<Vec<String>, Problem> {
        self.migrations.contract(&self.options.url).map_err(|error| migration_problem(&error))
    }

    fn pending(&self) -> Result<Vec<String>, Problem> {
        self.migrations.pending(&self.options.url).map_err(|error| migration_problem(&error))
    }

    fn condition(&self) -> Result<Condition, Problem> {
        match auth_postgres::DatabaseCondition::of(&self.options, &self.migrations) {
            Ok(found) => Ok(Condition {
                unfit: found.schema.needs.map(|version| newer_program_needed(&version)),
                pending: found.schema.pending,
                unknown: found.schema.unknown,
                is_read_only: found.is_read_only,
                unfinished: found.unfinished.map(|next| next.to_string()),
            }),
            Err(error @ ConnectError::Shared) => {
                Ok(Condition { unfit: Some(Problem::new(error.to_string())), ..Condition::default() })
            }
            Err(error) => Err(Problem::new(format!("the database: {}{}", in_one_line(&error), self.needs_tls()))),
        }
    }

    fn examine(&self) -> Result<Vec<Remark>, Problem> {
        // The clock of this machine is what is compared with the server's.
        let found = Examination::of(&self.options, || SystemClock.now());
        let found = found.map_err(|error| Problem::new(in_one_line(&error)))?;
        Ok(if self.cluster.is_some() { Vec::new() } else { remarks(&found, self.options.pool_size, self.migrates) })
    }

    fn waits_for(&self) -> Option<String> {
        self.hosts.as_ref().map(|hosts| format!("the database at {hosts}"))
    }

    fn stores(&self, setup: &StoreSetup) -> Result<StorePorts, Problem> {
        let database = Database::new(&self.options);
        let handle = StoreHandle::new(database.clone());
        let stores = PostgresStores::new(database, setup.schemes.clone());
        let stores = stores.telling(setup.subscribers.clone(), Arc::clone(&setup.wake));
        let stores = stores.with_migrations(self.migrations.clone()).with_spenders(self.spenders.clone());
        let stores = stores.with_layout(self.layout);
        Ok(StorePorts { handle, ..StorePorts::of(Arc::new(stores)) })
    }

    /// Stops a private cluster, unless another process also uses it.
    fn close(self: Box<Self>) -> Result<(), Problem> {
        let stopped = self.cluster.map_or(Ok(()), Cluster::stop);
        stopped.map_err(|error| Problem::new(error.to_string()))
    }
}
