//! Proving an identity at a third party.

mod callback;
mod exchange;
mod locate;
mod use_cases;

pub use self::callback::provider_callback;
#[cfg(feature = "fuzzing")]
pub(crate) use self::locate::read as read_locate_query;
pub use self::use_cases::ProviderUseCases;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::of(Ours::Provider)
        .with(endpoint!(locate::locate_provider))
        .with(endpoint!(exchange::exchange_provider_code))
        .with(endpoint!(callback::return_from_provider))
}
