//! The file to which the server writes its log.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, While};

const ROTATE_AT: u64 = 4 << 20;
const TAIL_LINES: usize = 15;

/// A log file, and the position in it at which this start begins.
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    file: File,
    begin: u64,
}

impl Log {
    /// Opens the log for appending. A large one is put aside first.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if fs::metadata(path).is_ok_and(|log| log.len() > ROTATE_AT) {
            let _ = fs::rename(path, path.with_extension("log.1"));
        }
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).doing("opening", path)?;
        let begin = file.metadata().doing("reading", path)?.len();
        Ok(Self { path: path.to_owned(), file, begin })
    }

    /// A handle for a child's output.
    pub(crate) fn handle(&self) -> Result<File, Error> {
        self.file.try_clone().doing("opening", &self.path)
    }

    /// Forgets what was written so far.
    pub(crate) fn begin_here(&mut self) {
        self.begin = self.file.metadata().map_or(self.begin, |log| log.len());
    }

    /// The last lines written since this start.
    pub(crate) fn tail(&self) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(&self.path) {
            let _ = file.seek(SeekFrom::Start(self.begin)).and_then(|_| file.read_to_end(&mut bytes));
        }
        last_lines(&String::from_utf8_lossy(&bytes))
    }
}

/// The last lines of a tool's output.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(TAIL_LINES);
    lines[from..].iter().map(|line| format!("  {}", line.trim())).collect::<Vec<_>>().join("\n")
}
