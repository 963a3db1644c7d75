//! Recognise a client by a publishable key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth_domain::client_keys::PublishableKey;
use auth_domain::clients::{ClientId, Clients};
use auth_ports::{ClientKeyStore, Clock, Failure, Halt, refuse};
use thiserror::Error;

/// How long the keys that were read are believed: a revoked key is refused by every process after this time.
const LIFE: Duration = Duration::from_secs(10);
/// How long an unknown key is known to be unknown: a new key is good for every process after this time. Whoever sends
/// keys that do not exist makes each process read the list that often, and no oftener.
const LIFE_FOR_UNKNOWN: Duration = Duration::from_secs(1);

/// Why a key names nobody.
#[derive(Debug, Error)]
pub enum RecogniseClientRefusal {
    /// It was never created, was revoked, or names a client that is registered no more.
    #[error("the access key is unknown or revoked")]
    UnknownKey,
}

/// Recognises clients by their publishable keys.
///
/// All keys together are kept in memory for a short time, since there are few of them. So a request with a key needs no
/// statement, and one with a made-up key no more than any other.
pub struct RecogniseClient {
    keys: Arc<dyn ClientKeyStore>,
    clock: Arc<dyn Clock>,
    clients: Clients,
    known: Mutex<Option<Arc<Known>>>,
}

/// The live keys as they were at one time.
struct Known {
    /// By the monotonic clock.
    read_at: Duration,
    clients: HashMap<PublishableKey, ClientId>,
}

impl RecogniseClient {
    /// Builds the use case from its ports and the registered clients.
    #[must_use]
    pub fn new(keys: Arc<dyn ClientKeyStore>, clock: Arc<dyn Clock>, clients: Clients) -> Self {
        Self { keys, clock, clients, known: Mutex::new(None) }
    }

    /// Returns the client that a key names.
    ///
    /// # Errors
    /// Returns [`RecogniseClientRefusal`] if it names nobody, or the failure of a port.
    pub async fn run(&self, shown: &str) -> Result<ClientId, Halt<RecogniseClientRefusal>> {
        let Some(key) = PublishableKey::parse(shown) else { return refuse(RecogniseClientRefusal::UnknownKey) };
        let mut known = self.read_within(LIFE).await?;
        if !known.clients.contains_key(&key) {
            known = self.read_within(LIFE_FOR_UNKNOWN).await?;
        }
        let client = known.clients.get(&key).filter(|client| self.clients.knows(client));
        client.cloned().ok_or(Halt::Refused(RecogniseClientRefusal::UnknownKey))
    }

    /// The keys as they were within this time. Where several requests find them too old at once, each reads them: nobody
    /// waits for somebody else's statement, and the next requests need none.
    async fn read_within(&self, life: Duration) -> Result<Arc<Known>, Failure> {
        let now = self.clock.monotonic();
        let last = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = last.filter(|known| now < known.read_at + life) {
            return Ok(known);
        }
        let live = self.keys.list().await?.into_iter().filter(|key| key.revoked_at.is_none());
        let known = Arc::new(Known { read_at: now, clients: live.map(|key| (key.key, key.client)).collect() });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }
}
