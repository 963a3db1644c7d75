//! One line a flood instead of a flood of lines.
//!
//! When something that many depend on fails, the same warning would be logged thousands of times, and hide the others. So the
//! first of each kind is logged at once, and at the end of a while one line says how many more there were. What says something
//! else is of another kind, so that one receiver of events that fails does not hide the next: [`Said`] says what counts.
//! Requests are not counted among them: each has a line in any case, and people name it by its id. Nor are reloads, since an
//! operator waits for what came of each.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// How long is a while.
const WHILE: Duration = Duration::from_secs(10);
/// How many kinds are told apart that the same place logs in it. Texts of errors may be made by others, who could make each
/// of them different.
const KINDS: usize = 5;
/// Where requests are logged.
const REQUESTS: &str = "auth_http::middleware::request_log";
/// Where reloads are logged.
const RELOADS: &str = "auth_server::reload";

/// Holds back what is repeated. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Floods(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Whether somebody says regularly what was held back. Otherwise nothing is.
    is_watched: AtomicBool,
    places: Mutex<HashMap<Identifier, Place>>,
}

/// What a place in the program has logged in a while.
struct Place {
    name: String,
    /// What was logged, and how often it was held back since.
    kinds: Vec<(String, u64)>,
    /// What was held back because there are enough kinds.
    others: u64,
}

impl Place {
    /// Whether this is the first of its kind.
    fn admits(&mut self, kind: String) -> bool {
        if let Some((_, more)) = self.kinds.iter_mut().find(|(known, _)| *known == kind) {
            *more += 1;
            return false;
        }
        let has_room = self.kinds.len() < KINDS;
        if has_room {
            self.kinds.push((kind, 0));
        } else {
            self.others += 1;
        }
        has_room
    }

    fn settle(self) {
        let Self { name, kinds, others } = self;
        for (what, more) in kinds.into_iter().chain([("others".to_owned(), others)]).filter(|(_, more)| *more > 0) {
            tracing::warn!(kind = name, what, more, seconds = WHILE.as_secs(), "log.repeated");
        }
    }
}

impl Floods {
    /// Says regularly what was held back, until this is dropped.
    pub(super) async fn watch(self) {
        self.0.is_watched.store(true, Ordering::Relaxed);
        let _last = Last(&self);
        loop {
            tokio::time::sleep(WHILE).await;
            self.settle();
        }
    }

    /// Says what was held back, and begins anew.
    fn settle(&self) {
        let places = std::mem::take(&mut *self.0.places.lock().unwrap_or_else(PoisonError::into_inner));
        places.into_values().for_each(Place::settle);
    }

    fn admits(&self, event: &Event<'_>) -> bool {
        let metadata = event.metadata();
        let is_exempt =
            *metadata.level() > Level::WARN || [REQUESTS, RELOADS, module_path!()].contains(&metadata.target());
        if is_exempt || !self.0.is_watched.load(Ordering::Relaxed) {
            return true;
        }
        let Said { name, kind } = Said::by(event);
        let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(metadata.callsite());
        place.or_insert_with(|| Place { name, kinds: Vec::new(), others: 0 }).admits(kind)
    }
}

/// The end of watching.
struct Last<'a>(&'a Floods);

impl Drop for Last<'_> {
    fn drop(&mut self) {
        self.0.0.is_watched.store(false, Ordering::Relaxed);
        self.0.settle();
    }
}

impl<S: Subscriber> Layer<S> for Floods {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        self.admits(event)
    }
}

/// What an event says.
#[derive(Default)]
struct Said {
    /// What it is called: its message, which is fixed text.
    name: String,
    /// Its texts, such as who has failed, and why. Ids and numbers say which one of many it was, so they are left out, and in
    /// errors each number is a `#`.
    kind: String,
}

