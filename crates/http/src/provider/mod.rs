//! Proving an identity at a third party.

mod exchange;
mod locate;

use std::sync::Arc;

use auth_application::provider::{ExchangeProviderCode, LocateProvider};

#[cfg(feature = "fuzzing")]
pub(crate) use self::locate::read as read_locate_query;
use crate::endpoint;
use crate::endpoints::Endpoints;

/// The use cases behind the endpoints for third parties.
pub struct ProviderUseCases {
    /// Builds the address to send the user to.
    pub locate: Arc<LocateProvider>,
    /// Trades what the user brings back for a provider token.
    pub exchange: Arc<ExchangeProviderCode>,
}

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new("provider")
        .with(endpoint!(locate::locate_provider))
        .with(endpoint!(exchange::exchange_provider_code))
}
