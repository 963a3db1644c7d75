//! The database: the operator's, or a private cluster of our own.

use std::io::Write as _;

use auth_embedded_postgres::{Cluster, Host, Options};
use auth_postgres::Migrations;
use auth_settings::{Profile, Settings};

use crate::StartFailure;

/// Name of our database in a private cluster.
const DATABASE: &str = "auth";

/// A database that can be connected to.
pub struct OpenDatabase {
    /// libpq connection URI. A secret.
    pub url: String,
    cluster: Option<Cluster>,
}

impl OpenDatabase {
    /// The operator's database, or outside production a private cluster in the data folder, started
    /// (or found running) now. Blocking.
    ///
    /// # Errors
    /// [`StartFailure`].
    pub fn open(settings: &Settings) -> Result<Self, StartFailure> {
        match (&settings.database.url, settings.profile) {
            (Some(url), _) => Ok(Self { url: url.expose().to_owned(), cluster: None }),
            (None, Profile::Production) => Err(StartFailure::NoDatabase),
            (None, Profile::Local | Profile::Test) => Self::start_private(settings),
        }
    }

    fn start_private(settings: &Settings) -> Result<Self, StartFailure> {
        let host = Host::from_environment("auth-server").on_progress(|progress| {
            // Progress is for people; a closed terminal is no reason to stop.
            let _ = writeln!(std::io::stderr(), "database: {progress}");
        });
        let options = Options::new(settings.database.data_dir.join("postgres"), host)
            .database(DATABASE)
            .setting("log_error_verbosity", "terse");
        let cluster = Cluster::start(options)?;
        Ok(Self { url: cluster.url(DATABASE), cluster: Some(cluster) })
    }

    /// Brings the schema up to date and says which steps ran. Blocking.
    ///
    /// # Errors
    /// [`StartFailure::Migration`].
    pub fn migrate(&self) -> Result<Vec<String>, StartFailure> {
        Ok(Migrations::ours().migrate(&self.url)?)
    }

    /// Stops a private cluster, unless another process uses it too. Blocking.
    ///
    /// # Errors
    /// [`StartFailure::Cluster`].
    pub fn close(self) -> Result<(), StartFailure> {
        self.cluster.map_or(Ok(()), |cluster| Ok(cluster.stop()?))
    }
}
