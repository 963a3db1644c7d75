//! Reaching the storage at the start, and bringing its schema up to date.

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

/// A storage, and what it has answered.
type Answer<T> = (Box<dyn Storage>, Result<T, Problem>);

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
    let mut answer = ask(storage, condition)?;
    let mut tell_at = asked + SILENTLY;
    loop {
        tokio::select! {
            answered = &mut answer => {
                let ended = || StartFailure::Command(format!("looking at {place} failed"));
                let (storage, found) = answered.map_err(|_| ended())?;
                match found {
                    Ok(condition) => return Ok(Reached::Storage(storage, Ok(condition))),
                    Err(problem) if !must => return Ok(Reached::Storage(storage, Err(problem))),
                    Err(problem) if asked.elapsed() < SILENCE => return Err(StartFailure::Storage(problem)),
                    Err(_) => {
                        asked = Instant::now();
                        answer = ask(storage, condition)?;
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

/// Brings the schema up to date, and returns the storage with the steps that ran. If it is a server of somebody else's,
/// `stop` ends the wait for it, and nothing comes back: others may be migrating, or hold locks for long. Steps that are done
/// stay; the one under way is undone, or done again by the next migration, once the database notices that nobody listens.
///
/// # Errors
/// [`StartFailure::Storage`] if a step failed.
pub(crate) async fn migrate(
    storage: Box<dyn Storage>,
    stop: impl Future<Output = ()>,
) -> Result<Option<(Box<dyn Storage>, Vec<String>)>, StartFailure> {
    let Some(place) = storage.waits_for() else {
        // It is stopped when it is closed, which needs its owner here.
        let steps = storage.migrate().map_err(StartFailure::Storage)?;
        return Ok(Some((storage, steps)));
    };
    let migrating = ask(storage, steps)?;
    tokio::select! {
        answered = migrating => {
            let ended = || StartFailure::Command(format!("migrating {place} failed"));
            let (storage, steps) = answered.map_err(|_| ended())?;
            Ok(Some((storage, steps.map_err(StartFailure::Storage)?)))
        }
        () = stop => Ok(None),
    }
}

fn condition(storage: &dyn Storage) -> Result<Condition, Problem> {
    storage.condition()
}

fn steps(storage: &dyn Storage) -> Result<Vec<String>, Problem> {
    storage.migrate()
}

/// Asks on a thread of its own, which is left behind if the start is stopped.
fn ask<T: Send + 'static>(
    storage: Box<dyn Storage>,
    question: impl FnOnce(&dyn Storage) -> Result<T, Problem> + Send + 'static,
) -> Result<oneshot::Receiver<Answer<T>>, StartFailure> {
    let (tell, told) = oneshot::channel();
    thread::Builder::new().name("storage".to_owned()).spawn(move || {
        let answer = question(&*storage);
        let _ = tell.send((storage, answer)); // the start may have been stopped
    })?;
    Ok(told)
}
