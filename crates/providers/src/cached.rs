//! A third party's document, kept for a while. One request at a time fetches it, and a failed fetch is not repeated
//! at once, so that a party that is down is not hammered by everybody's sign-in.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use auth_ports::Clock;
use tokio::sync::Mutex;

use crate::party::PartyError;

/// How long a document is trusted. Parties that rotate keys publish new ones earlier than this before they use them.
const FRESH_FOR: Duration = Duration::from_secs(3600);

/// How long a party is left alone after a failure, and between two requests for a newer document.
const REST: Duration = Duration::from_secs(5);

/// The document, if there is one.
pub(crate) struct Cached<T> {
    clock: Arc<dyn Clock>,
    /// With the instant at which it was fetched. All instants here are of the monotonic clock.
    kept: RwLock<Option<(Arc<T>, Duration)>>,
    flight: Mutex<Tries>,
}

/// When the document was last fetched, for whoever holds the lock.
#[derive(Default)]
struct Tries {
    failed_at: Option<Duration>,
    renewed_at: Option<Duration>,
}

impl<T> Cached<T> {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: RwLock::new(None), flight: Mutex::default() }
    }

    /// Returns the document, which is fetched if there is none or it is old.
    pub(crate) async fn get<F>(&self, fetch: impl FnOnce() -> F) -> Result<Arc<T>, PartyError>
    where
        F: Future<Output = Result<T, PartyError>>,
    {
        if let Some(value) = self.fresh() {
            return Ok(value);
        }
        let mut tries = self.flight.lock().await;
        match self.fresh() {
            Some(value) => Ok(value),
            None => self.fetch(&mut tries, fetch).await,
        }
    }

    /// Returns a document newer than `seen`, which lacks something, or `seen` again if newer ones were requested too
    /// often.
    pub(crate) async fn newer<F>(&self, seen: Arc<T>, fetch: impl FnOnce() -> F) -> Result<Arc<T>, PartyError>
    where
        F: Future<Output = Result<T, PartyError>>,
    {
        let mut tries = self.flight.lock().await;
        match self.fresh() {
            Some(value) if !Arc::ptr_eq(&value, &seen) => Ok(value),
            _ if self.is_recent(tries.renewed_at) => Ok(seen),
            _ => {
                tries.renewed_at = Some(self.clock.monotonic());
                self.fetch(&mut tries, fetch).await
            }
        }
    }

    async fn fetch<F>(&self, tries: &mut Tries, fetch: impl FnOnce() -> F) -> Result<Arc<T>, PartyError>
    where
        F: Future<Output = Result<T, PartyError>>,
    {
        if self.is_recent(tries.failed_at) {
            return Err(PartyError::Resting);
        }
        // A caller that gives up meanwhile drops this future, which is not a failure of the third party.
        let fetched = fetch().await;
        tries.failed_at = fetched.is_err().then(|| self.clock.monotonic());
        let value = Arc::new(fetched?);
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&value), self.clock.monotonic()));
        Ok(value)
    }

    fn fresh(&self) -> Option<Arc<T>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (value, fetched_at) = kept.as_ref()?;
        (self.clock.monotonic() - *fetched_at < FRESH_FOR).then(|| Arc::clone(value))
    }

    fn is_recent(&self, moment: Option<Duration>) -> bool {
        moment.is_some_and(|moment| self.clock.monotonic() - moment < REST)
    }
}
