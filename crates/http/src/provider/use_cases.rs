//! What the wiring hands over.

use std::sync::Arc;

use auth_application::provider::{ExchangeProviderCode, LocateProvider, SendOn};

/// The use cases behind the endpoints for third parties.
pub struct ProviderUseCases {
    /// Builds the address to send the user to.
    pub locate: Arc<LocateProvider>,
    /// Trades what the user brings back for a provider token.
    pub exchange: Arc<ExchangeProviderCode>,
    /// Sends browsers on that a third party sent to the service.
    pub send_on: Arc<SendOn>,
}
