//! What SIGHUP changes in a running server: the server's keys, the signing keys, and what is logged.

use std::sync::Arc;

use auth_domain::keyed_hash::ServerKey;
use auth_ports::{Clock, Entropy};
use auth_settings::{LogLevel, Settings};
use auth_tokens::KeyRing;

use crate::{StartFailure, keys, logging, signing_keys};

/// Takes over what may change while the server runs.
pub(crate) struct Reload {
    pub(crate) server_key: ServerKey,
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// What has changed.
struct Changed {
    server_key: bool,
    signing_keys: bool,
    level: LogLevel,
}

impl Reload {
    /// Reads the settings once more, and takes over keys and level. If anything is wrong, everything stays as it is. Says
    /// in the log what came of it.
    pub(crate) fn run(&self, read: impl FnOnce() -> Result<Settings, StartFailure>) {
        match read().and_then(|settings| self.take(&settings)) {
            Ok(Changed { server_key, signing_keys, level }) => {
                tracing::info!(server_key, signing_keys, level = level.as_str(), "server.reloaded");
            }
            Err(error) => tracing::error!(%error, "server.reload_failed"),
        }
    }

    fn take(&self, settings: &Settings) -> Result<Changed, StartFailure> {
        let (makes, also) = keys::server_keys(settings, &*self.entropy)?;
        let signing = signing_keys::load(settings, &*self.clock)?;
        let level = settings.logging.level;
        logging::set_level(level).map_err(StartFailure::command)?;
        Ok(Changed {
            server_key: self.server_key.replace(makes, also),
            signing_keys: self.ring.replace(signing),
            level,
        })
    }
}
