//! For load balancers, and for those who check access tokens by themselves.

mod certs;
mod health;
mod metrics;
mod use_cases;

pub use self::metrics::MetricsPage;
pub use self::use_cases::UpkeepUseCases;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    with_probes(Ours::Upkeep)
        .with(endpoint!(certs::get_key_set).also_at("/.well-known/jwks.json", "libraries look for key sets here"))
}

/// The paths of [`probes`], for load balancers, which are no clients of the protocol.
pub(crate) const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// The endpoints for load balancers, which the public listener has in the table of [`endpoints`].
pub(crate) fn probes() -> Endpoints {
    with_probes(Ours::Probes)
}

fn with_probes(table: Ours) -> Endpoints {
    Endpoints::of(table).with(endpoint!(health::get_health)).with(endpoint!(health::get_readiness))
}

/// The endpoint of metrics, which only the admin listener has.
pub(crate) fn metrics() -> Endpoints {
    Endpoints::of(Ours::Metrics).with(endpoint!(metrics::get_metrics))
}
