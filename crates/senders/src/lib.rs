//! Senders: adapters that deliver messages to people, one file per vendor.
//!
//! | sender | channel | how |
//! | --- | --- | --- |
//! | [`LogSender`] | any | one line on a writer, for profile `local` |
//! | [`SmtpSender`] | e-mail | a mail server |
//! | [`WebhookSender`] | text messages (or any) | a signed request to an address of the operator's |
//!
//! # How to add a vendor
//!
//! 1. Write a type that implements [`MessageSender`](auth_ports::MessageSender), here as `sms/<vendor>.rs` or in a
//!    crate of your own. Take the text from [`Templates`](auth_domain::messages::Templates) and the time from a
//!    [`Clock`](auth_ports::Clock), and apply your own time limit to the whole delivery.
//! 2. Write its settings beside it, as a [`Section`](auth_settings::Section).
//! 3. Register both: in a program's `main` or extension, or for one of ours in the server's `ours`.
//! 4. Stamp the suites `senders!` and `remote_senders!` of `auth-contracts` on it, against a stub of the vendor's API.
//!
//! `examples/acme/sms-gateway` is a complete one in a crate of a team's own; `docs/extending.md` walks through it.
//!
//! # Rules
//!
//! A code, a password or an address never appears in an error or a log event. What a server says about a message may
//! quote all three, so only the numbers of its answer are kept. Nothing here retries: the queue does.

mod log;
mod sms;
mod smtp;
mod templates;
#[cfg(feature = "testing")]
pub mod testing;

pub use log::LogSender;
pub use sms::{SmsWebhookSection, WebhookSender, WebhookSettings, WebhookSettingsError};
pub use smtp::{SmtpSection, SmtpSender, SmtpSettings, SmtpSettingsError, SmtpTimeouts};
pub use templates::templates;
