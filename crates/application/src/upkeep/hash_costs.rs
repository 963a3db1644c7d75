//! Measure what checking stored passwords costs.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::credentials::Password;
use auth_domain::error_chain::ErrorChain;
use auth_ports::{Failure, HashAsker, PasswordHasher, UserStore};

/// How many costs are measured at most.
const MOST: u16 = 32;
/// The pause between two rounds. Hashes of another cost appear when users are imported or parameters are changed.
const PAUSE: Duration = Duration::from_secs(3600);
/// The pause after a failure.
const BREATH: Duration = Duration::from_secs(60);

/// The worker that lets the hasher check one hash of each cost that is stored, so that it knows how long such checks take
/// before the first stranger has one made.
pub struct MeasureHashes {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    /// What hashes cost that are made today.
    usual: String,
}

impl MeasureHashes {
    /// Builds the use case from its ports. `usual` is what hashes cost that are made today (`PasswordHash::cost`). Where
    /// all cost the same, nothing is measured, and no memory is taken for it.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>, hasher: Arc<dyn PasswordHasher>, usual: String) -> Self {
        Self { users, hasher, usual }
    }

    /// Checks one hash of each other cost, and returns how many there were.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn measure(&self) -> Result<usize, Failure> {
        let mut measured = 0;
        for hash in self.users.sample_hashes(&self.usual, MOST).await? {
            if let Some(password) = Password::presented("nobody's") {
                self.hasher.verify(password, Some(hash), HashAsker::Operator).await?;
                measured += 1;
            }
        }
        Ok(measured)
    }

    /// Measures until `stop` completes.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        loop {
            let pause = match self.measure().await {
                Ok(_) => PAUSE,
                Err(error) => {
                    tracing::warn!(error = %ErrorChain(&error), "hashes.not_measured");
                    BREATH
                }
            };
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
