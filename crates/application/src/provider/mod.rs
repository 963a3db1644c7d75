//! Identity providers: where to send users, and what they bring back.

mod exchange;
mod flow;
mod locate;
mod send_on;

pub use exchange::{ExchangeCommand, ExchangeProviderCode, ExchangeProviderRefusal, ProviderReceipt};
pub use flow::Flows;
pub use locate::{LocateCommand, LocateProvider, LocateProviderRefusal};
pub use send_on::{SendOn, SendOnRefusal};
