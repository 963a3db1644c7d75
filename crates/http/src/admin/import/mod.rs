//! Importing users from newline-delimited JSON: one user per line, in any number of lines.
//!
//! Memory does not grow with the input: lines are bounded, and so are batches and batches under way.
//! An import that broke off is resumed by skipping the lines that are done, or by sending everything
//! again: users that exist already are reported as such and left as they are. Of two lines with the same
//! login name one gets it, the first one if both are in one batch.

mod lines;
mod record;
mod report;
mod run;

pub use lines::MAX_LINE_BYTES;
pub use report::{ImportReport, LineProblem, ProblemKind};
pub use run::{BrokenInput, Import, ImportOptions};
