//! The state that the endpoints of one table share.

use std::sync::Arc;

use auth_http::endpoints::Endpoints;
use auth_settings::Problem;

use crate::Ports;

/// Gives endpoints their shared state once the stores are open.
pub type GiveState = Arc<dyn Fn(Endpoints, &Ports) -> Result<Endpoints, Problem> + Send + Sync>;

/// The state that the endpoints of one table share, made from ports.
#[derive(Clone)]
pub struct EndpointState {
    /// The table's name.
    pub table: &'static str,
    /// Adds the state to the table.
    pub give: GiveState,
}
