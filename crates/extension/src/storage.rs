//! Where the stores are.

use auth_settings::Problem;

use crate::{StoreSetup, Stores};

/// What the stores are on, such as a database. Each process opens it once, for `serve` and for every sub-command that
/// needs stores; none of these methods is called on a thread that answers requests, so all of them may block.
pub trait Storage: Send + Sync {
    /// What it is, for `doctor`.
    fn name(&self) -> &str;

    /// Brings the schema up to date and says which steps ran. Of concurrent calls, from any process, one works and the
    /// others wait for it.
    ///
    /// # Errors
    /// A [`Problem`] with the step that failed.
    fn migrate(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }

    /// The steps that are missing. Only reads.
    ///
    /// # Errors
    /// A [`Problem`] when that cannot be asked.
    fn pending(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }

    /// The stores on it, made with what `setup` says. While steps of the schema are missing,
    /// [`UpkeepStore::check_ready`](auth_ports::UpkeepStore::check_ready) fails.
    ///
    /// # Errors
    /// A [`Problem`] when they cannot be set up.
    fn stores(&self, setup: &StoreSetup) -> Result<Stores, Problem>;

    /// Lets go of everything that was started for this process.
    ///
    /// # Errors
    /// A [`Problem`] when something could not be stopped.
    fn close(self: Box<Self>) -> Result<(), Problem> {
        Ok(())
    }
}
