//! What sub-commands that work on the database have in common.

use crate::wiring::CommandLine;
use crate::{Configuration, OpenDatabase, StartFailure};

/// Opens the database (a private one is started, or found running), runs `work` on the use cases,
/// closes the database.
pub(super) fn on_database(
    configuration: &Configuration,
    work: impl AsyncFnOnce(&CommandLine) -> Result<(), StartFailure>,
) -> Result<(), StartFailure> {
    let database = OpenDatabase::open(&configuration.settings)?;
    let done = prepare(configuration, &database).and_then(|line| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work(&line))
    });
    let closed = database.close();
    done.and(closed)
}

fn prepare(configuration: &Configuration, database: &OpenDatabase) -> Result<CommandLine, StartFailure> {
    if configuration.settings.database.migrate {
        database.migrate()?;
    }
    CommandLine::build(configuration, &database.url)
}
