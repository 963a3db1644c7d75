//! `just compare REV`: the servers of two commits, measured in turns through HTTP alone.

pub(crate) mod flow;
mod side;

use std::path::PathBuf;

use crate::database::Database;
use crate::report::{Report, median};
use crate::{Failure, report};

use side::{MEASURES, Sides};

/// How often the servers are measured. Medians are compared.
const ROUNDS: u64 = 5;
/// What a change may cost at most.
const BAR: f64 = 0.95;

/// The two servers that the command line asks to compare, the older first: `compare BEFORE AFTER`.
pub(crate) fn asked() -> Option<[PathBuf; 2]> {
    let named: Vec<_> = crate::named().collect();
    match named.as_slice() {
        [what, before, after] if what == "compare" => Some([before.into(), after.into()]),
        _ => None,
    }
}

pub(crate) fn measure(binaries: &[PathBuf; 2]) -> Result<Report, Failure> {
    let folder = tempfile::Builder::new().prefix("auth-compare-").tempdir()?;
    let database = Database::start(folder.path())?;
    let mut report = Report::default();
    for limits in [false, true] {
        let mut both = Sides::start(binaries, folder.path(), &database, limits)?;
        for round in 0..ROUNDS {
            both.round()?;
            report::say(&format!("limits {}: round {} of {ROUNDS}", on_or_off(limits), round + 1));
        }
        for (index, what) in MEASURES.into_iter().enumerate() {
            let [before, after] = [0, 1].map(|side: usize| median(&both.sides[side].rates[index]));
            report.share(&format!("{what}, limits {}", on_or_off(limits)), after, before, BAR, "/s");
            let [before, after] = [0, 1].map(|side: usize| median(&both.sides[side].costs[index]));
            report.note("  server's processor time each, before and after", format!("{before:.0} us, {after:.0} us"));
        }
        both.stop()?;
    }
    Ok(report)
}

fn on_or_off(limits: bool) -> &'static str {
    if limits { "on, 1 000 networks" } else { "off" }
}
