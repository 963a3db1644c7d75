use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::watcher::Afterwards;
use crate::{Cluster, Durability, Host, Options, folder, lock};

/// A throw-away cluster that several processes share.
#[derive(Debug)]
pub struct SharedCluster {
    cluster: Cluster,
    folder: PathBuf,
}

/// Gives the throw-away cluster of `key`, such as a build folder. The first caller starts it, callers in other threads
/// and processes share it, and a few seconds after the last of them has ended, or was killed, it is removed. This
/// serves both test runners that run each test in a process of its own and those that run one program after another.
///
/// ```no_run
/// use auth_embedded_postgres::{Host, shared_throwaway};
///
/// let key = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
/// let shared = shared_throwaway(key, Host::from_environment("my-tests"))?;
/// shared.exclusively(|| { /* make the template database, if it is missing */ })?;
/// # Ok::<(), auth_embedded_postgres::Error>(())
/// ```
///
/// # Errors
///
/// Returns the errors of [`Cluster::start`].
pub fn shared_throwaway(key: &Path, host: Host) -> Result<SharedCluster, Error> {
    let key = fs::canonicalize(key).unwrap_or_else(|_| key.to_owned());
    let user = rustix::process::geteuid().as_raw();
    let name = format!("{}-{user}-{}-shared", host.name, folder::hash(&key));
    let folder = folder::private(&host.temp_dir, &name, None)?;
    let options = Options::new(folder.join("data"), host).durability(Durability::Throwaway);
    let cluster = Cluster::start_then(&options, Afterwards::Remove(folder.clone()))?;
    Ok(SharedCluster { cluster, folder })
}

impl SharedCluster {
    /// Runs `work` while no other user of the cluster, in any process, is in this function.
    ///
    /// # Errors
    ///
    /// When the lock cannot be taken.
    pub fn exclusively<T>(&self, work: impl FnOnce() -> T) -> Result<T, Error> {
        let _lock = lock::exclusive(&self.folder.join("exclusively.lock"))?;
        Ok(work())
    }
}

impl Deref for SharedCluster {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

impl Drop for SharedCluster {
    fn drop(&mut self) {
        self.cluster.leave();
    }
}
