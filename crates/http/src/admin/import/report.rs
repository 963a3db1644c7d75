//! The progress of an import.

/// Counts since the import began, and what was wrong with the lines of the last batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines that are done, including skipped ones: the number to skip when the import is resumed.
    pub lines: u64,
    /// Users that were stored.
    pub imported: u64,
    /// Lines whose user was there already, or whose login name somebody else has.
    pub existing: u64,
    /// Lines that cannot be imported as they are.
    pub refused: u64,
    /// The lines of the last batch that were not imported, in order.
    pub problems: Vec<LineProblem>,
}

/// A line that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// The number of the line, counted from 1.
    pub line: u64,
    /// Why it was not imported.
    pub kind: ProblemKind,
    /// What is wrong with it. The text repeats no value of the line.
    pub reason: String,
}

/// Why a line was not imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The user, or another with the same login name, exists already.
    Existing,
    /// The line cannot be imported as it is.
    Refused,
}

impl ProblemKind {
    /// The word in answers and on terminals.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Existing => "existing",
            Self::Refused => "refused",
        }
    }
}

/// What became of a line.
pub(super) enum LineOutcome {
    Imported,
    Existing(String),
    Refused(String),
}

impl ImportReport {
    pub(super) fn count(&mut self, line: u64, outcome: LineOutcome) {
        let (kind, reason) = match outcome {
            LineOutcome::Imported => {
                self.imported += 1;
                return;
            }
            LineOutcome::Existing(reason) => (ProblemKind::Existing, reason),
            LineOutcome::Refused(reason) => (ProblemKind::Refused, reason),
        };
        match kind {
            ProblemKind::Existing => self.existing += 1,
            ProblemKind::Refused => self.refused += 1,
        }
        self.problems.push(LineProblem { line, kind, reason });
    }
}
