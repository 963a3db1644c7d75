//! The table of results.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

/// Rows in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<[String; 5]>,
    missed: usize,
}

impl Report {
    /// Adds a share of what is possible, between 0 and 1, which must be at least `bar`.
    pub(crate) fn share(&mut self, what: &str, measured: f64, possible: f64, bar: f64, unit: &str) {
        let share = measured / possible;
        let cells = [format!("{measured:.0} {unit}"), format!("{possible:.0} {unit}"), percent(share)];
        self.add(what, cells, &format!(">= {}", percent(bar)), share >= bar);
    }

    /// Adds a value that must be at most `bar`.
    pub(crate) fn at_most(&mut self, what: &str, measured: f64, bar: f64, unit: &str) {
        let cells = [format!("{measured:.1} {unit}"), String::new(), String::new()];
        self.add(what, cells, &format!("< {bar:.0} {unit}"), measured < bar);
    }

    /// Adds a condition that must hold.
    pub(crate) fn holds(&mut self, what: &str, measured: String, bar: &str, holds: bool) {
        self.add(what, [measured, String::new(), String::new()], bar, holds);
    }

    /// Adds information for the reader, without a bar.
    pub(crate) fn note(&mut self, what: &str, measured: String) {
        self.rows.push([what.to_owned(), measured, String::new(), String::new(), String::new()]);
    }

    fn add(&mut self, what: &str, cells: [String; 3], bar: &str, holds: bool) {
        self.missed += usize::from(!holds);
        let bar = format!("{bar}{}", if holds { "" } else { "  MISSED" });
        let [measured, possible, ratio] = cells;
        self.rows.push([what.to_owned(), measured, possible, ratio, bar]);
    }

    /// Prints all rows, and reports success if no bar was missed.
    pub(crate) fn print(&self) -> ExitCode {
        let head = ["what", "measured", "limit in this run", "ratio", "bar"].map(str::to_owned);
        let width = |column: usize| self.rows.iter().chain([&head]).map(|row| row[column].len()).max().unwrap_or(0);
        let widths = [0, 1, 2, 3, 4].map(width);
        for row in [&head].into_iter().chain(&self.rows) {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            say(cells.collect::<Vec<_>>().join("  ").trim_end());
        }
        if self.missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The mean of the rates of several turns.
pub(crate) fn mean(rates: &[f64]) -> f64 {
    rates.iter().sum::<f64>() / rates.len() as f64
}

/// The middle of the rates of several turns.
pub(crate) fn median(rates: &[f64]) -> f64 {
    let mut sorted = rates.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The range from the slowest to the fastest turn.
pub(crate) fn range(rates: &[f64]) -> String {
    let (least, most) =
        rates.iter().fold((f64::MAX, 0.0_f64), |(least, most), rate| (least.min(*rate), most.max(*rate)));
    format!("{least:.0} to {most:.0} /s")
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Says what begins and how many seconds have passed, so that whoever waits for hours sees where they go.
#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn say(self, line: &str) {
        say(&format!("{:>6.0} s  {line}", self.0.elapsed().as_secs_f64()));
    }
}

/// Prints a line for the reader.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
