//! Importing users from newline-delimited JSON: one user a line, in any number of lines.
//!
//! Memory does not grow with the input: lines are bounded, and so are batches and batches under way.
//! An import that broke off is taken up again by skipping the lines that are done, or by sending
//! everything again: users that are there already are reported as such and left as they are. Of two
//! lines with one login name one has it: the first, where they are of one batch.

mod lines;
mod record;
mod report;
mod run;

pub use lines::MAX_LINE_BYTES;
pub use report::{ImportReport, LineProblem, ProblemKind};
pub use run::{BrokenInput, Import, ImportOptions};
