//! The migrations of the schema: ours, which are embedded in the binary, and those of others who add tables.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth_ports::Cause;
use diesel::Connection as _;
use diesel::QueryResult;
use diesel::connection::CacheSize;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::{Pg, PgConnection};
use diesel::result::Error as SqlError;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use thiserror::Error;

use super::backfill::{self, Unfinished};
use super::gently::run_gently;
use super::lock::{lift_limits, under_lock};
use super::record::recorded;
use super::requirements::needed;
use crate::layout::Layout;
use crate::options::Statements;

const OURS: EmbeddedMigrations = embed_migrations!("../../migrations");
/// What removes that which only the program before this one needs.
const CONTRACT: EmbeddedMigrations = embed_migrations!("contract");

type Step = Box<dyn Migration<Pg>>;

/// The schema could not be brought up to date.
#[derive(Debug, Error)]
#[error("the schema could not be migrated")]
pub struct MigrationError(#[source] Cause);

fn failed(error: impl Into<Cause>) -> MigrationError {
    MigrationError(error.into())
}

/// All migrations of the schema. Cheap to clone.
#[derive(Clone)]
pub struct Migrations {
    sources: Vec<Source>,
    /// Whether limits that are set for a session would be another client's next.
    sets_nothing: bool,
    layout: Layout,
}

#[derive(Clone)]
struct Source {
    owner: &'static str,
    steps: Arc<dyn MigrationSource<Pg> + Send + Sync>,
    contracts: bool,
}

/// How a database's schema compares with what a program knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaStanding {
    /// The names of the migrations that are missing, in the order in which they would run.
    pub pending: Vec<String>,
    /// The versions of migrations that have run although this program does not know them: a newer program ran them.
    pub unknown: Vec<String>,
    /// The oldest version of this program that works with them, if this one is older.
    pub needs: Option<String>,
}

impl Source {
    fn of(owner: &'static str, steps: impl MigrationSource<Pg> + Send + Sync + 'static) -> Self {
        Self { owner, steps: Arc::new(steps), contracts: false }
    }

    fn steps(&self) -> Result<Vec<Step>, Cause> {
        let mut steps = self.steps.migrations()?;
        steps.sort_by_key(version);
        Ok(steps)
    }
}

impl Migrations {
    /// Returns the migrations of this service.
    #[must_use]
    pub fn ours() -> Self {
        let [ours, contract] = [OURS, CONTRACT].map(|steps| Source::of("this service", steps));
        let sources = vec![ours, Source { contracts: true, ..contract }];
        Self { sources, sets_nothing: false, layout: Layout::default() }
    }

    /// Returns the same migrations for this layout. On several nodes the schema must be contracted, so the steps that do
    /// it count as missing until they have run.
    #[must_use]
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// Returns the same migrations, to be run on connections that are given as `statements` says. With unnamed
    /// statements, the limits stay that the operator sets for the role or the database.
    #[must_use]
    pub fn with_statements(self, statements: Statements) -> Self {
        Self { sets_nothing: statements == Statements::Unnamed, ..self }
    }

    /// Adds the migrations of `owner`. They run after the present ones, in the order of their versions, so a table of
    /// theirs can refer to `users` whatever their versions are. `embed_migrations!` of the crate `diesel_migrations`
    /// makes them from a folder.
    ///
    /// # Errors
    /// Returns an error if a version is already used. The database keeps one list of versions for everybody, so it
    /// would mistake the second migration with a version for one that has already run.
    pub fn with(
        mut self,
        owner: &'static str,
        steps: impl MigrationSource<Pg> + Send + Sync + 'static,
    ) -> Result<Self, MigrationError> {
        self.sources.push(Source::of(owner, steps));
        match self.clash().map_err(MigrationError)? {
            None => Ok(self),
            Some(clash) => Err(failed(clash)),
        }
    }

    /// Describes two migrations with the same version, if there are any.
    fn clash(&self) -> Result<Option<String>, Cause> {
        let mut found: Vec<(String, String)> = Vec::new();
        for source in &self.sources {
            for step in source.steps()? {
                let (version, name) = (version(&step), format!("{} of {}", step.name(), source.owner));
                if let Some((_, other)) = found.iter().find(|(taken, _)| *taken == version) {
                    return Ok(Some(format!("{name} has the same version as {other}; give it one of its own")));
                }
                found.push((version, name));
            }
        }
        Ok(None)
    }

