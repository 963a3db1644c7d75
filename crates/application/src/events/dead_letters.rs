//! List events that were given up, and send them again.

use std::sync::Arc;

use auth_domain::events::EventKind;
use auth_domain::outbox::{DeadLetter, DeadLetterPage, SubscriberId};
use auth_ports::{DeadLetters, Failure, Halt};
use thiserror::Error;
use uuid::Uuid;

use super::EventSignal;
use crate::admin::Operator;
use crate::kit::Recorder;

/// How many dead letters go back into the queue in one transaction.
const BATCH: u16 = 500;

/// Nothing of this event was given up for this subscriber.
#[derive(Debug, Error)]
#[error("there is no such dead letter")]
pub struct NoSuchDeadLetter;

/// Lets operators list dead letters and send them again.
pub struct ReviewDeadLetters {
    letters: Arc<dyn DeadLetters>,
    signal: EventSignal,
    recorder: Recorder,
}

impl ReviewDeadLetters {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(letters: Arc<dyn DeadLetters>, signal: EventSignal, recorder: Recorder) -> Self {
        Self { letters, signal, recorder }
    }

    /// Returns a page of dead letters, most recently given up first, and leaves an event.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port; nothing is handed out then.
    pub async fn page(&self, page: DeadLetterPage, operator: &Operator) -> Result<Vec<DeadLetter>, Failure> {
        let letters = self.letters.list(page).await?;
        let how = format!("{} letters", letters.len());
        operator.record_reading(&self.recorder, EventKind::DeadLettersRead, None, &how).await?;
        Ok(letters)
    }

    /// Returns the subscriber's dead letter of one event, and leaves an event of the same user.
    ///
    /// # Errors
    /// Returns [`NoSuchDeadLetter`], or the failure of a port.
    pub async fn find(
        &self,
        subscriber: &SubscriberId,
        event: Uuid,
        operator: &Operator,
    ) -> Result<DeadLetter, Halt<NoSuchDeadLetter>> {
        let page = DeadLetterPage { subscriber: Some(subscriber.clone()), event: Some(event), before: None, limit: 1 };
        let letter = self.letters.list(page).await?.pop().ok_or(Halt::Refused(NoSuchDeadLetter))?;
        let how = format!("one of {subscriber}");
        operator.record_reading(&self.recorder, EventKind::DeadLettersRead, letter.event.user, &how).await?;
        Ok(letter)
    }

    /// Sends the subscriber's dead letters again, either those with these ids or all of them, and returns how many
    /// there were. Every 500 of them leave an event. Repeating it after a failure is safe, because a letter that was
    /// sent again is no longer a dead letter.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn send_again(
        &self,
        subscriber: &SubscriberId,
        ids: Option<Vec<Uuid>>,
        operator: &Operator,
    ) -> Result<u64, Failure> {
        let mut sent = 0;
        loop {
            let (kind, detail) = (EventKind::DeadLettersSentAgain, subscriber.to_string());
            let event = operator.event_now(&self.recorder, kind, None, detail);
            let batch = self.letters.send_again(subscriber, ids.clone(), event, BATCH).await?;
            sent += batch;
            if batch < u64::from(BATCH) {
                break;
            }
        }
        self.signal.wake();
        Ok(sent)
    }
}
