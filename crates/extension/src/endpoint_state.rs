//! What the endpoints of one table share.

use std::sync::Arc;

use auth_http::endpoints::Endpoints;
use auth_settings::Problem;

use crate::Ports;

/// Gives endpoints what they share, once the stores are open.
pub type GiveState = Arc<dyn Fn(Endpoints, &Ports) -> Result<Endpoints, Problem> + Send + Sync>;

/// What the endpoints of one table share, made of ports.
#[derive(Clone)]
pub struct EndpointState {
    /// The table's name.
    pub table: &'static str,
    /// Gives it to the table.
    pub give: GiveState,
}
