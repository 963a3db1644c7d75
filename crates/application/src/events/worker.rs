//! What the parts of the delivering worker share.

use std::sync::Arc;

use auth_domain::outbox::RetrySchedule;
use auth_ports::{Clock, Entropy, Outbox};

use super::EventSignal;

#[derive(Clone)]
pub(super) struct Worker {
    pub(super) outbox: Arc<dyn Outbox>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) schedule: RetrySchedule,
    pub(super) signal: EventSignal,
}
