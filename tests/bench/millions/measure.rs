//! The measurement in its order.

use std::fs;
use std::path::Path;

use super::sizes::Sizes;
use super::{filling, room, upkeep};
use crate::Failure;
use crate::database::Database;
use crate::growth::{self, Side};
use crate::report::{Clock, Report};
use crate::server::Server;

pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    let asked =
        room::Amounts { users: asked("GROWTH_USERS", 10_000_000)?, events: asked("GROWTH_EVENTS", 100_000_000)? };
    let amounts = asked.that_fit(room::free_bytes(folder)?);
    report.note("how much was done", amounts.of(asked));
    let clock = Clock::start();
    clock.say(&format!("starting a service with {} users", growth::FEW));
    let few = Side::start(binary, &folder.join("few"), growth::FEW)?;
    let (many, sizes) = filled(binary, &folder.join("many"), amounts, clock, report)?;
    let compared = compared(few, many, amounts, clock, report);
    // Filling took hours, so what it has shown is told even if something fails afterwards.
    sizes.print_markdown();
    clock.say("the end");
    compared
}

/// What is measured of a filled database beside a small one.
fn compared(few: Side, many: Side, amounts: room::Amounts, clock: Clock, report: &mut Report) -> Result<(), Failure> {
    growth::compare(&few, &many, clock, report)?;
    few.server.stop()?;
    upkeep::vacuum(&many, clock, report)?;
    upkeep::sweep(&many.database, amounts, clock, report)?;
    many.server.stop()
}

/// Starts a service with so much in its database, and says what that takes on disk.
fn filled(
    binary: &Path,
    folder: &Path,
    amounts: room::Amounts,
    clock: Clock,
    report: &mut Report,
) -> Result<(Side, Sizes), Failure> {
    fs::create_dir(folder)?;
    let database = Database::start(folder)?;
    Server::start(binary, folder, &database.url())?.stop()?;
    clock.say(&format!("importing {} users", amounts.users));
    let rate = filling::import(binary, folder, &database, amounts.users, clock)?;
    report.note("import, users a second", format!("{rate:.0}"));
    filling::sessions(&database, amounts.users, clock)?;
    filling::events(&database, amounts, clock)?;
    clock.say("vacuum and statistics of everything");
    database.run("VACUUM ANALYZE")?;
    clock.say("counting rows");
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
