//! One file per section of the configuration.

mod admin;
mod anonymous;
pub(crate) mod clients;
mod database;
mod events;
mod http;
mod limits;
mod logging;
mod passwords;
mod secrets;
mod sessions;
mod sms;
mod tokens;
mod verification;

pub use admin::AdminSettings;
pub use anonymous::AnonymousSettings;
pub use clients::{ClientSettings, RegisteredClient, UnknownClient};
pub use database::DatabaseSettings;
pub use events::EventSettings;
pub use http::HttpSettings;
pub use limits::LimitSettings;
pub use logging::{LogFormat, LogLevel, LoggingSettings};
pub use passwords::PasswordSettings;
pub use secrets::SecretSettings;
pub use sessions::SessionSettings;
pub use sms::SmsSettings;
pub use tokens::{SigningAlgorithm, TokenSettings};
pub use verification::VerificationSettings;

use crate::values::Given;

/// For settings that are one of a few words.
fn one_of<T: Copy>(given: &Given, words: &[(&str, T)]) -> Result<T, String> {
    let list: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    let known = |text: &str| words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    given.parse(&format!("one of {}", list.join(", ")), known)
}

/// Processors that this process may use.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
