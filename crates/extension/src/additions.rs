//! What an extension adds that is there as soon as it is made.

use std::fmt;
use std::sync::Arc;

use auth_domain::identifier::IdentifierScheme;
use auth_domain::sign_up::Scenario;
use auth_http::endpoints::Endpoints;
use auth_settings::Problem;

use crate::{EndpointState, Ports};

/// Things that need no settings, or that were made with them ([`Extension::section`](crate::Extension::section)).
#[derive(Clone, Default)]
pub struct Additions {
    /// Kinds of identifiers, in the order in which a login field is tried.
    pub identifiers: Vec<Arc<dyn IdentifierScheme>>,
    /// Ways to sign up.
    pub scenarios: Vec<Arc<dyn Scenario>>,
    /// What endpoints share.
    pub endpoint_states: Vec<EndpointState>,
}

impl Additions {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a kind of identifiers.
    #[must_use]
    pub fn identifier(mut self, scheme: impl IdentifierScheme + 'static) -> Self {
        self.identifiers.push(Arc::new(scheme));
        self
    }

    /// With a way to sign up.
    #[must_use]
    pub fn scenario(mut self, scenario: impl Scenario + 'static) -> Self {
        self.scenarios.push(Arc::new(scenario));
        self
    }

    /// With what the endpoints of the table of this name share; `give` adds it by [`Endpoints::state`], once the stores
    /// are open.
    #[must_use]
    pub fn endpoint_state<F>(mut self, table: &'static str, give: F) -> Self
    where
        F: Fn(Endpoints, &Ports) -> Result<Endpoints, Problem> + Send + Sync + 'static,
    {
        self.endpoint_states.push(EndpointState { table, give: Arc::new(give) });
        self
    }

    /// With what `more` adds, after these.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.identifiers.extend(more.identifiers);
        self.scenarios.extend(more.scenarios);
        self.endpoint_states.extend(more.endpoint_states);
        self
    }
}

impl fmt::Debug for Additions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.identifiers.iter().map(|scheme| scheme.kind().name()).collect();
        let scenarios: Vec<_> = self.scenarios.iter().map(|scenario| scenario.name()).collect();
        f.debug_struct("Additions").field("identifiers", &kinds).field("scenarios", &scenarios).finish()
    }
}
