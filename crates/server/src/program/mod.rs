//! The program: what is registered, and what it is configured to do with it.

mod configuration;
mod registry;
mod sections;
mod server;

pub use configuration::Configuration;
use configuration::ConfiguredStorage;
pub(crate) use configuration::{ChosenVendor, ConfiguredProvider, ConfiguredSender};
pub use server::Server;
