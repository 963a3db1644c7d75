//! `just compare REV`: the servers of two commits, measured in turns through HTTP alone. With `traces` behind it, the newer
//! one traces as many requests as it does by default.

pub(crate) mod flow;
mod side;

use std::path::PathBuf;

use crate::database::Database;
use crate::receiver::Receiver;
use crate::report::{Report, median};
use crate::{Failure, report};

use side::{MEASURES, Sides};

/// How often the servers are measured. Medians are compared.
const ROUNDS: u64 = 5;
/// What a change, or tracing, may cost at most.
const BAR: f64 = 0.95;
/// What a server should reach that does not trace. It is only told, because a machine that others use, too, varies by more.
const AIM: f64 = 0.97;
/// The default, which is spelt out because it could change.
const SAMPLED_OF_1000: u64 = 10;

/// What the command line asks to compare.
pub(crate) struct Asked {
    /// The older server first.
    binaries: [PathBuf; 2],
    /// Whether the newer one traces.
    traces: bool,
}

/// What is asked with `compare BEFORE AFTER`, or `compare BEFORE AFTER traces`.
pub(crate) fn asked() -> Option<Asked> {
    let named: Vec<_> = crate::named().collect();
    match named.as_slice() {
        [what, before, after, with @ ..] if what == "compare" && (with.is_empty() || with == ["traces"]) => {
            Some(Asked { binaries: [before.into(), after.into()], traces: !with.is_empty() })
        }
        _ => None,
    }
}

pub(crate) fn measure(asked: &Asked) -> Result<Report, Failure> {
    let folder = tempfile::Builder::new().prefix("auth-compare-").tempdir()?;
    let database = Database::start(folder.path())?;
    let collector = if asked.traces { Some(Receiver::start(spans)?) } else { None };
    let settings = collector.as_ref().map(tracing_to).unwrap_or_default();
    let mut report = Report::default();
    for limits in [false, true] {
        let earlier = collector.as_ref().map_or(0, Receiver::taken);
        let mut both = Sides::start(&asked.binaries, folder.path(), &database, limits, &settings)?;
        for round in 0..ROUNDS {
            both.round()?;
            report::say(&format!("limits {}: round {} of {ROUNDS}", on_or_off(limits), round + 1));
        }
        judge(&mut report, &both, limits, asked.traces);
        // A server that stops hands over what is left.
        both.stop()?;
        if let Some(collector) = &collector {
            let taken = collector.taken() - earlier;
            let what = format!("spans handed over, limits {}", on_or_off(limits));
            report.holds(&what, taken.to_string(), "some", taken > 0);
        }
    }
    Ok(report)
}

/// Tells what came of both servers.
fn judge(report: &mut Report, both: &Sides, limits: bool, is_traced: bool) {
    for (index, what) in MEASURES.into_iter().enumerate() {
        let [before, after] = [0, 1].map(|side: usize| median(&both.sides[side].rates[index]));
        report.share(&format!("{what}, limits {}", on_or_off(limits)), after, before, BAR, "/s");
        if !is_traced {
            let is_met = after / before >= AIM;
            report.note("  97 % of it", if is_met { "reached" } else { "not reached" }.to_owned());
        }
        let [before, after] = [0, 1].map(|side: usize| median(&both.sides[side].costs[index]));
        report.note("  server's processor time each, before and after", format!("{before:.0} us, {after:.0} us"));
    }
}

/// What a server is told that is to trace.
fn tracing_to(collector: &Receiver) -> Vec<(&'static str, String)> {
    vec![
        ("AUTH__TRACES__ENDPOINT", format!("http://{}/v1/traces", collector.address)),
        ("AUTH__TRACES__SAMPLED_OF_1000", SAMPLED_OF_1000.to_string()),
    ]
}

/// How many spans a request hands over: each has one id of its own, beside its parent's.
fn spans(body: &[u8]) -> u64 {
    const ID: &[u8] = b"\"spanId\"";
    body.windows(ID.len()).filter(|part| *part == ID).count() as u64
}

fn on_or_off(limits: bool) -> &'static str {
    if limits { "on, 1 000 networks" } else { "off" }
}