    /// Brings the schema up to date and returns which migrations ran. Of concurrent calls, one does the work and the
    /// others wait for it. If nothing is missing, it only reads. Blocking.
    ///
    /// The schema then also serves the program before this one ([`Migrations::contract`] ends that), unless all of it is
    /// new: there is no program before then.
    ///
    /// # Errors
    /// Returns [`MigrationError`], which names the migration that failed; the ones before it stay.
    pub fn migrate(&self, url: &str) -> Result<Vec<String>, MigrationError> {
        let mut conn = connect(url)?;
        let ran = recorded(&mut conn).map_err(failed)?;
        if self.due(&ran).map_err(MigrationError)?.is_empty() {
            return Ok(Vec::new());
        }
        self.change(&mut conn, url, |conn| {
            conn.applied_migrations()?; // creates the list of migrations if it is missing
            let due = self.due(&recorded(conn)?)?;
            self.run(conn, &due)
        })
    }

    /// Copies what the program before stored to where this one looks first, in small batches that hold nobody up, and
    /// goes on where an earlier call was interrupted. `told` hears of the number of rows after each batch. Blocking.
    ///
    /// # Errors
    /// Returns [`MigrationError`]; what was copied stays.
    pub fn backfill(&self, url: &str, told: &mut dyn FnMut(u64)) -> Result<(), MigrationError> {
        let mut conn = connect(url)?;
        if self.unfinished_on(&mut conn).map_err(failed)?.is_none_or(|unfinished| unfinished.is_backfilled()) {
            return Ok(());
        }
        self.change(&mut conn, url, |conn| Ok(backfill::copy_all(conn, told)?))
    }

    /// Removes what only the program before this one needs, and returns which steps ran. From then on that program must not
    /// run any more. An interrupted call is continued by the next one. Blocking.
    ///
    /// # Errors
    /// Returns [`MigrationError`] if the schema is not up to date or not all is copied ([`Migrations::backfill`]), and one
    /// that names the step that failed; the ones before it stay.
    pub fn contract(&self, url: &str) -> Result<Vec<String>, MigrationError> {
        let mut conn = connect(url)?;
        let ran = recorded(&mut conn).map_err(failed)?;
        if self.missing_of(&ran, |_| true).map_err(MigrationError)?.is_empty() {
            return Ok(Vec::new());
        }
        self.change(&mut conn, url, |conn| {
            let is_ready = self.unfinished_on(conn)?.is_some_and(|unfinished| unfinished.is_backfilled());
            let ran = recorded(conn)?;
            if !is_ready && !self.missing_of(&ran, |_| true)?.is_empty() {
                return Err("run the other migrations, and copy what is there, first".into());
            }
            backfill::copy_evidence(conn)?;
            backfill::spread_events(conn)?;
            let steps = self.missing_of(&ran, |source| source.contracts)?;
            self.run(conn, &steps)
        })
    }

    /// What is left to do once all migrations have run, or `None` if nothing is. While migrations are missing, they are
    /// what is next, and nothing is left here. It only reads.
    pub(crate) fn unfinished_on(&self, conn: &mut PgConnection) -> QueryResult<Option<Unfinished>> {
        let ran = recorded(conn)?;
        if !as_sql(self.due(&ran))?.is_empty() {
            return Ok(None);
        }
        let steps = as_sql(self.missing_of(&ran, |source| source.contracts))?;
        if steps.is_empty() {
            return Ok(None);
        }
        Ok(Some(match backfill::unfinished(conn)? {
            copies if copies.is_empty() => Unfinished::Contract(names(&steps)),
            copies => Unfinished::Backfill(copies),
        }))
    }

