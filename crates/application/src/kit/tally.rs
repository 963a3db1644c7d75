//! Counting what happens.

use std::sync::Arc;

use auth_ports::{Happened, Meter};

/// What use cases count by, if anybody counts. Cheap to clone.
#[derive(Clone, Default)]
pub struct Tally(Option<Arc<dyn Meter>>);

impl Tally {
    /// Counts by this.
    #[must_use]
    pub fn new(meter: Arc<dyn Meter>) -> Self {
        Self(Some(meter))
    }

    /// Counts one occurrence.
    pub(crate) fn count(&self, happened: Happened) {
        if let Some(meter) = &self.0 {
            meter.count(happened);
        }
    }
}
