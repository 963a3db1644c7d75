//! The program: what is registered, and what it is configured to do with it.

mod chosen;
mod configuration;
mod registry;
mod sections;
mod server;

pub(crate) use chosen::ConfiguredProvider;
pub use configuration::Configuration;
pub use server::Server;
