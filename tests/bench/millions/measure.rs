//! The measurement in its order.

use std::fs;
use std::path::Path;

use super::sizes::Sizes;
use super::{filling, room, upkeep};
use crate::Failure;
use crate::database::Database;
use crate::growth::{self, Side};
use crate::report::{Report, say};
use crate::server::Server;

pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    let asked =
        room::Amounts { users: asked("GROWTH_USERS", 10_000_000)?, events: asked("GROWTH_EVENTS", 100_000_000)? };
    let amounts = asked.that_fit(room::free_bytes(folder)?);
    report.note("how much was done", amounts.of(asked));
    let few = Side::start(binary, &folder.join("few"), growth::FEW)?;
    let (many, sizes) = filled(binary, &folder.join("many"), amounts, report)?;
    let compared = compared(few, many, amounts, report);
    // Filling took hours, so what it has shown is told even if something fails afterwards.
    sizes.print_markdown();
    compared
}

/// What is measured of a filled database beside a small one.
fn compared(few: Side, many: Side, amounts: room::Amounts, report: &mut Report) -> Result<(), Failure> {
    growth::compare(&few, &many, report)?;
    few.server.stop()?;
    upkeep::vacuum(&many, report)?;
    upkeep::sweep(&many.database, amounts, report)?;
    many.server.stop()
}

/// Starts a service with so much in its database, and says what that takes on disk.
fn filled(binary: &Path, folder: &Path, amounts: room::Amounts, report: &mut Report) -> Result<(Side, Sizes), Failure> {
    fs::create_dir(folder)?;
    let database = Database::start(folder)?;
    Server::start(binary, folder, &database.url())?.stop()?;
    say(&format!("importing {} users", amounts.users));
    let rate = filling::import(binary, folder, &database, amounts.users)?;
    report.note("import, users a second", format!("{rate:.0}"));
    filling::sessions(&database, amounts.users)?;
    filling::events(&database, amounts)?;
    database.run("VACUUM ANALYZE")?;
    let sizes = Sizes::of(&database)?;
    sizes.report(report);
    let server = Server::start(binary, folder, &database.url())?;
    Ok((Side { server, database, users: amounts.users }, sizes))
}

/// Reads a number from the environment, where the recipe puts it.
fn asked(variable: &str, otherwise: u64) -> Result<u64, Failure> {
    match std::env::var(variable) {
        Ok(number) => Ok(number.parse().map_err(|_| format!("{variable} is no number: {number}"))?),
        Err(_) => Ok(otherwise),
    }
}
