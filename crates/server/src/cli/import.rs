//! The sub-command `users import`: progress and problems go to standard error, the counts to standard output.

use std::fs::File;
use std::io::{IsTerminal as _, Read, Write as _};
use std::path::Path;
use std::time::Duration;

use actix_web::web::Bytes;
use auth_application::admin::Operator;
use auth_application::kit::Halt;
use auth_http::admin::import::{BrokenInput, Import, ImportOptions, ImportReport};
use tokio::time::Instant;

use crate::StartFailure;
use crate::wiring::CommandLine;

/// How many bytes are read at once.
const CHUNK_BYTES: usize = 65_536;
/// How many lines that were not imported are shown one by one.
const MAX_PROBLEMS_SHOWN: usize = 1000;
/// How many lines are between two progress messages, where these stay on the screen or in a file.
const LINES_A_PROGRESS: u64 = 50_000;
/// The time between two refreshes of the progress line on a terminal.
const REFRESH: Duration = Duration::from_millis(200);

/// Imports a file, or standard input.
pub(super) async fn run(line: &CommandLine, file: &Path, skip_lines: u64) -> Result<(), StartFailure> {
    let input: Box<dyn Read> = if file == Path::new("-") { Box::new(std::io::stdin()) } else { open(file)? };
    let operator = Operator::at_the_command_line();
    let options = ImportOptions { skip_lines, schemes: line.schemes.clone(), operator };
    let chunks = futures_util::stream::iter(Chunks(input));
    let mut import = Import::new(chunks, line.admin.import_users.clone(), options);
    let mut progress = Progress::start(skip_lines);
    while let Some(outcome) = import.next().await {
        match outcome {
            Ok(report) => progress.show(report)?,
            Err(failure) => return Err(broken_off(&failure, import.lines_done())),
        }
    }
    progress.finish()
}

fn open(file: &Path) -> Result<Box<dyn Read>, StartFailure> {
    let failed = |error| StartFailure::File { path: file.to_owned(), error };
    Ok(Box::new(File::open(file).map_err(failed)?))
}

fn broken_off(failure: &Halt<BrokenInput>, lines: u64) -> StartFailure {
    let reason = match failure {
        Halt::Refused(BrokenInput(reason)) => reason.clone(),
        Halt::Failed(failure) => StartFailure::command_ref(failure).to_string(),
    };
    StartFailure::Command(format!("{reason}. Everything before it is stored: continue with --skip-lines {lines}"))
}

/// A reader as an iterator. Reading blocks, but that only delays the next batch, because the current ones run on
/// threads of their own.
struct Chunks(Box<dyn Read>);

impl Iterator for Chunks {
    type Item = Result<Bytes, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut chunk = vec![0; CHUNK_BYTES];
        match self.0.read(&mut chunk) {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some(Ok(chunk.into()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Some(Ok(Bytes::new())),
            Err(error) => Some(Err(format!("the input cannot be read: {error}"))),
        }
    }
}

struct Progress {
    started: Instant,
    refreshed: Instant,
    skipped: u64,
    told: u64,
    shown: usize,
    on_terminal: bool,
    last: ImportReport,
}

impl Progress {
    fn start(skipped: u64) -> Self {
        let (now, on_terminal) = (Instant::now(), std::io::stderr().is_terminal());
        Self { started: now, refreshed: now, skipped, told: 0, shown: 0, on_terminal, last: ImportReport::default() }
    }

    fn show(&mut self, mut report: ImportReport) -> Result<(), StartFailure> {
        let mut err = std::io::stderr();
        for problem in std::mem::take(&mut report.problems) {
            self.shown += 1;
            match self.shown {
                ..=MAX_PROBLEMS_SHOWN => {
                    let erase = if self.on_terminal { "\r\x1b[K" } else { "" };
                    writeln!(err, "{erase}line {}: {}: {}", problem.line, problem.kind.name(), problem.reason)?;
                }
                _ if self.shown == MAX_PROBLEMS_SHOWN + 1 => writeln!(err, "further lines are only counted")?,
                _ => {}
            }
        }
        self.last = report;
        if self.on_terminal && self.refreshed.elapsed() >= REFRESH {
            self.refreshed = Instant::now();
            write!(err, "\r\x1b[K{}", self.text())?;
        } else if !self.on_terminal && self.last.lines >= self.told + LINES_A_PROGRESS {
            self.told = self.last.lines;
            writeln!(err, "{}", self.text())?;
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), StartFailure> {
        if self.on_terminal {
            write!(std::io::stderr(), "\r\x1b[K")?;
        }
        Ok(writeln!(std::io::stdout(), "{}", self.text())?)
    }

    fn text(&self) -> String {
        let ImportReport { lines, imported, existing, refused, .. } = &self.last;
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let rate = lines.saturating_sub(self.skipped) as f64 / seconds;
        format!("{lines} lines: {imported} imported, {existing} existing, {refused} refused, {rate:.0} lines/s")
    }
}
