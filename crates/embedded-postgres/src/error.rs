use std::io;
use std::path::{Path, PathBuf};

/// What went wrong, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No usable PostgreSQL was found, and none could be fetched.
    #[error(
        "no PostgreSQL {wanted} was found:\n{tried}\nInstall it (Debian, Ubuntu: `apt-get install postgresql`; \
         Fedora: `dnf install postgresql-server`; macOS: `brew install postgresql@17` or Postgres.app), or set PG_BIN to the folder \
         that holds `postgres` and `initdb`, or use a server of your own by setting its database URL"
    )]
    NotFound {
        /// The version that would do, in words.
        wanted: String,
        /// One line for each place that was searched.
        tried: String,
    },
    /// The folder that the caller named holds no usable PostgreSQL.
    #[error(
        "PG_BIN={path} cannot be used: {reason}. Set it to a folder with `postgres` and `initdb` of version 15 or \
         newer, or unset it to have PostgreSQL looked for"
    )]
    PgBin {
        /// The folder named.
        path: PathBuf,
        /// Why it will not do.
        reason: String,
    },
    /// The data folder was written by another major version.
    #[error(
        "the data in {data_dir} was written by PostgreSQL {data}, but only {found} is here. Install PostgreSQL {data} \
         (or set PG_BIN to it), or move the folder away to begin with an empty one"
    )]
    Version {
        /// The data folder.
        data_dir: PathBuf,
        /// The major version that wrote it.
        data: u32,
        /// The major version found.
        found: u32,
    },
    /// The data folder holds something that is not a cluster.
    #[error(
        "{path} is neither empty nor a PostgreSQL data folder. Choose another folder, or move its content elsewhere"
    )]
    NotADataFolder {
        /// The data folder.
        path: PathBuf,
    },
    /// A folder belongs to somebody else.
    #[error(
        "{path} belongs to user id {owner}, this process runs as {user}. Run as that user, or give the folder to this \
         one (`chown -R {user} {path}`), or choose another folder"
    )]
    ForeignOwner {
        /// The folder.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// The user of this process.
        user: u32,
    },
    /// This process runs as root, and there is no way to run the server as somebody else.
    #[error(
        "PostgreSQL refuses to run as root, user namespaces are off, and there is no user `postgres` or `nobody` to \
         run it as. Run as an ordinary user, or switch user namespaces on (`sysctl user.max_user_namespaces`)"
    )]
    Root,
    /// The other user that has to run the server cannot reach the data folder.
    #[error(
        "PostgreSQL refuses to run as root, and user id {user}, which would run it instead, cannot reach {path}. Move \
         the data to a folder that others may enter, or switch user namespaces on (`sysctl user.max_user_namespaces`)"
    )]
    Unreachable {
        /// The data folder.
        path: PathBuf,
        /// The user that would run the server.
        user: u32,
    },
    /// A socket path is longer than the system allows.
    #[error(
        "the socket path below {path} is longer than the 107 bytes the system allows. Set XDG_RUNTIME_DIR to a folder \
         with a short name"
    )]
    SocketPath {
        /// The folder meant for the socket.
        path: PathBuf,
    },
    /// The packages could not be fetched.
    #[error(
        "PostgreSQL is not installed and could not be downloaded: {step} failed:\n{reason}\nCheck the network and \
         /etc/apt/sources.list, or install it (`apt-get install postgresql`), or set PG_BIN"
    )]
    Fetch {
        /// The step that failed.
        step: String,
        /// What the tool said.
        reason: String,
    },
    /// `initdb` failed.
    #[error("PostgreSQL could not create the data folder {data_dir}. The last lines of {log}:\n{tail}")]
    Prepare {
        /// The data folder.
        data_dir: PathBuf,
        /// The log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server did not start.
    #[error("PostgreSQL did not start ({reason}). The last lines of {log}:\n{tail}")]
    Start {
        /// In a few words.
        reason: String,
        /// The log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server did not stop.
    #[error("PostgreSQL (process {pid}) did not stop within {seconds} s. See {log}, then `kill -QUIT {pid}`")]
    Stop {
        /// Its process id.
        pid: i32,
        /// How long it was waited for.
        seconds: u32,
        /// The log file.
        log: PathBuf,
    },
    /// The server refused a statement.
    #[error("PostgreSQL refused a statement: {message} (SQLSTATE {code})")]
    Sql {
        /// The server's message.
        message: String,
        /// Its five-character code.
        code: String,
    },
    /// The operating system refused something.
    #[error("{doing} {path}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file, folder or program.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// Says what was being done when the operating system refused.
pub(crate) trait While<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> While<T> for Result<T, E> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::Io { doing, path: path.to_owned(), source: source.into() })
    }
}
