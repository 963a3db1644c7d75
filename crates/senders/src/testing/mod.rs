//! Fakes, for tests only: a mail server and a webhook receiver inside the process, on ports of
//! 127.0.0.1 that the system picks. They speak just enough of their protocols, keep what they get in
//! memory, and can be told to misbehave. They need a tokio runtime with I/O, and stop when dropped.

mod inbox;
mod mail;
mod smtp;
mod webhook;

pub use mail::ReceivedMail;
pub use smtp::{FakeLogin, FakeSmtp, SmtpConduct};
pub use webhook::{FakeWebhook, ReceivedRequest, WebhookConduct};
