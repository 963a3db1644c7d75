//! `just compare REV`: the servers of two commits, measured in turns through HTTP alone.

pub(crate) mod flow;
mod side;

use std::path::PathBuf;

use crate::database::Database;
use crate::report::{Report, median};
use crate::{Failure, report};

use side::{MEASURES, Side};

/// How often each server is measured. Who is first alternates, and medians are compared, because a machine that others
/// use, too, changes its pace.
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
        let mut sides = Vec::new();
        for (name, binary) in ["before", "after"].into_iter().zip(binaries) {
            sides.push(Side::start(name, binary, folder.path(), &database, limits)?);
        }
        for round in 0..ROUNDS {
            let first = (round % 2) as usize;
            for index in [first, 1 - first] {
                sides[index].turn()?;
            }
            report::say(&format!("limits {}: round {} of {ROUNDS}", on_or_off(limits), round + 1));
        }
        for (index, what) in MEASURES.into_iter().enumerate() {
            let [before, after] = [0, 1].map(|side: usize| median(&sides[side].rates[index]));
            report.share(&format!("{what}, limits {}", on_or_off(limits)), after, before, BAR, "/s");
            let [before, after] = [0, 1].map(|side: usize| median(&sides[side].costs[index]));
            report.note("  server's processor time each, before and after", format!("{before:.0} us, {after:.0} us"));
        }
        for side in sides {
            side.stop()?;
        }
    }
    Ok(report)
}

fn on_or_off(limits: bool) -> &'static str {
    if limits { "on, 1 000 networks" } else { "off" }
}