impl Said {
    fn by(event: &Event<'_>) -> Self {
        let mut said = Self::default();
        event.record(&mut said);
        said
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, text: &str) {
        match field.name() {
            "message" => text.clone_into(&mut self.name),
            name if name.ends_with(".id") => {}
            name => {
                let text = if name == "error" { without_numbers(text) } else { text.to_owned() };
                let between = if self.kind.is_empty() { "" } else { " " };
                let _ = write!(self.kind, "{between}{name}={text}"); // into a text, which cannot fail
            }
        }
    }

    fn record_u64(&mut self, _field: &Field, _value: u64) {}

    fn record_i64(&mut self, _field: &Field, _value: i64) {}

    fn record_f64(&mut self, _field: &Field, _value: f64) {}
}

fn without_numbers(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_ascii_digit() {
            left.push(character);
        } else if !left.ends_with('#') {
            left.push('#');
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::super::lines::Lines;
    use super::*;

    fn fail(times: usize) {
        for number in 0..times {
            tracing::warn!(number, "message.failed");
        }
    }

    /// Logs into lines.
    fn logging(floods: &Floods) -> (Lines, tracing::subscriber::DefaultGuard) {
        let lines = Lines::default();
        let logger = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
        (lines, tracing::subscriber::set_default(logger.with(floods.clone())))
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_one_line_and_one_that_counts() {
        let floods = Floods::default();
        let (lines, _guard) = logging(&floods);
        fail(20);
        assert_eq!(lines.count("message.failed"), 20, "nobody would say what is held back");
        let watching = tokio::spawn(floods.clone().watch());
        tokio::task::yield_now().await;
        fail(100);
        for _ in 0..100 {
            tracing::info!("session.began");
            tracing::error!(target: REQUESTS, "request");
            tracing::error!(target: RELOADS, "failed again");
        }
        tracing::error!("worker.failed");
        assert_eq!(lines.count("message.failed"), 21);
        assert_eq!((lines.count("session.began"), lines.count("request")), (100, 200), "with the target's name");
        assert_eq!(lines.count("failed again"), 100);
        assert_eq!((lines.count("worker.failed"), lines.count("log.repeated")), (1, 0));
        tokio::time::sleep(WHILE + Duration::from_secs(1)).await; // on a paused clock
        assert_eq!(lines.count("log.repeated kind=\"message.failed\" what=\"\" more=99 seconds=10"), 1);
        fail(6);
        watching.abort();
        assert!(watching.await.is_err());
        assert_eq!(lines.count("log.repeated kind=\"message.failed\" what=\"\" more=5"), 1, "at the end, too");
        fail(10);
        assert_eq!(lines.count("message.failed number"), 32);
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_otherwise_is_not_hidden() {
        let floods = Floods::default();
        let (lines, _guard) = logging(&floods);
        let watching = tokio::spawn(floods.clone().watch());
        tokio::task::yield_now().await;
        let fails = |subscriber: &str, error: &str| {
            for number in 0..10 {
                tracing::warn!(event.id = %number, %subscriber, error = format!("{error} {number}"), "event.failed");
            }
        };
        let logged = |what: &str| lines.count(&format!("event.failed event.id=0 subscriber={what}"));
        fails("crm", "no answer");
        fails("erp", "no answer");
        fails("crm", "refused with");
        assert_eq!((logged("crm error=\"no answer 0\""), logged("erp error=\"no answer 0\"")), (1, 1));
        assert_eq!((logged("crm error=\"refused with 0\""), lines.count("event.failed")), (1, 3));
        for other in ["a", "b", "c", "d"] {
            fails(other, "no answer");
        }
        assert_eq!(lines.count("event.failed"), KINDS, "however many kinds somebody makes up");
        watching.abort();
        assert!(watching.await.is_err());
        let repeated = |what: &str| lines.count(&format!("log.repeated kind=\"event.failed\" what=\"{what}\" more="));
        assert_eq!((lines.count("log.repeated"), repeated("others")), (KINDS + 1, 1));
        assert_eq!(lines.count("more=9 seconds=10"), KINDS);
        assert_eq!(lines.count("what=\"others\" more=20 seconds=10"), 1);
    }
}
