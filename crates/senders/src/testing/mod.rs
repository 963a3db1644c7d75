//! Fakes, for tests only: a mail server and a webhook receiver inside the process, on ports of 127.0.0.1 that the
//! system picks. They speak just enough of their protocols, keep what they receive in memory, and can be told to
//! misbehave. They need a tokio runtime with I/O, and stop when they are dropped.

mod mail;
mod smtp;

pub use auth_outbound::testing::{FakeWebhook, ReceivedRequest, WebhookConduct};
pub use mail::ReceivedMail;
pub use smtp::{FakeLogin, FakeSmtp, SmtpConduct};
