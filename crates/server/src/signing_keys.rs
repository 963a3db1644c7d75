//! The source of signing keys, and the worker that notices new ones.

use std::sync::Arc;
use std::time::Duration;

use auth_ports::Clock;
use auth_settings::Settings;
use auth_tokens::{Algorithm, KeyFileError, KeyFolder, KeyRing, SigningKeys};

use crate::StartFailure;

/// How often a running server reads the folder of keys again.
pub(crate) const RELOAD_EVERY: Duration = Duration::from_secs(30);

/// Returns the folder of keys, unless the operator lists files.
pub(crate) fn folder(settings: &Settings) -> Option<KeyFolder> {
    let algorithm = Algorithm::from_name(settings.tokens.algorithm.as_str()).unwrap_or_default();
    settings.tokens.key_files.is_empty().then(|| KeyFolder::new(settings.key_dir(), algorithm))
}

/// Loads the keys that are listed; otherwise those of the folder, which outside production is filled if it is empty.
pub(crate) fn load(settings: &Settings, clock: &dyn Clock) -> Result<SigningKeys, StartFailure> {
    match folder(settings) {
        None => Ok(auth_tokens::load_files(&settings.tokens.key_files)?),
        Some(folder) if settings.profile.is_production() => Ok(folder.load()?.into()),
        Some(folder) => Ok(folder.load_or_create(clock.now())?.into()),
    }
}

/// The worker that brings the folder's changes into the key ring.
pub(crate) struct ReloadKeys {
    folder: KeyFolder,
    ring: Arc<KeyRing>,
}

impl ReloadKeys {
    /// Returns `None` if the operator lists files, which are read only at startup.
    pub(crate) fn new(settings: &Settings, ring: Arc<KeyRing>) -> Option<Self> {
        Some(Self { folder: folder(settings)?, ring })
    }

    /// Runs until `stop` completes. A folder that cannot be read changes nothing.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(RELOAD_EVERY) => {}
            }
            let folder = self.folder.clone();
            match tokio::task::spawn_blocking(move || folder.load()).await {
                Ok(Ok(keys)) => self.take(keys.into()),
                Ok(Err(error)) => warn(&error),
                Err(error) => tracing::error!(%error, "keys.reload_failed"),
            }
        }
    }

    fn take(&self, keys: SigningKeys) {
        let ids: Vec<_> = keys.published().map(|key| key.id().to_owned()).collect();
        if self.ring.replace(keys) {
            tracing::info!(keys = ids.join(","), "keys.reloaded");
        }
    }
}

fn warn(error: &KeyFileError) {
    tracing::warn!(%error, "keys.reload_failed");
}

#[cfg(test)]
mod tests {
    use auth_domain::Timestamp;
    use auth_ports::KeySetPublisher as _;
    use auth_tokens::KeyRingSettings;
    use chrono::TimeDelta;
    use tokio::sync::oneshot;

    use super::*;
    use crate::OsEntropy;

    const AHEAD: TimeDelta = TimeDelta::seconds(600);

    fn published(ring: &KeyRing) -> usize {
        ring.key_set().matches("\"kid\"").count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_server_notices_new_keys_and_keeps_what_it_has_in_trouble() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = KeyFolder::new(temporary.path(), Algorithm::default());
        let now = Timestamp::UNIX_EPOCH;
        let first = folder.load_or_create(now).unwrap();
        let settings = KeyRingSettings { issuer: "http://localhost".into(), project_id: "default".into() };
        let ring = Arc::new(KeyRing::new(first.into(), settings, Arc::new(OsEntropy)));
        let worker = ReloadKeys { folder: folder.clone(), ring: ring.clone() };
        let (stop, stopped) = oneshot::channel::<()>();
        let worker = tokio::spawn(worker.run(async move { _ = stopped.await }));

        folder.rotate(now, AHEAD).unwrap();
        assert_eq!(published(&ring), 1, "not yet");
        // The paused clock moves on.
        tokio::time::sleep(2 * RELOAD_EVERY).await;
        assert_eq!(published(&ring), 2);
        std::fs::write(temporary.path().join("broken.pem"), "").unwrap();
        // The paused clock moves on.
        tokio::time::sleep(2 * RELOAD_EVERY).await;
        assert_eq!(published(&ring), 2);
        drop(stop);
        worker.await.unwrap();
    }
}
