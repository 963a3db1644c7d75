//! Being asked about requests before they are sent, by what traces them.

use std::fmt;
use std::sync::Arc;

/// Is asked before each request whether it belongs to a trace.
#[derive(Clone, Default)]
pub struct Watcher(Option<Arc<dyn Fn() -> Option<Called> + Send + Sync>>);

/// A request that belongs to a trace, until it has been answered.
pub struct Called {
    traceparent: String,
    ended: Option<Box<dyn FnOnce(Option<u16>) + Send>>,
}

impl Watcher {
    /// Asks this, which must not wait. `None`: the request belongs to no trace.
    #[must_use]
    pub fn new(ask: impl Fn() -> Option<Called> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(ask)))
    }

    pub(crate) fn ask(&self) -> Option<Called> {
        self.0.as_ref().and_then(|ask| ask())
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Watcher(…)" } else { "Watcher(none)" })
    }
}

impl Called {
    /// The other party is sent this header (`traceparent`, W3C Trace Context). `ended` is told the status of the answer, or
    /// `None` if there was none or nobody waits for it any more.
    #[must_use]
    pub fn new(traceparent: String, ended: impl FnOnce(Option<u16>) + Send + 'static) -> Self {
        Self { traceparent, ended: Some(Box::new(ended)) }
    }

    /// The header that the other party is sent.
    #[must_use]
    pub fn traceparent(&self) -> &str {
        &self.traceparent
    }

    pub(crate) fn answered(mut self, status: u16) {
        self.tell(Some(status));
    }

    fn tell(&mut self, status: Option<u16>) {
        if let Some(ended) = self.ended.take() {
            ended(status);
        }
    }
}

impl Drop for Called {
    fn drop(&mut self) {
        self.tell(None);
    }
}