    /// Reverts every migration, the last one first. It is for tests, and for operators who stop using the service.
    ///
    /// # Errors
    /// Returns [`MigrationError`], which names the migration that failed. If a migration has run that this program
    /// does not know, nothing is reverted, because the unknown one may depend on the others.
    pub fn revert_all(&self, url: &str) -> Result<(), MigrationError> {
        self.change(&mut connect(url)?, url, |conn| {
            let ran = recorded(conn)?;
            let steps: Vec<Step> = self.steps()?.into_iter().filter(|step| ran.contains(&version(step))).collect();
            if steps.len() < ran.len() {
                return Err("steps ran that this program does not know".into());
            }
            steps.iter().rev().try_for_each(|step| conn.revert_migration(step.as_ref()).map(drop))
        })
    }

    /// Returns the names of the missing migrations, in the order in which they would run. It only reads. Blocking.
    ///
    /// # Errors
    /// Returns [`MigrationError`] if the database cannot be reached.
    pub fn pending(&self, url: &str) -> Result<Vec<String>, MigrationError> {
        Ok(self.standing(&mut connect(url)?).map_err(failed)?.pending)
    }

    /// Compares the schema with what this program knows. It only reads.
    pub(crate) fn standing(&self, conn: &mut PgConnection) -> QueryResult<SchemaStanding> {
        let ran = recorded(conn)?;
        let needs_all = self.layout == Layout::Sharded;
        let missing = if needs_all { self.missing_of(&ran, |_| true) } else { self.due(&ran) };
        let pending = names(&as_sql(missing)?);
        let known: BTreeSet<String> = as_sql(self.steps())?.iter().map(version).collect();
        let unknown: Vec<String> = ran.difference(&known).cloned().collect();
        Ok(SchemaStanding { pending, needs: needed(conn, &unknown)?, unknown })
    }

    /// Runs `work` on a connection of its own, while `conn` holds the lock.
    fn change<T>(
        &self,
        conn: &mut PgConnection,
        url: &str,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Cause>,
    ) -> Result<T, MigrationError> {
        let lift = |conn: &mut PgConnection| if self.sets_nothing { Ok(()) } else { lift_limits(conn) };
        lift(conn).map_err(failed)?;
        let outcome = under_lock(conn, || {
            let mut conn = connect(url)?;
            lift(&mut conn).map_err(failed)?;
            work(&mut conn).map_err(MigrationError)
        });
        outcome.map_err(failed)?
    }

    fn steps(&self) -> Result<Vec<Step>, Cause> {
        let steps: Vec<_> = self.sources.iter().map(Source::steps).collect::<Result<_, _>>()?;
        Ok(steps.into_iter().flatten().collect())
    }

    /// The steps that `migrate` runs where these have run. Where none has, those that contract are among them.
    fn due(&self, ran: &BTreeSet<String>) -> Result<Vec<Step>, Cause> {
        self.missing_of(ran, |source| ran.is_empty() || !source.contracts)
    }

    fn missing_of(&self, ran: &BTreeSet<String>, of: impl Fn(&Source) -> bool) -> Result<Vec<Step>, Cause> {
        let steps: Vec<_> =
            self.sources.iter().filter(|source| of(source)).map(Source::steps).collect::<Result<_, _>>()?;
        Ok(steps.into_iter().flatten().filter(|step| !ran.contains(&version(step))).collect())
    }

    fn run(&self, conn: &mut PgConnection, steps: &[Step]) -> Result<Vec<String>, Cause> {
        steps.iter().map(|step| run_gently(conn, step.as_ref(), !self.sets_nothing)).collect()
    }
}

fn names(steps: &[Step]) -> Vec<String> {
    steps.iter().map(|step| step.name().to_string()).collect()
}

/// Returns the database's own error, because it may show that the connection is unusable.
fn as_sql<T>(outcome: Result<T, Cause>) -> QueryResult<T> {
    outcome.map_err(|error| error.downcast::<SqlError>().map_or_else(SqlError::QueryBuilderError, |error| *error))
}

fn version(step: &Step) -> String {
    step.name().version().to_string()
}

/// Nothing is prepared under a name, because a pooler may give the connection to another client after each transaction.
fn connect(url: &str) -> Result<PgConnection, MigrationError> {
    let mut conn = PgConnection::establish(url).map_err(failed)?;
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    Ok(conn)
}
