//! One line a flood instead of a flood of lines.
//!
//! When something that many depend on fails, the same warning would be logged thousands of times, and hide the others. So a
//! few of each kind are logged in a while, and then one line that says how many more there were. Requests are not counted
//! among them: each has a line in any case, and people name it by its id.

use std::collections::HashMap;
use std::fmt;
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
/// How many of a kind are logged in it.
const LOGGED: u64 = 5;
/// Where requests are logged.
const REQUESTS: &str = "auth_http::middleware::request_log";

/// Holds back what is repeated. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Floods(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Whether somebody says regularly what was held back. Otherwise nothing is.
    is_watched: AtomicBool,
    kinds: Mutex<HashMap<Identifier, Kind>>,
}

/// Events of one kind in a while.
struct Kind {
    name: String,
    seen: u64,
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
        let kinds = std::mem::take(&mut *self.0.kinds.lock().unwrap_or_else(PoisonError::into_inner));
        for Kind { name, seen } in kinds.into_values().filter(|kind| kind.seen > LOGGED) {
            tracing::warn!(kind = name, more = seen - LOGGED, seconds = WHILE.as_secs(), "log.repeated");
        }
    }

    fn admits(&self, event: &Event<'_>) -> bool {
        let metadata = event.metadata();
        let is_exempt = *metadata.level() > Level::WARN || [REQUESTS, module_path!()].contains(&metadata.target());
        if is_exempt || !self.0.is_watched.load(Ordering::Relaxed) {
            return true;
        }
        let mut kinds = self.0.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = kinds.entry(metadata.callsite()).or_insert_with(|| Kind { name: name(event), seen: 0 });
        kind.seen += 1;
        kind.seen <= LOGGED
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

/// What an event is called: its message, which is fixed text.
fn name(event: &Event<'_>) -> String {
    let mut message = Message(String::new());
    event.record(&mut message);
    message.0
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
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

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_one_line_more() {
        let (lines, floods) = (Lines::default(), Floods::default());
        let logger = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
        let _guard = tracing::subscriber::set_default(logger.with(floods.clone()));
        fail(20);
        assert_eq!(lines.count("message.failed"), 20, "nobody would say what is held back");
        let watching = tokio::spawn(floods.clone().watch());
        tokio::task::yield_now().await;
        fail(100);
        for _ in 0..100 {
            tracing::info!("session.began");
            tracing::error!(target: REQUESTS, "request");
        }
        tracing::error!("worker.failed");
        assert_eq!(lines.count("message.failed"), 25);
        assert_eq!((lines.count("session.began"), lines.count("request")), (100, 200), "with the target's name");
        assert_eq!((lines.count("worker.failed"), lines.count("log.repeated")), (1, 0));
        tokio::time::sleep(WHILE + Duration::from_secs(1)).await; // on a paused clock
        assert_eq!(lines.count("log.repeated kind=\"message.failed\" more=95 seconds=10"), 1);
        fail(6);
        watching.abort();
        assert!(watching.await.is_err());
        assert_eq!(lines.count("log.repeated kind=\"message.failed\" more=1"), 1, "at the end, too");
        fail(10);
        assert_eq!(lines.count("message.failed number"), 40);
    }
}
