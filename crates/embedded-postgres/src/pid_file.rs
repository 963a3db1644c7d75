//! `postmaster.pid`, in which the server describes itself.

use std::fs;
use std::path::{Path, PathBuf};

/// The lines of `postmaster.pid` that matter here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: i32,
    pub(crate) socket_dir: Option<PathBuf>,
    pub(crate) status: Status,
}

/// The state of the server, in line 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Starting,
    Ready,
    Stopping,
}

impl PidFile {
    /// Reads the file of a data folder, if there is one.
    pub(crate) fn read(data_dir: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(path(data_dir)).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let pid = lines.first()?.parse::<i32>().ok()?.abs(); // negative in single-user mode
        let socket_dir = lines.get(4).filter(|line| !line.is_empty()).map(PathBuf::from);
        let status = match lines.get(7) {
            Some(&"ready") => Status::Ready,
            Some(&"stopping") => Status::Stopping,
            _ => Status::Starting,
        };
        Some(Self { pid, socket_dir, status })
    }
}

/// Where the file of a data folder is.
pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("postmaster.pid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_file_has_everything() {
        let text = "4711\n/d\n1700000000\n5432\n/tmp/s\n\n  123456   7\nready   \n";
        let expected = PidFile { pid: 4711, socket_dir: Some("/tmp/s".into()), status: Status::Ready };
        assert_eq!(PidFile::parse(text), Some(expected));
    }

    #[test]
    fn a_file_that_is_being_written_is_starting() {
        let expected = PidFile { pid: 4711, socket_dir: None, status: Status::Starting };
        assert_eq!(PidFile::parse("4711\n/d\n17"), Some(expected));
    }

    #[test]
    fn rubbish_is_no_file() {
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("abc\n"), None);
    }
}
