//! Reaching the storage at the start.

use std::thread;
use std::time::Duration;

use auth_extension::{Condition, Storage};
use auth_settings::Problem;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::StartFailure;

/// How long an answer is waited for before the wait is told.
const SILENTLY: Duration = Duration::from_secs(1);
/// How often it is told from then on.
const AGAIN: Duration = Duration::from_secs(10);
/// An attempt that fails after so long met silence. Whoever refuses does so at once.
const SILENCE: Duration = Duration::from_secs(2);

/// What came of it.
pub(crate) enum Reached {
    /// The storage, and its condition if it answered, or else why not.
    Storage(Box<dyn Storage>, Result<Condition, Problem>),
    /// The start was stopped.
    Stopped,
}

type Answer = (Box<dyn Storage>, Result<Condition, Problem>);

/// Waits for the storage. If it is a server of somebody else's which is silent, it says so, and goes on waiting if it
/// `must` answer: the server may still be starting. `stop` ends the wait.
///
/// # Errors
/// [`StartFailure::Storage`] if the storage must answer and cannot be reached.
pub(crate) async fn reach(
    storage: Box<dyn Storage>,
    must: bool,
    stop: impl Future<Output = ()>,
) -> Result<Reached, StartFailure> {
    let Some(place) = storage.waits_for() else {
        let condition = storage.condition().map_err(StartFailure::Storage)?;
        return Ok(Reached::Storage(storage, Ok(condition)));
    };
    let mut stop = std::pin::pin!(stop);
    let mut asked = Instant::now();
    let mut answer = ask(storage)?;
    let mut tell_at = asked + SILENTLY;
    loop {
        tokio::select! {
            answered = &mut answer => {
                let ended = || StartFailure::Command(format!("looking at {place} failed"));
                let (storage, condition) = answered.map_err(|_| ended())?;
                match condition {
                    Ok(condition) => return Ok(Reached::Storage(storage, Ok(condition))),
                    Err(problem) if !must => return Ok(Reached::Storage(storage, Err(problem))),
                    Err(problem) if asked.elapsed() < SILENCE => return Err(StartFailure::Storage(problem)),
                    Err(_) => {
                        asked = Instant::now();
                        answer = ask(storage)?;
                    }
                }
            }
            () = tokio::time::sleep_until(tell_at) => {
                tracing::warn!(server = %place, "start.waiting");
                tell_at += AGAIN;
            }
            () = &mut stop => return Ok(Reached::Stopped),
        }
    }
}

/// Asks on a thread of its own, which is left behind if the start is stopped.
fn ask(storage: Box<dyn Storage>) -> Result<oneshot::Receiver<Answer>, StartFailure> {
    let (tell, told) = oneshot::channel();
    thread::Builder::new().name("storage".to_owned()).spawn(move || {
        let condition = storage.condition();
        let _ = tell.send((storage, condition)); // the start may have been stopped
    })?;
    Ok(told)
}
