//! What the wiring hands over.

use std::sync::Arc;

use auth_application::upkeep::Readiness;

/// The use cases behind the endpoints of upkeep.
pub struct UpkeepUseCases {
    /// Says whether the service is ready, and has the key set.
    pub readiness: Arc<Readiness>,
}
