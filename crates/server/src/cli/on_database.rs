//! What sub-commands that work on the database have in common.

use auth_extension::Storage;

use crate::wiring::CommandLine;
use crate::{Configuration, StartFailure};

/// Opens the database (starting or finding a private one), runs `work` with the use cases, and closes the database.
pub(super) fn on_database(
    configuration: &Configuration,
    work: impl AsyncFnOnce(&CommandLine) -> Result<(), StartFailure>,
) -> Result<(), StartFailure> {
    let storage = configuration.open_storage()?;
    let done = prepare(configuration, &*storage).and_then(|line| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work(&line))
    });
    let closed = storage.close().map_err(StartFailure::Storage);
    done.and(closed)
}

fn prepare(configuration: &Configuration, storage: &dyn Storage) -> Result<CommandLine, StartFailure> {
    if let Some(problem) = storage.condition().map_err(StartFailure::Storage)?.unfit {
        return Err(StartFailure::Storage(problem));
    }
    if configuration.settings.database.migrate {
        storage.migrate().map_err(StartFailure::Storage)?;
    }
    CommandLine::build(configuration, storage)
}
