//! One file per section of the configuration.

mod admin;
mod anonymous;
mod captcha;
pub(crate) mod clients;
mod common;
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
pub use captcha::CaptchaSettings;
pub use clients::{ClientSettings, RegisteredClient, UnknownClientHandling};
pub use database::DatabaseSettings;
pub use events::EventSettings;
pub use http::{ForwardedHeaderName, HttpSettings};
pub use limits::LimitSettings;
pub use logging::{LogFormat, LogLevel, LoggingSettings};
pub use passwords::PasswordSettings;
pub use secrets::SecretSettings;
pub use sessions::SessionSettings;
pub use sms::SmsSettings;
pub use tokens::{SigningAlgorithm, TokenSettings};
pub use verification::VerificationSettings;
