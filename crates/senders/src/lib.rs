//! Senders: adapters that carry messages to people, one file a vendor.
//!
//! | sender | channel | how |
//! | --- | --- | --- |
//! | [`LogSender`] | any | one line on a writer, for profile `local` |
//! | [`SmtpSender`] | e-mail | a mail server |
//! | [`WebhookSender`] | text messages (or any) | a signed request to an address of the operator's |
//!
//! # How to add a vendor
//!
//! 1. Write `sms/<vendor>.rs`: a type that takes its settings, validates them in `new` and implements
//!    [`MessageSender`](auth_ports::MessageSender). Take the words from [`Templates`](auth_domain::messages::Templates), the time from a
//!    [`Clock`](auth_ports::Clock), and have a time limit of your own for the whole delivery.
//! 2. Construct it in the server's wiring: one line (and a section of the settings).
//! 3. Stamp the sender contract on it in `tests/contract`, against a stub of the vendor's API.
//!
//! # Rules
//!
//! A code, a password or an address never enters an error or a log event; what a server says about a
//! message may quote all three, so only numbers of its answer are kept. Nothing here waits for a
//! second try: the queue does.

mod log;
mod sms;
mod smtp;
mod templates;
#[cfg(feature = "testing")]
pub mod testing;

pub use log::LogSender;
pub use sms::{WebhookSection, WebhookSender, WebhookSettings, WebhookSettingsError};
pub use smtp::{SmtpSection, SmtpSender, SmtpSettings, SmtpSettingsError};
pub use templates::templates;
