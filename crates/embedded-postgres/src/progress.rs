use std::fmt;
use std::path::PathBuf;

/// A step on the way to a running cluster. `Display` gives a line for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// PostgreSQL is being looked for.
    Searching,
    /// PostgreSQL was found.
    Found {
        /// The folder with `postgres` and `initdb`.
        bin: PathBuf,
        /// Its major version.
        major: u32,
    },
    /// The distribution's list of packages is being downloaded.
    UpdatingLists,
    /// Packages are being downloaded and unpacked.
    Fetching {
        /// The server package.
        package: String,
        /// How many libraries come with it.
        libraries: usize,
    },
    /// A new data folder is being made.
    Preparing {
        /// The data folder.
        data_dir: PathBuf,
    },
    /// The server is being started.
    Starting,
    /// A server that was left running on the data folder is used.
    Adopted {
        /// Its process id.
        pid: i32,
    },
    /// The cluster answers.
    Ready {
        /// The folder of its socket.
        socket_dir: PathBuf,
    },
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Searching => write!(f, "looking for PostgreSQL"),
            Self::Found { bin, major } => write!(f, "found PostgreSQL {major} in {}", bin.display()),
            Self::UpdatingLists => write!(f, "PostgreSQL is not installed; asking apt where to download it"),
            Self::Fetching { package, libraries } => {
                write!(f, "downloading {package} and {libraries} libraries (nothing is installed)")
            }
            Self::Preparing { data_dir } => write!(f, "making the data folder {}", data_dir.display()),
            Self::Starting => write!(f, "starting PostgreSQL"),
            Self::Adopted { pid } => write!(f, "using the PostgreSQL that is already running (process {pid})"),
            Self::Ready { socket_dir } => write!(f, "PostgreSQL is ready on a socket in {}", socket_dir.display()),
        }
    }
}
