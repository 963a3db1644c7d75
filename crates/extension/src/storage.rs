//! The storage behind the stores.

use auth_settings::Problem;

use crate::{Remark, StorePorts, StoreSetup};

/// What a storage that can be reached says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// The migrations that are missing.
    pub pending: Vec<String>,
    /// The migrations that have run although this program does not know them, because a newer one ran them.
    pub unknown: Vec<String>,
    /// Whether nothing can be written to it at the moment.
    pub is_read_only: bool,
    /// Why it must not be used as it is set up, in a sentence that says what to change.
    pub unfit: Option<Problem>,
    /// What the operator has to do next, if an upgrade has begun and is not finished. Everything works meanwhile.
    pub unfinished: Option<String>,
}

/// The storage behind the stores, such as a database. Each process opens it once, for `serve` and for every
/// sub-command that needs stores. None of these methods is called on a thread that answers requests, so all of them
/// may block.
pub trait Storage: Send + Sync {
    /// Returns a description of it, for `doctor`.
    fn name(&self) -> &str;

    /// Brings the schema up to date and returns which migrations ran. Of concurrent calls, from any process, one does
    /// the work and the others wait for it.
    ///
    /// # Errors
    /// Returns a [`Problem`] that names the migration that failed.
    fn migrate(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }

    /// Copies what the version before stored to where this one looks first, while both serve. It goes on where an earlier
    /// call was interrupted; `told` hears of the number of rows from time to time.
    ///
    /// # Errors
    /// Returns a [`Problem`]; what was copied stays.
    fn backfill(&self, _told: &mut dyn FnMut(u64)) -> Result<(), Problem> {
        Ok(())
    }

    /// Removes what only the version before needs, which must not run any more from then on, and returns which steps ran.
    ///
    /// # Errors
    /// Returns a [`Problem`] that names the step that failed, or says what must come first.
    fn contract(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }

    /// Returns the migrations that are missing. It only reads.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the storage cannot be reached.
    fn pending(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }

    /// Returns the condition it is in. It only reads. By default only migrations can be missing.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the storage cannot be reached.
    fn condition(&self) -> Result<Condition, Problem> {
        Ok(Condition { pending: self.pending()?, ..Condition::default() })
    }

    /// Looks more closely at a storage that can be reached, for `doctor`, and returns what an operator should know. It only
    /// reads.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the storage does not say.
    fn examine(&self) -> Result<Vec<Remark>, Problem> {
        Ok(Vec::new())
    }

    /// Returns what answers to [`Storage::condition`], if that is a server of somebody else's which may be silent: then
    /// the start says that it waits for it, and can be stopped meanwhile. Nothing may have to be closed until it has
    /// answered.
    fn waits_for(&self) -> Option<String> {
        None
    }

    /// Returns the stores, made with `setup`. While migrations are missing,
    /// [`UpkeepStore::check_ready`](auth_ports::UpkeepStore::check_ready) fails.
    ///
    /// # Errors
    /// Returns a [`Problem`] if they cannot be set up.
    fn stores(&self, setup: &StoreSetup) -> Result<StorePorts, Problem>;

    /// Stops everything that was started for this process.
    ///
    /// # Errors
    /// Returns a [`Problem`] if something could not be stopped.
    fn close(self: Box<Self>) -> Result<(), Problem> {
        Ok(())
    }
}
