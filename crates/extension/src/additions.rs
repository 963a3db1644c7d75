//! Additions that exist as soon as they are made.

use std::fmt;
use std::sync::Arc;

use auth_domain::identifier::IdentifierScheme;
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds};
use auth_domain::sign_up::Scenario;
use auth_http::endpoints::Endpoints;
use auth_ports::{EventHandler, HandleError, Rule};
use auth_settings::Problem;

use crate::{EndpointState, OnEvent, Ports};

/// Additions that need no settings, or that were made with them ([`Extension::section`](crate::Extension::section)).
#[derive(Clone, Default)]
pub struct Additions {
    /// Kinds of identifiers, in the order in which a login field is tried.
    pub identifiers: Vec<Arc<dyn IdentifierScheme>>,
    /// Ways to sign up.
    pub scenarios: Vec<Arc<dyn Scenario>>,
    /// The state that endpoints share.
    pub endpoint_states: Vec<EndpointState>,
    /// Rules that are asked before somebody becomes a user, in this order.
    pub rules: Vec<Arc<dyn Rule>>,
    /// Subscribers to events.
    pub event_handlers: Vec<Arc<dyn EventHandler>>,
    /// Functions that subscribe to events.
    pub on_event: Vec<OnEvent>,
}

impl Additions {
    /// Creates an empty value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a kind of identifiers.
    #[must_use]
    pub fn identifier(mut self, scheme: impl IdentifierScheme + 'static) -> Self {
        self.identifiers.push(Arc::new(scheme));
        self
    }

    /// Adds a way to sign up.
    #[must_use]
    pub fn scenario(mut self, scenario: impl Scenario + 'static) -> Self {
        self.scenarios.push(Arc::new(scenario));
        self
    }

    /// Adds the state that the endpoints in the table of this name share. `give` adds it with [`Endpoints::state`]
    /// once the stores are open.
    #[must_use]
    pub fn endpoint_state<F>(mut self, table: &'static str, give: F) -> Self
    where
        F: Fn(Endpoints, &Ports) -> Result<Endpoints, Problem> + Send + Sync + 'static,
    {
        self.endpoint_states.push(EndpointState { table, give: Arc::new(give) });
        self
    }

    /// Adds a rule that is asked before somebody becomes a user.
    #[must_use]
    pub fn before_sign_up(mut self, rule: impl Rule + 'static) -> Self {
        self.rules.push(Arc::new(rule));
        self
    }

    /// Adds a subscriber to events.
    #[must_use]
    pub fn event_handler(mut self, handler: impl EventHandler + 'static) -> Self {
        self.event_handlers.push(Arc::new(handler));
        self
    }

    /// Adds a function that subscribes to events of these kinds, like
    /// [`Extension::on_event`](crate::Extension::on_event).
    #[must_use]
    pub fn on_event<F, Handled>(mut self, kinds: impl Into<OutgoingKinds>, name: &str, handle: F) -> Self
    where
        F: Fn(OutgoingEvent, Ports) -> Handled + Send + Sync + 'static,
        Handled: Future<Output = Result<(), HandleError>> + Send + 'static,
    {
        self.on_event.push(OnEvent::new(kinds.into(), name, handle));
        self
    }

    /// Adds what `more` adds, after these.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.identifiers.extend(more.identifiers);
        self.scenarios.extend(more.scenarios);
        self.endpoint_states.extend(more.endpoint_states);
        self.rules.extend(more.rules);
        self.event_handlers.extend(more.event_handlers);
        self.on_event.extend(more.on_event);
        self
    }
}

impl fmt::Debug for Additions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.identifiers.iter().map(|scheme| scheme.kind().name()).collect();
        let scenarios: Vec<_> = self.scenarios.iter().map(|scenario| scenario.name()).collect();
        let handlers = self.event_handlers.iter().map(|handler| handler.subscriber().as_str());
        let told: Vec<_> = handlers.chain(self.on_event.iter().map(OnEvent::name)).collect();
        let rules: Vec<_> = self.rules.iter().map(|rule| rule.name()).collect();
        f.debug_struct("Additions")
            .field("identifiers", &kinds)
            .field("scenarios", &scenarios)
            .field("rules", &rules)
            .field("told", &told)
            .finish()
    }
}
