//! What sub-commands that work on the database have in common.

use auth_settings::Settings;

use crate::wiring::CommandLine;
use crate::{OpenDatabase, StartFailure};

/// Opens the database (a private one is started, or found running), runs `work` on the use cases,
/// closes the database.
pub(super) fn on_database(
    settings: &Settings,
    work: impl AsyncFnOnce(&CommandLine) -> Result<(), StartFailure>,
) -> Result<(), StartFailure> {
    let database = OpenDatabase::open(settings)?;
    let done = prepare(settings, &database).and_then(|line| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work(&line))
    });
    let closed = database.close();
    done.and(closed)
}

fn prepare(settings: &Settings, database: &OpenDatabase) -> Result<CommandLine, StartFailure> {
    if settings.database.migrate {
        database.migrate()?;
    }
    CommandLine::build(settings, &database.url)
}
