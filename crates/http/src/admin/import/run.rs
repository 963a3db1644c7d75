//! How an import runs: from chunks to lines, users, batches and reports.

use std::collections::VecDeque;
use std::sync::Arc;

use actix_web::web::Bytes;
use auth_application::admin::{ImportUser, ImportUsers, ImportVerdict, Operator};
use auth_application::kit::{Failure, Halt};
use auth_domain::identifier::Schemes;
use futures_util::{Stream, StreamExt as _};
use tokio::task::{JoinHandle, spawn_blocking};

use super::lines::{Line, Lines, MAX_LINE_BYTES};
use super::record;
use super::report::{ImportReport, LineOutcome};

/// The number of users that are stored in one transaction.
const BATCH: usize = 1000;
/// The number of batches under way: while one is stored, the next is read.
const UNDER_WAY: usize = 2;

/// How an import runs.
#[derive(Clone)]
pub struct ImportOptions {
    /// The number of lines at the beginning that are done already.
    pub skip_lines: u64,
    /// The registered kinds of login names.
    pub schemes: Schemes,
    /// The operator on whose behalf it runs.
    pub operator: Operator,
}

/// The input broke off, for this reason. What was reported before is stored.
#[derive(Debug)]
pub struct BrokenInput(pub String);

/// An import, which runs one batch ahead of the reports that are asked for.
pub struct Import<S> {
    source: Source<S>,
    under_way: VecDeque<JoinHandle<Result<Batch, Failure>>>,
    so_far: ImportReport,
    use_case: Arc<ImportUsers>,
    options: ImportOptions,
}

/// What became of the lines up to `last_line` that no batch before had.
struct Batch {
    outcomes: Vec<(u64, LineOutcome)>,
    last_line: u64,
}

impl<S: Stream<Item = Result<Bytes, String>> + Unpin> Import<S> {
    /// An import of the users in a stream of bytes.
    pub fn new(input: S, use_case: Arc<ImportUsers>, options: ImportOptions) -> Self {
        let source = Source { input, lines: Lines::default(), complete: VecDeque::new(), taken: 0, ended: None };
        Self { source, under_way: VecDeque::new(), so_far: ImportReport::default(), use_case, options }
    }

    /// The report after the next batch; `None` at the end, and after a failure.
    pub async fn next(&mut self) -> Option<Result<ImportReport, Halt<BrokenInput>>> {
        while self.under_way.len() < UNDER_WAY
            && let Some((first, lines)) = self.source.next(BATCH).await
        {
            let job = batch(first, lines, self.use_case.clone(), self.options.clone());
            self.under_way.push_back(tokio::spawn(job));
        }
        let Some(job) = self.under_way.pop_front() else {
            return self.source.take_failure().map(|reason| Err(Halt::Refused(BrokenInput(reason))));
        };
        match job.await.unwrap_or_else(|panicked| Err(Failure::Internal(panicked.into()))) {
            Ok(batch) => Some(Ok(self.report(batch))),
            Err(failure) => {
                // A later batch may be stored all the same. When it is sent again, its users are found to exist.
                self.under_way.clear();
                self.source.stop();
                Some(Err(failure.into()))
            }
        }
    }

    /// The number of lines that are done, including skipped ones: the number to skip when the import is resumed.
    pub fn lines_done(&self) -> u64 {
        self.so_far.lines
    }

    fn report(&mut self, batch: Batch) -> ImportReport {
        let report = &mut self.so_far;
        report.problems.clear();
        report.lines = batch.last_line;
        for (line, outcome) in batch.outcomes {
            report.count(line, outcome);
        }
        report.clone()
    }
}

/// The input, as lines.
struct Source<S> {
    input: S,
    lines: Lines,
    complete: VecDeque<Line>,
    taken: u64,
    ended: Option<Result<(), String>>,
}

impl<S: Stream<Item = Result<Bytes, String>> + Unpin> Source<S> {
    /// Up to `limit` lines, and the number of the first.
    async fn next(&mut self, limit: usize) -> Option<(u64, Vec<Line>)> {
        while self.complete.len() < limit && self.ended.is_none() {
            match self.input.next().await {
                Some(Ok(chunk)) => self.lines.push(&chunk, &mut self.complete),
                Some(Err(reason)) => self.ended = Some(Err(reason)),
                None => {
                    self.complete.extend(self.lines.finish());
                    self.ended = Some(Ok(()));
                }
            }
        }
        let count = limit.min(self.complete.len());
        let first = self.taken + 1;
        self.taken += count as u64;
        (count > 0).then(|| (first, self.complete.drain(..count).collect()))
    }

    fn take_failure(&mut self) -> Option<String> {
        self.ended.replace(Ok(()))?.err()
    }

    fn stop(&mut self) {
        self.complete.clear();
        self.ended = Some(Ok(()));
    }
}

async fn batch(
    first: u64,
    lines: Vec<Line>,
    use_case: Arc<ImportUsers>,
    options: ImportOptions,
) -> Result<Batch, Failure> {
    let last_line = first + lines.len() as u64 - 1;
    let (reader, skip, schemes) = (use_case.clone(), options.skip_lines, options.schemes);
    // A thousand lines take ten milliseconds, which is longer than requests on this thread should wait.
    let read = spawn_blocking(move || {
        let numbered = (first..).zip(lines).filter(|(number, _)| *number > skip);
        numbered.filter_map(|(number, line)| Some((number, user(line, &reader, &schemes)?))).collect::<Vec<_>>()
    });
    let (mut outcomes, mut numbers, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for (number, user) in read.await.map_err(|panicked| Failure::Internal(panicked.into()))? {
        match user {
            Ok(user) => {
                numbers.push(number);
                users.push(user);
            }
            Err(reason) => outcomes.push((number, LineOutcome::Refused(reason))),
        }
    }
    let verdicts = use_case.store(users, &options.operator).await?;
    outcomes.extend(numbers.into_iter().zip(verdicts.into_iter().map(outcome)));
    outcomes.sort_unstable_by_key(|(number, _)| *number);
    Ok(Batch { outcomes, last_line })
}

/// The user of a line, or `None` for an empty line.
fn user(line: Line, use_case: &ImportUsers, schemes: &Schemes) -> Option<Result<ImportUser, String>> {
    match line {
        Line::TooLong => Some(Err(format!("the line must have at most {MAX_LINE_BYTES} bytes"))),
        Line::Text(text) if text.trim_ascii().is_empty() => None,
        Line::Text(text) => {
            let record = record::read(&text, schemes);
            Some(record.and_then(|record| use_case.read(&record).map_err(|refusal| refusal.to_string())))
        }
    }
}

fn outcome(verdict: ImportVerdict) -> LineOutcome {
    match verdict {
        ImportVerdict::Imported => LineOutcome::Imported,
        ImportVerdict::Taken(kind) => LineOutcome::Existing(format!("{kind} is already registered")),
        ImportVerdict::IdTaken => LineOutcome::Existing("id is in use already".to_owned()),
    }
}
