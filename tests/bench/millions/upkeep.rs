//! Vacuum while sessions are refreshed, and the sweep of a day's rows.

use std::thread;
use std::time::{Duration, Instant};

use super::room::Amounts;
use crate::Failure;
use crate::database::Database;
use crate::growth::{self, Side};
use crate::report::{Clock, Report, mean};
use crate::sweep::{KINDS, LONG_AGO, swept};

/// The days that sessions and events live, by the defaults.
const SESSION_DAYS: u64 = 31;
const EVENT_DAYS: u64 = 730;
/// Rounds of refreshes without a vacuum. Those before them are the comparison's.
const ROUNDS: u64 = 3;
/// A day's rows that take longer than this to go would soon be more and more.
const HOUR: Duration = Duration::from_secs(3_600);

/// Vacuums the tables that change most, after a tenth of the sessions have changed.
pub(super) fn vacuum(side: &Side, clock: Clock, report: &mut Report) -> Result<(), Failure> {
    let tenth = "UPDATE sessions SET user_agent = 'changed' WHERE user_id % 10 = 0";
    clock.say("changing a tenth of the sessions");
    side.database.run(tenth)?;
    clock.say("refreshing without a vacuum");
    let alone = (0..ROUNDS).map(|round| side.refresh_rate(growth::ROUNDS + round)).collect::<Result<Vec<_>, _>>()?;
    clock.say("refreshing during a vacuum");
    let (seconds, meanwhile) = thread::scope(|scope| {
        let vacuum = scope.spawn(|| {
            let started = Instant::now();
            side.database.run("VACUUM (ANALYZE) sessions")?;
            side.database.run("VACUUM (ANALYZE) users")?;
            Ok::<_, Failure>(started.elapsed().as_secs_f64())
        });
        let mut rates = Vec::new();
        while rates.is_empty() || !vacuum.is_finished() {
            rates.push(side.refresh_rate(growth::ROUNDS + ROUNDS + rates.len() as u64)?);
        }
        Ok::<_, Failure>((vacuum.join().map_err(|_| "the vacuum panicked")??, rates))
    })?;
    report.note("vacuum of sessions and users, a tenth of them changed", format!("{seconds:.0} s"));
    report.share("refresh during a vacuum (without)", mean(&meanwhile), mean(&alone), 0.5, "/s");
    Ok(())
}

/// Has as many rows removed as expire in a day, if all users have come within the lives of their sessions.
pub(super) fn sweep(database: &Database, amounts: Amounts, clock: Clock, report: &mut Report) -> Result<(), Failure> {
    let a_day = |table: &str| match table {
        "events" => amounts.events / EVENT_DAYS,
        _ => amounts.users / SESSION_DAYS,
    };
    clock.say("inserting the rows of a day");
    for kind in &KINDS {
        kind.insert(database, a_day(kind.table).max(1), LONG_AGO, amounts.users)?;
    }
    clock.say("waiting until they are swept");
    for (kind, gone) in KINDS.iter().zip(swept(database, HOUR)?) {
        let took = gone.map_or("not within an hour".to_owned(), |gone| format!("{:.0} s", gone.as_secs_f64()));
        let what = format!("sweep of a day's {} ({})", kind.table, a_day(kind.table).max(1));
        report.holds(&what, took, "within an hour", gone.is_some());
    }
    Ok(())
}
