//! For load balancers, and for those who check access tokens by themselves.

mod certs;
mod health;

use std::sync::Arc;

use auth_application::upkeep::Readiness;

use crate::endpoint;
use crate::endpoints::Endpoints;

/// The use cases behind the endpoints of upkeep.
pub struct UpkeepUseCases {
    /// Says whether the service is ready, and has the key set.
    pub readiness: Arc<Readiness>,
}

pub(crate) fn endpoints() -> Endpoints {
    probes().with(endpoint!(certs::certs).also_at("/.well-known/jwks.json", "libraries look for key sets here"))
}

/// The endpoints for load balancers, which both listeners have.
pub(crate) fn probes() -> Endpoints {
    Endpoints::new("upkeep").with(endpoint!(health::healthz)).with(endpoint!(health::readyz))
}
