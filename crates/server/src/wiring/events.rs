//! Events on their way to subscribers.

use auth_application::events::{DeliverEvents, ManageSubscriptions};

use super::parts::Parts;
use crate::StartFailure;

pub(super) fn deliver_events(parts: &Parts<'_>) -> Result<DeliverEvents, StartFailure> {
    let Parts { configuration, stores, clock, entropy, settings, event_signal, .. } = parts;
    let mut handlers = configuration.event_handlers.clone();
    for one in &configuration.on_event {
        let handler = one.with_ports(parts.ports());
        handlers.push(handler.map_err(|error| StartFailure::Registration(error.to_string()))?);
    }
    let counted = handlers.into_iter().map(|handler| parts.metrics.around_handler(handler)).collect();
    Ok(DeliverEvents::new(
        stores.outbox.clone(),
        counted,
        clock.clone(),
        entropy.clone(),
        settings.events.retries.clone(),
        event_signal.clone(),
    ))
}

pub(super) fn subscriptions(parts: &Parts<'_>) -> ManageSubscriptions {
    let subscribers = parts.configuration.subscribers.clone();
    ManageSubscriptions::new(parts.stores.outbox.clone(), subscribers, parts.event_signal.clone(), parts.recorder())
}
